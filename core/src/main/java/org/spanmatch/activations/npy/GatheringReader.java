package org.spanmatch.activations.npy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.List;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer.BlockReader;

/**
 * Reads an array whose samples are not consecutive in the file: neurons first, Fortran order, or
 * images too large for one block. Gathers a block from one run of values per neuron, or from larger
 * spans if the runs are short.
 */
final class GatheringReader implements BlockReader {
  // Shorter runs cost more in calls than in bytes. It is then cheaper to read what lies between
  // them too, up to a span of this size.
  private static final int LONG_RUN_BYTES = 4096;
  private static final int MAX_SPAN_BYTES = 8 << 20;

  private final String description;
  private final FileChannel channel;
  private final int dataOffset;
  private final StridedArray array;
  private final BlockShape shape;
  private final ElementType type;
  private final ByteBuffer buffer;
  private final StridedArray.Axis cut;
  private final long outerBlocks;
  private ByteBuffer spanBuffer = ByteBuffer.allocate(0);
  private long outerBlock;
  private long position;

  GatheringReader(
      String description,
      FileChannel channel,
      int dataOffset,
      StridedArray array,
      BlockShape shape,
      ElementType type,
      ByteOrder order) {
    this.description = description;
    this.channel = channel;
    this.dataOffset = dataOffset;
    this.array = array;
    this.shape = shape;
    this.type = type;
    this.buffer =
        ByteBuffer.allocate(Math.multiplyExact(shape.values(), type.bytes())).order(order);
    this.cut = array.sampleAxes().get(shape.axis());
    this.outerBlocks = array.samples() / (cut.size() * shape.inner());
  }

  @Override
  public Block next() {
    if (outerBlock == outerBlocks) {
      return null;
    }
    int run = (int) Math.min(shape.chunk(), cut.size() - position);
    List<StridedArray.Axis> above = array.sampleAxes().subList(0, shape.axis());
    List<StridedArray.Axis> below =
        array.sampleAxes().subList(shape.axis() + 1, array.sampleAxes().size());
    long base = offset(above, outerBlock) + position * cut.stride();
    buffer.clear();
    try {
      for (int inner = 0; inner < shape.inner(); inner++) {
        readSamples(base + offset(below, inner), run);
      }
    } catch (IOException e) {
      throw StoredArray.unreadable(description, e);
    }
    position += run;
    if (position == cut.size()) {
      position = 0;
      outerBlock++;
    }
    return new Block(
        type, buffer, shape.neurons(), run, shape.inner(), run, 1, shape.neurons() * run);
  }

  /** Reads a run of steps along the cut axis for all neurons, one neuron after the other. */
  private void readSamples(long first, int run) throws IOException {
    long neuronStride = array.neurons().stride();
    long span = (shape.neurons() - 1) * neuronStride + (run - 1) * cut.stride() + 1;
    boolean longRuns = cut.stride() == 1 && run * type.bytes() >= LONG_RUN_BYTES;
    if (!longRuns && span * type.bytes() <= MAX_SPAN_BYTES && shape.neurons() > 0) {
      readSpan(first, run, (int) span);
      return;
    }
    for (int neuron = 0; neuron < shape.neurons(); neuron++) {
      long from = first + neuron * neuronStride;
      if (cut.stride() == 1) {
        readValues(buffer, from, run);
      } else {
        for (int i = 0; i < run; i++) {
          readValues(buffer, from + i * cut.stride(), 1);
        }
      }
    }
  }

  /** Reads everything from the first wanted value to the last and picks out the values. */
  private void readSpan(long first, int run, int span) throws IOException {
    int bytes = type.bytes();
    if (spanBuffer.capacity() < span * bytes) {
      spanBuffer = ByteBuffer.allocate(span * bytes);
    }
    spanBuffer.clear();
    readValues(spanBuffer, first, span);
    // Both strides are below the span, which fits an int.
    int neuronBytes = (int) array.neurons().stride() * bytes;
    int stepBytes = (int) cut.stride() * bytes;
    buffer.limit(buffer.position() + shape.neurons() * run * bytes);
    for (int neuron = 0; neuron < shape.neurons(); neuron++) {
      for (int i = 0; i < run; i++) {
        buffer.put(spanBuffer.array(), neuron * neuronBytes + i * stepBytes, bytes);
      }
    }
  }

  private void readValues(ByteBuffer target, long first, int count) throws IOException {
    long from = dataOffset + first * type.bytes();
    target.limit(target.position() + count * type.bytes());
    while (target.hasRemaining()) {
      int read = channel.read(target, from);
      if (read < 0) {
        throw new EOFException();
      }
      from += read;
    }
  }

  /** Returns the offset, in values, of step {@code index} of some axes, the last one fastest. */
  private static long offset(List<StridedArray.Axis> axes, long index) {
    long offset = 0;
    long rest = index;
    for (int i = axes.size() - 1; i >= 0; i--) {
      offset += rest % axes.get(i).size() * axes.get(i).stride();
      rest /= axes.get(i).size();
    }
    return offset;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw StoredArray.unreadable(description, e);
    }
  }
}
