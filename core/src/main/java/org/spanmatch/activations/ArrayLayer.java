package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
  public Optional<RangeReader> openRanges() {
    boolean littleEndian = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    return neuronMajor || !littleEndian ? Optional.empty() : Optional.of(new SampleRanges());
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
    private final Place place = new Place();

    SampleReader() {
      super(SAMPLE_MAJOR_BLOCK_VALUES);
    }

    @Override
    Block read(long from, int count, ByteBuffer target) {
      place.copy(count * neurons, target);
      return Block.rows(type(), target, neurons, count);
    }
  }

  /** A place in the pieces. */
  private final class Place {
    private int piece;
    private int used; // values of the piece

    void copy(int wanted, ByteBuffer target) {
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
    }
  }

  private final class SampleRanges implements RangeReader {
    private final long[] starts = new long[values.pieces()]; // of the pieces, in values

    SampleRanges() {
      for (int piece = 1; piece < starts.length; piece++) {
        starts[piece] = starts[piece - 1] + values.size(piece - 1);
      }
    }

    @Override
    public int unit() {
      return 1;
    }

    @Override
    public Block fill(long firstSample, int count, ByteBuffer target) {
      if (firstSample < 0 || count < 1 || firstSample > samples - count) {
        throw new IllegalArgumentException(
            "expected samples of the "
                + samples
                + " there are, found "
                + count
                + " from "
                + firstSample
                + " on");
      }
      long bytes = (long) count * neurons * type().bytes();
      if (bytes > target.remaining()) {
        throw new IllegalArgumentException(
            "expected room for " + bytes + " bytes, found " + target.remaining());
      }
      ByteBuffer part = target.slice(target.position(), (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (neurons > 0) {
        from(firstSample * neurons).copy(count * neurons, part);
      }
      target.position(target.position() + (int) bytes);
      return Block.rows(type(), part, neurons, count);
    }

    private Place from(long value) {
      Place place = new Place();
      int found = Arrays.binarySearch(starts, value);
      // Of equal starts, those of empty pieces, any will do: what is empty copies nothing.
      place.piece = found < 0 ? -2 - found : found;
      place.used = (int) (value - starts[place.piece]);
      return place;
    }

    @Override
    public void close() {}
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
