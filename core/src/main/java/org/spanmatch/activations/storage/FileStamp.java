package org.spanmatch.activations.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer.BlockReader;

/**
 * The attributes by which a change of a file is detected: its size, the time of its last change,
 * and the identity of the file. A write within the same tick of the file system's clock goes
 * undetected.
 *
 * @param path the file
 * @param size in bytes
 * @param modified time of the last write
 * @param key the identity of the file, which differs if another file takes its place; null if the
 *     system has none
 */
public record FileStamp(Path path, long size, FileTime modified, Object key) {
  /**
   * {@return the current stamp of a file}
   *
   * @param path the file
   * @throws IOException if it can't be reached
   */
  public static FileStamp of(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new FileStamp(
        path, attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }

  /**
   * Checks that the file is unchanged.
   *
   * @throws ActivationsException if it has been written, replaced or removed since
   */
  public void requireUnchanged() {
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

  /**
   * Wraps a pass over the file so that it returns no block read after a change.
   *
   * @param reader the pass
   * @return the pass, which looks at the file after each block
   */
  public BlockReader guard(BlockReader reader) {
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
        // A change explains apparent damage, so report it instead.
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
