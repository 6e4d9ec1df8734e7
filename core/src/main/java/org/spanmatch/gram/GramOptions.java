package org.spanmatch.gram;

import java.util.Objects;
import org.spanmatch.activations.NeuronNorms;

/**
 * How activations are added up.
 *
 * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead;
 *     finite, at least 0
 * @param precision the least that is asked for; a backend may do better
 * @param normProducts whether to add up what debiased CKA needs, for each layer with itself and
 *     each pair; costs O(samples × neurons) more
 * @param progress reports how many samples have been read
 */
public record GramOptions(
    double deadThreshold, Precision precision, boolean normProducts, Progress progress) {
  /** Checks the range. */
  public GramOptions {
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(progress, "progress");
    if (!(deadThreshold >= 0 && deadThreshold <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "expected a dead threshold of at least 0, found " + deadThreshold);
    }
  }

  /** Without norm products. */
  public GramOptions(double deadThreshold, Precision precision, Progress progress) {
    this(deadThreshold, precision, false, progress);
  }

  /** The usual threshold, standard precision, no norm products and no progress reports. */
  public static GramOptions defaults() {
    return new GramOptions(
        NeuronNorms.DEFAULT_DEAD_THRESHOLD, Precision.STANDARD, false, Progress.NONE);
  }

  /** The same with another threshold. */
  public GramOptions withDeadThreshold(double norm) {
    return new GramOptions(norm, precision, normProducts, progress);
  }

  /** The same with another precision. */
  public GramOptions withPrecision(Precision least) {
    return new GramOptions(deadThreshold, least, normProducts, progress);
  }

  /** The same with norm products. */
  public GramOptions withNormProducts() {
    return new GramOptions(deadThreshold, precision, true, progress);
  }

  /** The same with progress reports. */
  public GramOptions withProgress(Progress report) {
    return new GramOptions(deadThreshold, precision, normProducts, report);
  }
}
