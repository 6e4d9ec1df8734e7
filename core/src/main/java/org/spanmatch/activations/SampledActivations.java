package org.spanmatch.activations;

import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * A layer restricted to a random subset of its samples: the test set is cut into equal parts and
 * one sample is drawn from each.
 *
 * <p>The draw depends only on the number of samples, so two layers with the same test set keep the
 * same samples, in every run. One sample per part spreads them over the whole test set, and the
 * random position within a part keeps them from always falling on the same image column.
 */
final class SampledActivations extends SelectedActivations {
  private static final long SEED = 0x5eed_5eedL;

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
      draw.advance();
    }
    return layer().samplePosition(draw.latest);
  }

  @Override
  Selection select() {
    return new Draw();
  }

  /** Draws the samples to keep, ascending. */
  private final class Draw implements Selection {
    private final SplittableRandom random = new SplittableRandom(SEED);
    private long drawn;
    private long latest;

    Draw() {
      advance();
    }

    void advance() {
      long from = partStart(drawn);
      drawn++;
      latest = from + random.nextLong(partStart(drawn) - from);
    }

    @Override
    public long next(long from) {
      while (latest < from) {
        advance();
      }
      return latest;
    }

    @Override
    public long end(long selected) {
      return selected + 1;
    }

    /**
     * Returns the first sample of a part. Parts differ in size by at most one, larger ones first.
     */
    private long partStart(long part) {
      long samples = layer().samples();
      return samples / count * part + Math.min(part, samples % count);
    }
  }
}
