package org.spanmatch.data;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.List;

/**
 * Reads an array whose samples do not follow each other in the file: neurons first, Fortran order,
 * or images too large for one block. A block is gathered from one run of values for each neuron.
 */
final class GatheringReader implements BlockReader {
  private final String description;
  private final FileChannel channel;
  private final int dataOffset;
  private final StridedArray array;
  private final BlockShape shape;
  private final ElementType type;
  private final ByteBuffer buffer;
  private final StridedArray.Axis cut;
  private final long outerBlocks;
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
  public ActivationBlock next() {
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
        long innerBase = base + offset(below, inner);
        for (int neuron = 0; neuron < shape.neurons(); neuron++) {
          readRun(innerBase + neuron * array.neurons().stride(), run);
        }
      }
    } catch (IOException e) {
      throw StoredArray.unreadable(description, e);
    }
    position += run;
    if (position == cut.size()) {
      position = 0;
      outerBlock++;
    }
    return new ActivationBlock(
        type, buffer, shape.neurons(), run, shape.inner(), run, 1, shape.neurons() * run);
  }

  private void readRun(long first, int run) throws IOException {
    if (cut.stride() == 1) {
      readValues(first, run);
    } else {
      for (int i = 0; i < run; i++) {
        readValues(first + i * cut.stride(), 1);
      }
    }
  }

  private void readValues(long first, int count) throws IOException {
    long from = dataOffset + first * type.bytes();
    buffer.limit(buffer.position() + count * type.bytes());
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, from);
      if (read < 0) {
        throw new EOFException();
      }
      from += read;
    }
  }

  /** The offset, in values, of step {@code index} of the axes taken together, last one fastest. */
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
