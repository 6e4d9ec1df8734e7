package org.spanmatch.activations.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer.RangeReader;

/** Reads samples from where they lie in a file, by positional reads of one channel. */
final class StoredRanges implements RangeReader {
  // The JDK reads onto the heap through direct memory of the size of the read, which it keeps.
  private static final int MOST_ON_HEAP = 1 << 20;

  private final String description;
  private final FileStamp file;
  private final FileChannel channel;
  private final long start;
  private final long dataOffset;
  private final Optional<RangeChecksum> checksum;
  private final StridedArray array;
  private final BlockShape shape;
  private final ElementType type;

  /**
   * Opens the file.
   *
   * @param bytes where the bytes lie among which the values are
   * @param dataOffset number of bytes before the first value
   * @param checksum verifies all bytes; the values are the last of them
   * @param shape says that the blocks follow each other without gaps
   */
  StoredRanges(
      String description,
      FileStamp file,
      ArrayBytes.Place bytes,
      long dataOffset,
      Optional<RangeChecksum> checksum,
      StridedArray array,
      BlockShape shape,
      ElementType type)
      throws IOException {
    this.description = description;
    this.file = file;
    this.channel = FileChannel.open(bytes.file(), StandardOpenOption.READ);
    this.start = bytes.position();
    this.dataOffset = dataOffset;
    this.checksum = checksum;
    this.array = array;
    this.shape = shape;
    this.type = type;
    if (checksum.isPresent()) {
      try {
        ByteBuffer header = ByteBuffer.allocate(Math.toIntExact(dataOffset));
        read(0, header.capacity(), header);
        checksum.get().add(0, header.flip());
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    }
  }

  @Override
  public int unit() {
    return shape.inner();
  }

  @Override
  public Block fill(long firstSample, int count, ByteBuffer target) {
    requireRange(firstSample, count);
    long sampleBytes = (long) shape.neurons() * type.bytes();
    if (sampleBytes * count > target.remaining()) {
      throw new IllegalArgumentException(
          "expected room for "
              + sampleBytes * count
              + " bytes of "
              + count
              + " samples, found "
              + target.remaining());
    }
    int from = target.position();
    int to = from + (int) sampleBytes * count;
    ByteBuffer read = target.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
    try {
      long position = dataOffset + firstSample * sampleBytes;
      read(position, to, target);
      if (checksum.isPresent()) {
        checksum.get().add(position, read);
      }
    } catch (IOException e) {
      // A change explains apparent damage.
      file.requireUnchanged();
      throw ReadFailure.of(description, e);
    }
    file.requireUnchanged();
    return block(count / unit(), read);
  }

  private void requireRange(long firstSample, int count) {
    if (firstSample < 0 || count < 1 || firstSample > array.samples() - count) {
      throw new IllegalArgumentException(
          "expected samples of the "
              + array.samples()
              + " there are, found "
              + count
              + " from "
              + firstSample
              + " on");
    }
    if (firstSample % unit() != 0 || count % unit() != 0) {
      throw new IllegalArgumentException(
          "expected samples in units of "
              + unit()
              + ", found "
              + count
              + " from "
              + firstSample
              + " on");
    }
  }

  /** Reads from a position in the array's bytes up to a position of the target. */
  private void read(long position, int to, ByteBuffer target) throws IOException {
    int limit = target.limit();
    try {
      for (long from = position; target.position() < to; ) {
        int end = target.isDirect() ? to : Math.min(to, target.position() + MOST_ON_HEAP);
        int read = channel.read(target.limit(end), start + from);
        if (read < 0) {
          throw new EOFException();
        }
        from += read;
      }
    } finally {
      target.limit(limit);
    }
  }

  private Block block(int outer, ByteBuffer data) {
    // Strides below the cut axis are smaller than a block, which fits an int.
    return new Block(
        type,
        data,
        shape.neurons(),
        outer,
        shape.inner(),
        (int) array.neurons().stride(),
        (int) array.sampleAxes().get(0).stride(),
        array.sampleAxes().size() > 1 ? (int) array.sampleAxes().get(1).stride() : 0);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw ReadFailure.of(description, e);
    }
  }
}
