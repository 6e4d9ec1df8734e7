package org.spanmatch.activations.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the system says is passed on in words, whichever way Java opens a file. */
class ReadFailureTest {
  private static final String REASON = "Too many open files";

  @TempDir Path folder;

  private static String message(IOException e) {
    return ReadFailure.of("x.npz", e).getMessage();
  }

  @Test
  void aReasonIsPassedOnWithoutTheNameOfAClass() throws IOException {
    Path file = Files.createFile(folder.resolve("x (1).npz"));
    String expected = "x.npz: it can't be read: " + REASON;
    assertEquals(expected, message(new IOException(REASON)));
    assertEquals(expected, message(new FileSystemException(file.toString(), null, REASON)));
    assertEquals(expected, message(new FileNotFoundException(file + " (" + REASON + ")")));
  }

  @Test
  void aFileThatIsGoneWasRemoved() {
    Path gone = folder.resolve("x.npz");
    String expected = "x.npz: it was removed meanwhile";
    assertEquals(expected, message(new NoSuchFileException(gone.toString())));
    String system = " (No such file or directory)";
    assertEquals(expected, message(new FileNotFoundException(gone + system)));
  }
}
