package org.spanmatch.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.spanmatch.gram.GramException;

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
   * @throws GramException if not
   */
  void check() {
    try {
      FileSystem files = path.getFileSystem(configuration);
      if (files.exists(path) && files.getFileStatus(path).isDirectory()) {
        throw new GramException("--out: expected a file, found the folder " + path);
      }
      Path temporary = temporary();
      files.create(temporary, false).close();
      files.delete(temporary, false);
    } catch (IOException | IllegalArgumentException e) {
      throw problem(e);
    }
  }

  /**
   * Writes it, in place of any such file.
   *
   * @throws GramException if it can't be written
   */
  void write(Content content) {
    Path temporary = temporary();
    try {
      FileSystem files = path.getFileSystem(configuration);
      boolean isDone = false;
      try {
        try (FSDataOutputStream out = files.create(temporary, false)) {
          content.write(out);
        }
        replace(files, temporary);
        isDone = true;
      } finally {
        if (!isDone) {
          files.delete(temporary, false);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw problem(e);
    }
  }

  private void replace(FileSystem files, Path temporary) throws IOException {
    if (!files.rename(temporary, path)) {
      // Most file systems don't rename to a file that exists.
      FileStatus there = files.getFileStatus(path);
      if (there.isDirectory() || !files.delete(path, false) || !files.rename(temporary, path)) {
        throw new IOException("the file that is there can't be replaced");
      }
    }
  }

  private Path temporary() {
    return new Path(path.getParent(), ".spanmatch-" + UUID.randomUUID() + ".tmp");
  }

  private GramException problem(Exception cause) {
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("no reason");
    return new GramException(path + ": it can't be written: " + reason, cause);
  }
}
