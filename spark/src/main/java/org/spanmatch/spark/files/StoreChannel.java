package org.spanmatch.spark.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataInputStream;

/**
 * An open file of a store. Takes one stream, on which reads that follow each other go on, also
 * those at a position: a positioned read of Hadoop's is a request to many stores.
 *
 * <p>An interrupt ends the next read and closes the file, as it does with files of this machine,
 * but never from the interrupting thread: Hadoop's streams may make that wait for the read.
 */
final class StoreChannel extends FileChannel {
  // After so much an interrupt is looked at, and a copy for direct memory is made.
  private static final int MOST_AT_ONCE = 1 << 20;

  private final Store store;
  private final StorePath path;
  private final long size;
  private final String policy;
  private volatile FSDataInputStream in; // null before the first read
  private long position;
  private byte[] copied; // null before the first read into direct memory

  StoreChannel(Store store, StorePath path, long size, String policy) {
    this.store = store;
    this.path = path;
    this.size = size;
    this.policy = policy;
  }

  @Override
  public synchronized int read(ByteBuffer target) throws IOException {
    int count = read(target, position);
    position += Math.max(0, count);
    return count;
  }

  @Override
  public synchronized int read(ByteBuffer target, long from) throws IOException {
    if (from < 0) {
      throw new IllegalArgumentException("expected a position from 0 on, found " + from);
    }
    requireOpen();
    if (from >= size) {
      return -1;
    }
    int before = target.position();
    while (target.hasRemaining()) {
      requireNoInterrupt();
      if (in == null) {
        in = store.open(path, policy);
        requireOpenStill();
      }
      long at = from + target.position() - before;
      if (in.getPos() != at) {
        in.seek(at);
      }
      if (readSome(target) < 0) {
        break;
      }
    }
    return target.position() == before && target.hasRemaining() ? -1 : target.position() - before;
  }

  private int readSome(ByteBuffer target) throws IOException {
    int most = Math.min(target.remaining(), MOST_AT_ONCE);
    if (target.hasArray()) {
      int count = in.read(target.array(), target.arrayOffset() + target.position(), most);
      target.position(target.position() + Math.max(0, count));
      return count;
    }
    if (copied == null) {
      copied = new byte[MOST_AT_ONCE];
    }
    int count = in.read(copied, 0, most);
    target.put(copied, 0, Math.max(0, count));
    return count;
  }

  private void requireOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  /** Closes the stream if another thread closed the file while it was opened. */
  private void requireOpenStill() throws IOException {
    if (!isOpen()) {
      in.close();
      throw new AsynchronousCloseException();
    }
  }

  private void requireNoInterrupt() throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      close();
      throw new ClosedByInterruptException();
    }
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    long sum = 0;
    for (ByteBuffer target : Arrays.asList(targets).subList(offset, offset + length)) {
      int count = read(target);
      if (count < 0) {
        return sum == 0 ? -1 : sum;
      }
      sum += count;
    }
    return sum;
  }

  @Override
  public synchronized long position() throws IOException {
    requireOpen();
    return position;
  }

  @Override
  public synchronized FileChannel position(long next) throws IOException {
    requireOpen();
    if (next < 0) {
      throw new IllegalArgumentException("expected a position from 0 on, found " + next);
    }
    position = next;
    return this;
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return size;
  }

  @Override
  protected void implCloseChannel() throws IOException {
    FSDataInputStream opened = in;
    if (opened != null) {
      opened.close();
    }
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new NonWritableChannelException();
  }

  @Override
  public int write(ByteBuffer source, long at) {
    throw new NonWritableChannelException();
  }

  @Override
  public FileChannel truncate(long length) {
    throw new NonWritableChannelException();
  }

  @Override
  public void force(boolean metaData) {}

  @Override
  public long transferTo(long from, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) {
    throw new NonWritableChannelException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long at, long length, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long at, long length, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
