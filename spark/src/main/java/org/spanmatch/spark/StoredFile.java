package org.spanmatch.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file in any of Hadoop's file systems, which is there as a whole or not at all: it is written
 * under a temporary name beside it, and renamed.
 *
 * @param path the file
 * @param configuration of the file systems
 */
record StoredFile(Path path, Configuration configuration) {
  /** Writes to a stream. */
  @FunctionalInterface
  interface Content {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Checks, before long work, that the file can be written.
   *
   * @throws OutputException if not
   */
  void check() {
    try {
      FileSystem files = path.getFileSystem(configuration);
      if (files.exists(path) && files.getFileStatus(path).isDirectory()) {
        throw new OutputException("--out: expected a file, found the folder " + path, null);
      }
      Path temporary = temporary();
      files.create(temporary, false).close();
      files.delete(temporary, false);
    } catch (IOException | IllegalArgumentException e) {
      throw problem(e);
    }
  }

  /**
   * Writes it, in place of any such file, which stays where it is until the new one is complete.
   *
   * @throws OutputException if it can't be written; names the complete file if there is one
   */
  void write(Content content) {
    Path temporary = temporary();
    try {
      FileSystem files = path.getFileSystem(configuration);
      try (FSDataOutputStream out = files.create(temporary, false)) {
        content.write(out);
      } catch (IOException | RuntimeException e) {
        delete(files, temporary, e);
        throw e;
      }
      try {
        replace(files, temporary);
      } catch (IOException e) {
        throw new IOException(reason(e) + "; the result is in " + temporary, e);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw problem(e);
    }
  }

  private static void delete(FileSystem files, Path file, Exception cause) {
    try {
      files.delete(file, false);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Few file systems rename to a file that exists, so that one makes way first. */
  private void replace(FileSystem files, Path temporary) throws IOException {
    Path old = temporary();
    boolean isThere = files.exists(path);
    if (isThere) {
      rename(files, path, old);
    }
    try {
      rename(files, temporary, path);
    } catch (IOException e) {
      if (isThere) {
        rename(files, old, path);
      }
      throw e;
    }
    if (isThere) {
      files.delete(old, false);
    }
  }

  private static void rename(FileSystem files, Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new IOException(from + " can't be renamed to " + to);
    }
  }

  private Path temporary() {
    return new Path(path.getParent(), ".spanmatch-" + UUID.randomUUID() + ".tmp");
  }

  private OutputException problem(Exception cause) {
    return new OutputException(path + ": it can't be written: " + reason(cause), cause);
  }

  private static String reason(Exception cause) {
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("no reason");
  }
}
