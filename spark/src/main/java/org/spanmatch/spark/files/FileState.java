package org.spanmatch.spark.files;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.ReadFailure;

/**
 * The attributes by which a change of a file is detected on another machine than the one that read
 * its header.
 *
 * @param size in bytes
 * @param modified time of the last write, in nanoseconds since 1970
 * @param tag of the content; null if the store has none
 */
record FileState(long size, long modified, String tag) implements Serializable {
  /**
   * Returns the present state of a file.
   *
   * @throws ActivationsException if it can't be reached
   */
  static FileState of(Path file) {
    Store.forget(file);
    try {
      FileStamp stamp = FileStamp.of(file);
      return new FileState(
          stamp.size(),
          stamp.modified().to(TimeUnit.NANOSECONDS),
          stamp.key() instanceof String tag ? tag : null);
    } catch (IOException e) {
      throw ReadFailure.of(file.toString(), e);
    }
  }

  /**
   * Checks that a file is in this state.
   *
   * @throws ActivationsException if it is not
   */
  void require(Path file) {
    FileState found = of(file);
    if (!found.equals(this)) {
      throw new ActivationsException(
          file
              + ": it changed since its header was read"
              + (found.size == size
                  ? ""
                  : ", when it had " + size + " bytes, and now " + found.size)
              + "; run again once it is complete");
    }
  }
}
