package org.spanmatch;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;

/** Finds the files that tests read, and writes those that they damage. */
public final class TestData {
  private TestData() {}

  /** Returns a file or folder in the test resources, by its absolute name there. */
  public static Path resource(String name) {
    try {
      return Path.of(TestData.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }

  /**
   * Returns a file or folder of the data beside the project, in {@code ../shared/data}; if it is
   * absent, the test is skipped with a message.
   */
  public static Path shared(String name) {
    Path found = root().resolveSibling("shared").resolve("data").resolve(name);
    if (!Files.exists(found)) {
      String message = "SKIPPED: the shared data is absent: " + found;
      System.err.println(message);
      Assumptions.abort(message);
    }
    return found;
  }

  /**
   * Gives a file other content. {@link Files#write} empties a file that is there first, which takes
   * ten times as long on ext4.
   */
  public static Path overwrite(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.truncate(content.length);
    }
    return file;
  }

  private static Path root() {
    String property = System.getProperty("spanmatch.root");
    if (property != null) {
      return Path.of(property).toAbsolutePath().normalize();
    }
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("pom.xml"))
          && Files.exists(folder.resolveSibling("shared"))) {
        return folder;
      }
    }
    return start;
  }
}
