package org.spanmatch.activations.storage;

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
  private final long dataOffset;
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
      long dataOffset,
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
      throw ReadFailure.of(description, e);
    }
    buffer.limit(buffer.position());
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
    int start = buffer.position();
    int neurons = shape.neurons();
    long neuronStride = array.neurons().stride();
    long span = (neurons - 1) * neuronStride + (run - 1) * cut.stride() + 1;
    boolean longRuns = cut.stride() == 1 && run * type.bytes() >= LONG_RUN_BYTES;
    if (!longRuns && fits(span)) {
      readTile(first, start, run, neurons, run);
    } else if (cut.stride() <= neuronStride) {
      int steps = together(cut.stride(), 1);
      for (int neuron = 0; neuron < neurons; neuron++) {
        for (int i = 0; i < run; i += steps) {
          int count = Math.min(steps, run - i);
          readTile(
              first + neuron * neuronStride + i * cut.stride(),
              at(start, run, neuron, i),
              run,
              1,
              count);
        }
      }
    } else {
      long sample = (neurons - 1) * neuronStride + 1;
      int wide = fits(sample) ? neurons : together(neuronStride, 1);
      int steps = wide == neurons ? together(cut.stride(), sample) : 1;
      for (int i = 0; i < run; i += steps) {
        int count = Math.min(steps, run - i);
        for (int neuron = 0; neuron < neurons; neuron += wide) {
          readTile(
              first + neuron * neuronStride + i * cut.stride(),
              at(start, run, neuron, i),
              run,
              Math.min(wide, neurons - neuron),
              count);
        }
      }
    }
    buffer.position(start + neurons * run * type.bytes());
  }

  /** Position in the buffer of a value of a run. */
  private int at(int start, int run, int neuron, int step) {
    return start + (neuron * run + step) * type.bytes();
  }

  private boolean fits(long values) {
    return values * type.bytes() <= MAX_SPAN_BYTES;
  }

  /** How many pieces of some values, a stride apart, are worth one read. */
  private int together(long stride, long values) {
    boolean near = (stride - values) * type.bytes() <= LONG_RUN_BYTES;
    long most = stride == 0 ? Integer.MAX_VALUE : (MAX_SPAN_BYTES / type.bytes() - values) / stride;
    return near ? (int) Math.max(1, Math.min(Integer.MAX_VALUE, most + 1)) : 1;
  }

  /**
   * Reads everything from the first wanted value to the last and picks out the values.
   *
   * @param to position in the buffer of the first value
   * @param run distance of neurons in the buffer, in values
   */
  private void readTile(long first, int to, int run, int neurons, int steps) throws IOException {
    if (neurons == 0) {
      return;
    }
    int bytes = type.bytes();
    if (neurons == 1 && (cut.stride() == 1 || steps == 1)) {
      readValues(buffer.position(to), first, steps);
      buffer.limit(buffer.capacity());
      return;
    }
    // Where there is one step, or one neuron, the stride may be any, but is not used.
    long neuronStride = neurons == 1 ? 0 : array.neurons().stride();
    long stepStride = steps == 1 ? 0 : cut.stride();
    int span = (int) ((neurons - 1) * neuronStride + (steps - 1) * stepStride + 1);
    if (spanBuffer.capacity() < span * bytes) {
      spanBuffer = ByteBuffer.allocate(span * bytes);
    }
    readValues(spanBuffer.clear(), first, span);
    for (int neuron = 0; neuron < neurons; neuron++) {
      buffer.position(to + neuron * run * bytes);
      for (int i = 0; i < steps; i++) {
        int from = (int) (neuron * neuronStride + i * stepStride) * bytes;
        buffer.put(spanBuffer.array(), from, bytes);
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
      throw ReadFailure.of(description, e);
    }
  }
}
