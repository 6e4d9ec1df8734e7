package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.PrimitiveIterator;

/**
 * A layer of one sample per example, the mean or the largest of the values that each neuron has at
 * the example's samples: see {@link Layers#pooled}.
 *
 * <p>Values are added in the order of the samples, whatever the blocks are, so that the bits don't
 * depend on them.
 */
final class PooledActivations extends Layer.Forwarding {
  // As many values as a block of activations in memory has, enough for the kernels.
  private static final int BLOCK_VALUES = 1 << 18;

  private static final double ROUNDOFF = 0x1p-53;

  private final Layers.Pooling pooling;
  private final long examples;
  private final long leftOut;
  private final long largest; // samples of an example

  private PooledActivations(
      Layer layer, Layers.Pooling pooling, long examples, long leftOut, long largest) {
    super(layer);
    this.pooling = pooling;
    this.examples = examples;
    this.leftOut = leftOut;
    this.largest = largest;
  }

  /** See {@link Layers#pooled}. */
  static Layer of(Layer layer, Layers.Pooling pooling) {
    Objects.requireNonNull(pooling, "pooling");
    long examples = 0;
    long largest = 0;
    for (Runs runs = new Runs(layer); runs.hasNext(); examples++) {
      largest = Math.max(largest, runs.next());
    }
    Layer whole = layer instanceof SelectedActivations selected ? selected.whole() : layer;
    if (largest <= 1 && whole.sampleAxes().size() == 1) {
      return layer;
    }
    long all = whole == layer ? examples : whole.sampleAxes().get(0);
    return new PooledActivations(layer, pooling, examples, all - examples, largest);
  }

  /** How many samples each example has that has any. */
  private static final class Runs {
    private final PrimitiveIterator.OfLong examples;
    private long example; // that of the next run
    private boolean isEnd;

    Runs(Layer layer) {
      examples = layer.examples();
      isEnd = !examples.hasNext();
      example = isEnd ? 0 : examples.nextLong();
    }

    boolean hasNext() {
      return !isEnd;
    }

    /** The example of the next run. */
    long example() {
      return example;
    }

    long next() {
      if (isEnd) {
        throw new NoSuchElementException();
      }
      long current = example;
      long count = 0;
      while (!isEnd && example == current) {
        count++;
        isEnd = !examples.hasNext();
        example = isEnd ? 0 : examples.nextLong();
      }
      return count;
    }
  }

  @Override
  public ElementType type() {
    return ElementType.FLOAT64;
  }

  /**
   * The largest of rounded values is rounded as they are. A mean of values of one sign is, too, and
   * in addition by one u = 2⁻⁵³ for each addition and for the division.
   */
  @Override
  public double roundoff() {
    return pooling == Layers.Pooling.MAX || largest == 1
        ? layer().roundoff()
        : Math.min(1, layer().roundoff() + largest * ROUNDOFF);
  }

  @Override
  public List<Long> sampleAxes() {
    return List.of(examples);
  }

  /** The examples of which a mask leaves no sample. */
  @Override
  public long masked() {
    return leftOut;
  }

  @Override
  public long samplePosition(long sample) {
    Runs runs = new Runs(layer());
    for (long i = 0; i < sample; i++) {
      runs.next();
    }
    return runs.example();
  }

  @Override
  public String sampleName(long position) {
    return "example " + position;
  }

  @Override
  public PrimitiveIterator.OfLong examples() {
    Runs runs = new Runs(layer());
    return new PrimitiveIterator.OfLong() {
      @Override
      public boolean hasNext() {
        return runs.hasNext();
      }

      @Override
      public long nextLong() {
        long example = runs.example();
        runs.next();
        return example;
      }
    };
  }

  @Override
  public BlockReader open() {
    return new Reader();
  }

  private final class Reader implements BlockReader {
    private final BlockReader reader = layer().open();
    private final Runs runs = new Runs(layer());
    private final int neurons = neurons();
    private final double[] pooled = new double[neurons];
    private final int mostRows =
        (int) Math.max(1, Math.min(examples, BLOCK_VALUES / Math.max(1, neurons)));
    private double[] values = new double[neurons];
    private ByteBuffer rows;
    private Block block; // null before the first
    private int used; // its samples that have been pooled
    private long done; // samples of earlier blocks

