package org.spanmatch.kernel.backend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;

/**
 * A layer with a value near its mean subtracted from each neuron's activations, as float64.
 *
 * <p>A difference is rounded at most once, by u = 2⁻⁵³ of its size and not of that of the
 * activation, so that what is left of a large mean decides how many digits are lost later. What is
 * subtracted is fixed by the first block: the value that more than half of some of its samples
 * have, such as 0 after a ReLU, so that active samples can still be counted; otherwise their mean.
 * With m samples looked at, the squared norm of d shifted activations is at most 1 + 2·d/m times
 * what it is about their exact mean, whatever the data; a single sample could be an outlier, and
 * leave a factor of d.
 */
final class ShiftedLayer extends Layer.Forwarding {
  private static final int LOOKED_AT = 256;

  // A shifted block stays in the second-level cache until it is packed.
  private static final int BLOCK_VALUES = 1 << 15;

  private static final int LEAST_RUN = 256;

  // With less than half a unit in the last place of the largest double no difference overflows.
  private static final double LARGEST_SHIFT = 0x1p969;

  private double[] shifts; // null until the first block has been read

  private ShiftedLayer(Layer layer, double[] shifts) {
    super(layer);
    this.shifts = shifts;
  }

  /** Returns a layer that is shifted by what its first block shows. */
  static ShiftedLayer nearMean(Layer layer) {
    return new ShiftedLayer(layer, null);
  }

  /**
   * Returns a layer that is shifted by its means, rounded to float64, after one pass over it. The
   * mean of equal activations is exactly these.
   */
  static ShiftedLayer atMean(Layer layer) {
    ShiftedLayer near = nearMean(layer);
    int neurons = layer.neurons();
    double[] means = new double[neurons];
    if (neurons > 0) {
      int chunk = SampleRows.chunk(neurons);
      double[] rows = new double[chunk * neurons];
      try (SampleRows reader = new SampleRows(near)) {
        for (int count = reader.read(rows, chunk); count > 0; count = reader.read(rows, chunk)) {
          for (int place = 0; place < count * neurons; place++) {
            means[place % neurons] += rows[place];
          }
        }
      }
      for (int neuron = 0; neuron < neurons; neuron++) {
        double shift = near.shifts[neuron];
        means[neuron] = bounded(shift + means[neuron] / layer.samples());
      }
    }
    return new ShiftedLayer(layer, means);
  }

  /** Returns what is subtracted, by neuron; zeros before anything has been read. */
  synchronized double[] shifts() {
    return shifts == null ? new double[neurons()] : shifts.clone();
  }

  private synchronized double[] shifts(Block first) {
    if (shifts == null) {
      shifts = nearMean(first);
    }
    return shifts;
  }

  private static double[] nearMean(Block block) {
    int neurons = block.neurons();
    int looked = Math.min(block.samples(), LOOKED_AT);
    double[] row = new double[neurons];
    double[] first = new double[neurons];
    double[] sums = new double[neurons]; // of differences from the first, so that equal ones add up
    double[] candidates = new double[neurons];
    int[] leads = new int[neurons];
    for (int i = 0; i < looked; i++) {
      block.copyRows(sample(block, i, looked), 1, row, 0);
      for (int neuron = 0; neuron < neurons; neuron++) {
        double value = row[neuron];
        first[neuron] = i == 0 ? value : first[neuron];
        sums[neuron] += value - first[neuron];
        // Boyer and Moore's vote: a value that more than half have is the last candidate.
        candidates[neuron] = leads[neuron] == 0 ? value : candidates[neuron];
        leads[neuron] += value == candidates[neuron] ? 1 : -1;
      }
    }
    int[] counts = new int[neurons];
    for (int i = 0; i < looked; i++) {
      block.copyRows(sample(block, i, looked), 1, row, 0);
      for (int neuron = 0; neuron < neurons; neuron++) {
        counts[neuron] += row[neuron] == candidates[neuron] ? 1 : 0;
      }
    }
    // Differences from a float32 number are exact for stored numbers of at most as many digits,
    // unless they are 10⁸ times smaller.
    boolean isShort = block.type().roundoff() > ElementType.FLOAT64.roundoff();
    double[] near = new double[neurons];
    for (int neuron = 0; neuron < neurons; neuron++) {
      double mean = first[neuron] + sums[neuron] / looked;
      double shift = 2 * counts[neuron] > looked ? candidates[neuron] : mean;
      near[neuron] = bounded(isShort ? (float) shift : shift);
    }
    return near;
  }

  /** One of some samples that are spread over a block. */
  private static int sample(Block block, int number, int of) {
    return (int) ((long) number * block.samples() / of);
  }

