package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import org.spanmatch.activations.Layer.BlockReader;

/** Activations in memory, sample-major or neuron-major. */
final class ArrayLayer implements Layer {
  // Few enough for the second-level cache from where the java kernel packs them, 2 to 4 % faster
  // than with four times as many; enough to hide what a block costs on its way to a GPU.
  private static final int SAMPLE_MAJOR_BLOCK_VALUES = 1 << 18;

  // Longer runs of each neuron.
  private static final int NEURON_MAJOR_BLOCK_VALUES = 1 << 20;

  private final String name;
  private final long samples;
  private final int neurons;
  private final StoredValues values;
  private final boolean neuronMajor;

  private ArrayLayer(
      String name, long samples, int neurons, StoredValues values, boolean neuronMajor) {
    Objects.requireNonNull(name, "name");
    // Checked this way round, since a product may exceed a long.
    boolean fits =
        samples >= 1
            && neurons >= 0
            && (neurons == 0
                ? values.size() == 0
                : values.size() % neurons == 0 && values.size() / neurons == samples);
    if (!fits) {
      throw new IllegalArgumentException(
          values.size() + " values are not " + samples + " samples of " + neurons + " neurons");
    }
    this.name = name;
    this.samples = samples;
    this.neurons = neurons;
    this.values = values;
    this.neuronMajor = neuronMajor;
  }

  /** All neurons of a sample side by side; a sample may go over the end of a piece. */
  static Layer bySample(String name, long samples, int neurons, StoredValues values) {
    return new ArrayLayer(name, samples, neurons, values, false);
  }

  /** All samples of a neuron side by side, either in one piece or in a piece per neuron. */
  static Layer byNeuron(String name, int samples, int neurons, StoredValues values) {
    return new ArrayLayer(name, samples, neurons, values, true);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String source() {
    return "memory";
  }

  @Override
  public ElementType type() {
    return values.type();
  }

  @Override
  public int neurons() {
    return neurons;
  }

  @Override
  public List<Long> sampleAxes() {
    return List.of(samples);
  }

  @Override
  public BlockReader open() {
    return neuronMajor ? new NeuronReader() : new SampleReader();
  }

  @Override
  public String toString() {
    return description() + ", " + samples + " samples of " + neurons + " neurons";
  }

  private abstract class Reader implements BlockReader {
    private final int most;
    private final ByteBuffer buffer;
    private long position;

    Reader(int blockValues) {
      most = (int) Math.max(1, Math.min(samples, blockValues / Math.max(1, neurons)));
      int bytes = Math.multiplyExact(most, Math.multiplyExact(neurons, type().bytes()));
      buffer = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public Block next() {
      int count = (int) Math.min(most, samples - position);
      if (count == 0) {
        return null;
      }
      Block block = read(position, count, buffer);
      position += count;
      return block;
    }

    abstract Block read(long from, int count, ByteBuffer target);

    @Override
    public void close() {}
  }

  private final class SampleReader extends Reader {
    private int piece;
    private int used; // values of the piece

    SampleReader() {
      super(SAMPLE_MAJOR_BLOCK_VALUES);
    }

    @Override
    Block read(long from, int count, ByteBuffer target) {
      int wanted = count * neurons;
      for (int filled = 0; filled < wanted; ) {
        int some = Math.min(wanted - filled, values.size(piece) - used);
        values.copy(piece, used, some, target, filled);
        filled += some;
        used += some;
        if (used == values.size(piece)) {
          piece++;
          used = 0;
        }
      }
      return Block.rows(type(), target, neurons, count);
    }
  }

  private final class NeuronReader extends Reader {
    NeuronReader() {
      super(NEURON_MAJOR_BLOCK_VALUES);
    }

    @Override
    Block read(long from, int count, ByteBuffer target) {
      boolean onePiece = values.pieces() == 1;
      for (int neuron = 0; neuron < neurons; neuron++) {
        int start = (int) (onePiece ? neuron * samples + from : from);
        values.copy(onePiece ? 0 : neuron, start, count, target, neuron * count);
      }
      return new Block(type(), target, neurons, count, 1, count, 1, 0);
    }
  }
}
