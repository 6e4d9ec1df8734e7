package org.spanmatch.activations.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.ZipException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer.BlockReader;

/** Reads an array from front to back, for files with the samples in order. */
final class SequentialReader implements BlockReader {
  private final String description;
  private final InputStream in;
  private final BlockShape shape;
  private final ElementType type;
  private final ByteBuffer buffer;
  private final int neuronStride;
  private final int outerStride;
  private final int innerStride;
  private final boolean toEnd;
  private long remaining;

  /**
   * Starts at the first value.
   *
   * @param toEnd whether nothing may follow the last value
   */
  SequentialReader(
      String description,
      InputStream in,
      long dataOffset,
      StridedArray array,
      BlockShape shape,
      ElementType type,
      ByteOrder order,
      boolean toEnd)
      throws IOException {
    this.description = description;
    this.in = in;
    this.shape = shape;
    this.type = type;
    this.buffer =
        ByteBuffer.allocate(Math.multiplyExact(shape.values(), type.bytes())).order(order);
    // Strides below the cut axis are smaller than a block, which fits an int.
    this.neuronStride = (int) array.neurons().stride();
    this.outerStride = (int) array.sampleAxes().get(0).stride();
    this.innerStride = array.sampleAxes().size() > 1 ? (int) array.sampleAxes().get(1).stride() : 0;
    this.toEnd = toEnd;
    this.remaining = array.sampleAxes().get(0).size();
    try {
      in.skipNBytes(dataOffset);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public Block next() {
    if (remaining == 0) {
      return null;
    }
    int outer = (int) Math.min(shape.chunk(), remaining);
    int length = outer * shape.inner() * shape.neurons() * type.bytes();
    try {
      if (in.readNBytes(buffer.array(), 0, length) < length) {
        throw new EOFException();
      }
      remaining -= outer;
      if (remaining == 0 && toEnd) {
        // Reading to the end makes an archive verify its checksum.
        if (in.read() >= 0) {
          throw new ZipException("the entry is longer than it should be");
        }
      }
    } catch (IOException e) {
      throw ReadFailure.of(description, e);
    }
    return new Block(
        type,
        buffer,
        shape.neurons(),
        outer,
        shape.inner(),
        neuronStride,
        outerStride,
        innerStride);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw ReadFailure.of(description, e);
    }
  }
}