  /** Leaves neurons alone whose differences could overflow, and those that are not finite. */
  private static double bounded(double shift) {
    return Math.abs(shift) <= LARGEST_SHIFT ? shift + 0.0 : 0; // no negative zero
  }

  /** The format of the shifted values, not that of the stored ones. */
  @Override
  public ElementType type() {
    return ElementType.FLOAT64;
  }

  @Override
  public BlockReader open() {
    return new Reader(layer().open());
  }

  /** Shifts a part of a stored block at a time. */
  private final class Reader implements BlockReader {
    private final BlockReader reader;
    private Block block; // the stored one
    private FloatBuffer floats; // its values, if they are float32
    private int used; // its outer samples that have been shifted
    private double[] shifts;
    private double[] values = new double[0];
    private float[] stored = new float[0];
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    Reader(BlockReader reader) {
      this.reader = reader;
    }

    @Override
    public Block next() {
      if (block == null || used == block.outerSize()) {
        block = reader.next();
        used = 0;
        if (block == null) {
          return null;
        }
        shifts = shifts(block);
        ByteBuffer data = block.data();
        floats = data.duplicate().clear().order(data.order()).asFloatBuffer();
      }
      int size = Math.multiplyExact(block.neurons(), block.innerSize()); // of an outer sample
      int fitting = Math.max(isAlongOuter() ? LEAST_RUN : 1, BLOCK_VALUES / Math.max(1, size));
      int outer = Math.min(block.outerSize() - used, fitting);
      require(Math.multiplyExact(outer, size));
      Block shifted = block.neuronStride() == 1 ? bySample(outer) : byNeuron(outer);
      used += outer;
      return shifted;
    }

    /** Whether outer samples of a neuron lie side by side, or are at least all that there are. */
    private boolean isAlongOuter() {
      return block.neuronStride() != 1 && (block.outerStride() == 1 || block.innerSize() == 1);
    }

    private void require(int count) {
      int bytes = Math.multiplyExact(count, Double.BYTES);
      if (buffer.capacity() < bytes) {
        buffer = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
      }
    }

    /** All neurons of a sample side by side. */
    private Block bySample(int outer) {
      int neurons = block.neurons();
      int inner = block.innerSize();
      int most =
          block.hasSamplesSideBySide() ? Math.max(1, BLOCK_VALUES / Math.max(1, neurons)) : 1;
      int rows;
      for (int row = 0; row < outer * inner; row += rows) {
        rows = Math.min(most, outer * inner - row);
        decode(block.index(used * inner + row), 1, rows * neurons);
        for (int i = 0; i < rows; i++) {
          int place = i * neurons;
          for (int neuron = 0; neuron < neurons; neuron++) {
            values[place + neuron] -= shifts[neuron];
          }
        }
        put(row * neurons, rows * neurons);
      }
      return Block.rows(ElementType.FLOAT64, buffer, neurons, outer * inner);
    }

    /** Some samples of a neuron side by side, along the axis where they are stored so. */
    private Block byNeuron(int outer) {
      int neurons = block.neurons();
      int inner = block.innerSize();
      boolean alongOuter = isAlongOuter();
      int run = alongOuter ? outer : inner;
      int stride = alongOuter ? block.outerStride() : block.innerStride();
      int others = alongOuter ? inner : outer;
      for (int other = 0; other < others; other++) {
        int sample = alongOuter ? used * inner + other : (used + other) * inner;
        for (int neuron = 0; neuron < neurons; neuron++) {
          decode(block.index(sample) + neuron * block.neuronStride(), stride, run);
          double shift = shifts[neuron];
          for (int i = 0; i < run; i++) {
            values[i] -= shift;
          }
          put((other * neurons + neuron) * run, run);
        }
      }
      return new Block(
          ElementType.FLOAT64,
          buffer,
          neurons,
          outer,
          inner,
          run,
          alongOuter ? 1 : neurons * run,
          alongOuter ? neurons * run : 1);
    }

    private void decode(int first, int stride, int count) {
      if (values.length < count) {
        values = new double[count];
        stored = new float[count];
      }
      if (stride != 1) {
        for (int i = 0; i < count; i++) {
          values[i] = block.type().get(block.data(), first + i * stride);
        }
      } else if (block.type() == ElementType.FLOAT32) {
        floats.get(first, stored, 0, count); // faster than one value at a time
        for (int i = 0; i < count; i++) {
          values[i] = stored[i];
        }
      } else {
        block.type().decode(block.data(), first, count, values);
      }
    }

    private void put(int place, int count) {
      buffer.asDoubleBuffer().put(place, values, 0, count);
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