    @Override
    public Block next() {
      if (!runs.hasNext()) {
        return null;
      }
      if (rows == null) {
        int bytes = Math.multiplyExact(mostRows, Math.multiplyExact(neurons, Double.BYTES));
        rows = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
      }
      int filled = 0;
      for (; filled < mostRows && runs.hasNext(); filled++) {
        long example = runs.example();
        pool(runs.next(), example);
        rows.asDoubleBuffer().put(filled * neurons, pooled);
      }
      return Block.rows(ElementType.FLOAT64, rows, neurons, filled);
    }

    private void pool(long samples, long example) {
      Arrays.fill(pooled, pooling == Layers.Pooling.MAX ? Double.NEGATIVE_INFINITY : 0);
      for (long left = samples; left > 0; ) {
        if (block == null || used == block.samples()) {
          done += used;
          used = 0;
          block = reader.next();
          if (block == null) {
            throw new ActivationsException(
                layer().description() + " ended before its " + layer().samples() + " samples");
          }
        }
        int some = (int) Math.min(left, block.samples() - used);
        add(used, some);
        used += some;
        left -= some;
      }
      if (pooling == Layers.Pooling.MEAN) {
        for (int neuron = 0; neuron < neurons; neuron++) {
          pooled[neuron] /= samples;
          if (Double.isInfinite(pooled[neuron])) {
            throw new ActivationsException(
                description()
                    + ": the sum of neuron "
                    + neuron
                    + " over "
                    + sampleName(example)
                    + " exceeds the largest number of float64");
          }
        }
      }
    }

    /** Adds samples of the block to the example. */
    private void add(int from, int count) {
      ElementType type = block.type();
      ByteBuffer data = block.data();
      double check = 0; // becomes NaN by a value that is not finite
      if (block.neuronStride() == 1) {
        for (int sample = from; sample < from + count; sample++) {
          type.decode(data, block.index(sample), neurons, values);
          check += add(neurons);
        }
      } else {
        for (int done = 0; done < count; ) {
          int inner = (from + done) % block.innerSize();
          int run = Math.min(block.innerSize() - inner, count - done);
          for (int neuron = 0; neuron < neurons; neuron++) {
            check += addRun(block.index(from + done), run, neuron);
          }
          done += run;
        }
      }
      if (Double.isNaN(check)) {
        throw notFinite(from, count);
      }
    }

    /** Adds the values of a sample; returns 0 if all are finite, else NaN. */
    private double add(int count) {
      double check = 0;
      for (int neuron = 0; neuron < count; neuron++) {
        double value = values[neuron];
        check += 0 * value;
        pooled[neuron] =
            pooling == Layers.Pooling.MAX
                ? Math.max(pooled[neuron], value)
                : pooled[neuron] + value;
      }
      return check;
    }

    /** Adds the values of a neuron at inner samples; returns 0 if all are finite, else NaN. */
    private double addRun(int sample, int count, int neuron) {
      if (values.length < count) {
        values = new double[count];
      }
      int first = sample + neuron * block.neuronStride();
      if (block.innerStride() == 1) {
        block.type().decode(block.data(), first, count, values);
      } else {
        for (int i = 0; i < count; i++) {
          values[i] = block.type().get(block.data(), first + i * block.innerStride());
        }
      }
      double check = 0;
      double result = pooled[neuron];
      for (int i = 0; i < count; i++) {
        double value = values[i];
        check += 0 * value;
        result = pooling == Layers.Pooling.MAX ? Math.max(result, value) : result + value;
      }
      pooled[neuron] = result;
      return check;
    }

    private ActivationsException notFinite(int from, int count) {
      double[] row = new double[neurons];
      for (int sample = from; sample < from + count; sample++) {
        block.copyRows(sample, 1, row, 0);
        for (int neuron = 0; neuron < neurons; neuron++) {
          if (!Double.isFinite(row[neuron])) {
            return ActivationsException.notFinite(layer(), row[neuron], neuron, done + sample);
          }
        }
      }
      throw new IllegalStateException("expected a value that is not finite");
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
