package org.spanmatch.activations.npy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.BlockReader;

/**
 * By what a change of a file is known: its size, the time of its last change, and which file bears
 * its name. What is written as soon as the clock of the file system allows is known by none.
 *
 * @param path where it is
 * @param size in bytes
 * @param modified when it was last written
 * @param key what tells it from a file that takes its place; null where the system has no such
 */
record FileStamp(Path path, long size, FileTime modified, Object key) {
  /** The stamp that a file bears now. */
  static FileStamp of(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new FileStamp(
        path, attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }

  /**
   * Checks that the file is still the same.
   *
   * @throws ActivationsException if it has been written, replaced or removed since
   */
  void requireUnchanged() {
    boolean same;
    try {
      same = of(path).equals(this);
    } catch (IOException e) {
      throw new ActivationsException(
          path + ": it was removed or can't be reached any more while it was in use", e);
    }
    if (!same) {
      throw new ActivationsException(
          path + ": it changed while it was in use; run again once it is complete");
    }
  }

  /** A pass over the file that hands out nothing that was read after a change. */
  BlockReader guard(BlockReader reader) {
    return new Guarded(reader);
  }

  private final class Guarded implements BlockReader {
    private final BlockReader reader;

    Guarded(BlockReader reader) {
      this.reader = reader;
    }

    @Override
    public Block next() {
      try {
        Block block = reader.next();
        requireUnchanged();
        return block;
      } catch (ActivationsException e) {
        // A change explains what looks like damage.
        requireUnchanged();
        throw e;
      }
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
