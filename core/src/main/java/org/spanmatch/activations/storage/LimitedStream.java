package org.spanmatch.activations.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The next bytes of a file; fails if the file ends before them. */
final class LimitedStream extends InputStream {
  private final InputStream file;
  private long remaining;

  LimitedStream(InputStream file, long length) {
    this.file = file;
    remaining = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (remaining == 0) {
      return -1;
    }
    int count = file.read(target, offset, (int) Math.min(length, remaining));
    if (count < 0) {
      throw new EOFException();
    }
    remaining -= count;
    return count;
  }

  /** Moves on without reading, where the file can. */
  @Override
  public long skip(long count) throws IOException {
    long skipped = file.skip(Math.min(count, remaining));
    remaining -= skipped;
    return skipped;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
