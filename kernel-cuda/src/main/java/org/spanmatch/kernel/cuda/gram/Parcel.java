package org.spanmatch.kernel.cuda.gram;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.spanmatch.activations.Block;

/**
 * Consecutive samples of a layer that lie together, as they are stored, in one piece of device
 * memory. They come there in parts, each of which fits in a slot of the ring.
 */
abstract class Parcel {
  private final long first;
  private final int samples;
  private final long bytes;
  private final int partBytes;
  private final AtomicInteger unread = new AtomicInteger(1); // parts, and one until it is complete

  /**
   * Describes a parcel.
   *
   * @param first its first sample
   * @param samples how many
   * @param bytes how many bytes they take
   * @param partBytes bytes of a part; the last one may be shorter
   */
  Parcel(long first, int samples, long bytes, int partBytes) {
    this.first = first;
    this.samples = samples;
    this.bytes = bytes;
    this.partBytes = partBytes;
  }

  /** The first sample. */
  long first() {
    return first;
  }

  /** The first sample after it. */
  long end() {
    return first + samples;
  }

  /** Size in bytes. */
  long bytes() {
    return bytes;
  }

  /** Number of parts. */
  int parts() {
    return (int) ((bytes + partBytes - 1) / partBytes);
  }

  /** Where a part begins, in bytes. */
  long partStart(int part) {
    return (long) part * partBytes;
  }

  /** Number of bytes of a part. */
  int partLength(int part) {
    return (int) Math.min(partBytes, bytes - partStart(part));
  }

  /** Called for each part that will be read; a part may be read for several devices. */
  void plan() {
    unread.incrementAndGet();
  }

  /** Reads a part from any thread, and returns how the samples of the parcel lie. */
  Block read(int part, ByteBuffer target) {
    Block layout = copy(part, target);
    finishOne();
    return layout;
  }

  /** Called when no further reads will be planned. */
  void complete() {
    finishOne();
  }

  private void finishOne() {
    if (unread.decrementAndGet() == 0) {
      finished();
    }
  }

  /**
   * Copies a part.
   *
   * @return a block whose strides are those of the parcel; its data and size don't count
   */
  abstract Block copy(int part, ByteBuffer target);

  /** Called in any thread when all that was planned has been read. */
  void finished() {}
}
