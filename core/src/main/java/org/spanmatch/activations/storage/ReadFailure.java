package org.spanmatch.activations.storage;

import java.io.EOFException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.zip.ZipException;
import org.spanmatch.activations.ActivationsException;

/** Says in one sentence why bytes could not be read. */
public final class ReadFailure {
  private ReadFailure() {}

  /**
   * {@return the exception for what could not be read}
   *
   * @param what the start of the message, such as "x.npz, layer 'conv1'"
   * @param e why
   */
  public static ActivationsException of(String what, IOException e) {
    return new ActivationsException(what + ": " + reason(e), e);
  }

  /**
   * {@return why bytes could not be read, such as "the data is truncated"}
   *
   * @param e what was thrown
   */
  public static String reason(IOException e) {
    if (e instanceof EOFException) {
      return "the data is truncated";
    }
    if (e instanceof ZipException) {
      return "the archive is damaged (" + e.getMessage() + ")";
    }
    if (e instanceof NoSuchFileException) {
      return "it was removed meanwhile";
    }
    if (e instanceof FileNotFoundException) {
      // Also where a file is there but can't be opened: "x.npz (Too many open files)".
      String message = e.getMessage();
      int cause = message.lastIndexOf(" (");
      return cause < 0 || !new File(message.substring(0, cause)).exists()
          ? "it was removed meanwhile"
          : "it can't be read: " + message.substring(cause + 2, message.length() - 1);
    }
    if (e instanceof AccessDeniedException) {
      return "it can't be read: permission denied";
    }
    if (e instanceof FileSystemException system && system.getReason() != null) {
      return "it can't be read: " + system.getReason(); // its message begins with the file
    }
    return e.getClass() == IOException.class && e.getMessage() != null
        ? "it can't be read: " + e.getMessage()
        : "it can't be read: " + e;
  }
}
