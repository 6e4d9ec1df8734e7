package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.spanmatch.activations.Layer.BlockReader;

/**
 * A layer restricted to a random subset of its samples: the test set is cut into equal parts and
 * one sample is drawn from each.
 *
 * <p>The draw depends only on the number of samples, so two layers with the same test set keep the
 * same samples, in every run. One sample per part spreads them over the whole test set, and the
 * random position within a part keeps them from always falling on the same image column.
 */
final class SampledActivations extends Layer.Forwarding {
  private static final long SEED = 0x5eed_5eedL;
  private static final int BLOCK_VALUES = 1 << 18;

  private final long count;

  private SampledActivations(Layer layer, long count) {
    super(layer);
    this.count = count;
  }

  /** See {@link Layers#sampled}. */
  static Layer of(Layer layer, long count) {
    Objects.requireNonNull(layer, "layer");
    if (count < 1) {
      throw new IllegalArgumentException("expected at least 1 sample, found " + count);
    }
    return count >= layer.samples() ? layer : new SampledActivations(layer, count);
  }

  /** {@return the samples of another layer that has as many} */
  Layer of(Layer other) {
    return of(other, count);
  }

  @Override
  public List<Long> sampleAxes() {
    return List.of(count);
  }

  @Override
  public long samplePosition(long sample) {
    Draw draw = new Draw();
    for (long i = 0; i < sample; i++) {
      draw.next();
    }
    return layer().samplePosition(draw.next());
  }

  @Override
  public BlockReader open() {
    return new Reader();
  }

  /** Draws the samples to keep, ascending. */
  private final class Draw {
    private final SplittableRandom random = new SplittableRandom(SEED);
    private long drawn;

    long next() {
      long from = partStart(drawn);
      drawn++;
      return from + random.nextLong(partStart(drawn) - from);
    }

    /**
     * Returns the first sample of a part. Parts differ in size by at most one, larger ones first.
     */
    private long partStart(long part) {
      long samples = layer().samples();
      return samples / count * part + Math.min(part, samples % count);
    }
  }

  private final class Reader implements BlockReader {
    private final BlockReader reader = layer().open();
    private final Draw draw = new Draw();
    private final int rows =
        (int) Math.max(1, Math.min(count, BLOCK_VALUES / Math.max(1, neurons())));
    private final double[] values = new double[rows * neurons()];
    private final ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(Double.BYTES, values.length))
            .order(ByteOrder.nativeOrder());
    private Block block;
    private long blockStart;
    private long read;

    @Override
    public Block next() {
      int filled = 0;
      for (; filled < rows && read < count; filled++, read++) {
        long sample = draw.next();
        while (block == null || sample >= blockStart + block.samples()) {
          blockStart += block == null ? 0 : block.samples();
          block = reader.next();
          if (block == null) {
            throw new ActivationsException(description() + " ended before sample " + sample);
          }
        }
        block.copyRows((int) (sample - blockStart), 1, values, filled * neurons());
      }
      if (filled == 0) {
        return null;
      }
      buffer.asDoubleBuffer().put(values, 0, filled * neurons());
      return Block.rows(ElementType.FLOAT64, buffer, neurons(), filled);
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
