package org.spanmatch.spark.gram;

import java.io.Serializable;
import java.util.Objects;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.selection.Kernels;

/**
 * How Gram matrices are added up on Spark.
 *
 * @param deadThreshold the norm up to which neurons are dead
 * @param precision what to keep; of high precision a task holds the factor of all neurons at once
 * @param shifted whether to subtract a value near each neuron's mean first
 * @param backend the name of the kernel that executors use, or {@link Kernels#AUTO}
 * @param sliceNeurons the most neurons of a slice of a layer, at least 1: tiles of two slices are
 *     sent and merged
 * @param stripeBytes the memory of the Gram matrix that a task adds up, at least 1; a larger one is
 *     cut into stripes, for each of which the activations are read once. A task needs about four
 *     times that
 */
public record SumOptions(
    double deadThreshold,
    Precision precision,
    boolean shifted,
    String backend,
    int sliceNeurons,
    long stripeBytes)
    implements Serializable {
  /** The most neurons of both layers whose factor one array of bytes can hold. */
  private static final long MOST_OF_HIGH_PRECISION = 23_000;

  /** The usual size of a slice: tiles of 16 MiB. */
  public static final int SLICE_NEURONS = 1024;

  /** The usual memory of a task's Gram matrix: 256 MiB. */
  public static final long STRIPE_BYTES = 256L << 20;

  /**
   * Checks the numbers.
   *
   * @param deadThreshold the norm up to which neurons are dead
   * @param precision what to keep
   * @param shifted whether to subtract a value near each neuron's mean first
   * @param backend the name of the kernel that executors use
   * @param sliceNeurons the most neurons of a slice of a layer
   * @param stripeBytes the memory of the Gram matrix that a task adds up
   */
  public SumOptions {
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(backend, "backend");
    if (sliceNeurons < 1 || stripeBytes < 1) {
      throw new IllegalArgumentException(
          "expected slices and stripes of at least 1, found "
              + sliceNeurons
              + " neurons and "
              + stripeBytes
              + " bytes");
    }
  }

  /** {@return standard precision and the usual sizes, on the backend that suits an executor} */
  public static SumOptions defaults() {
    return new SumOptions(
        GramOptions.DEFAULT_DEAD_THRESHOLD,
        Precision.STANDARD,
        false,
        Kernels.AUTO,
        SLICE_NEURONS,
        STRIPE_BYTES);
  }

  GramOptions gram() {
    return new GramOptions(deadThreshold, precision, true, shifted, Progress.NONE);
  }

  /** How a pair is cut; a factor of high precision can't be. */
  GramPlan plan(ShardedPair pair) {
    long neurons = (long) pair.xNeurons() + pair.yNeurons();
    if (precision == Precision.HIGH && neurons > MOST_OF_HIGH_PRECISION) {
      throw new GramException(
          "layers '"
              + pair.x()
              + "' and '"
              + pair.y()
              + "': expected at most "
              + MOST_OF_HIGH_PRECISION
              + " neurons at high precision on Spark, found "
              + neurons);
    }
    return precision == Precision.HIGH
        ? GramPlan.of(pair, Integer.MAX_VALUE, Long.MAX_VALUE)
        : GramPlan.of(pair, sliceNeurons, stripeBytes);
  }
}
