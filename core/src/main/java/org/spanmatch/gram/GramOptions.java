package org.spanmatch.gram;

import java.util.Objects;

/**
 * Options for adding up activations.
 *
 * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead;
 *     finite, at least 0
 * @param precision the least precision required; a backend may do better
 * @param normProducts whether to add up the sums for debiased CKA, for each layer with itself and
 *     each pair; costs O(samples × neurons) more
 * @param shifted whether to subtract from each neuron's activations, before they are added up, a
 *     value near their mean ({@link Moments#shift}), so that {@link Gram#centred} loses no digits
 *     however large the mean is; costs O(samples × neurons) more, and high precision reads the
 *     layers twice
 * @param progress receives the number of samples read so far
 */
public record GramOptions(
    double deadThreshold,
    Precision precision,
    boolean normProducts,
    boolean shifted,
    Progress progress) {
  /** The default dead threshold: neurons whose activation vector has at most this norm are dead. */
  public static final double DEFAULT_DEAD_THRESHOLD = 1e-16;

  /**
   * Checks the threshold, and that nothing is null.
   *
   * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead
   * @param precision the least precision required
   * @param normProducts whether to add up the sums for debiased CKA, for each layer with itself and
   *     each pair
   * @param shifted whether to subtract a value near their mean from each neuron's activations
   * @param progress receives the number of samples read so far
   */
  public GramOptions {
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(progress, "progress");
    if (!(deadThreshold >= 0 && deadThreshold <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "expected a dead threshold of at least 0, found " + deadThreshold);
    }
  }

  /**
   * Options for activations as they are.
   *
   * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead
   * @param precision the least precision required
   * @param normProducts whether to add up the sums for debiased CKA
   * @param progress receives the number of samples read so far
   */
  public GramOptions(
      double deadThreshold, Precision precision, boolean normProducts, Progress progress) {
    this(deadThreshold, precision, normProducts, false, progress);
  }

  /**
   * Options without norm products, for activations as they are.
   *
   * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead
   * @param precision the least precision required
   * @param progress receives the number of samples read so far
   */
  public GramOptions(double deadThreshold, Precision precision, Progress progress) {
    this(deadThreshold, precision, false, progress);
  }

  /**
   * {@return the default threshold, standard precision, no norm products and no progress reports}
   */
  public static GramOptions defaults() {
    return new GramOptions(DEFAULT_DEAD_THRESHOLD, Precision.STANDARD, false, Progress.NONE);
  }

  /**
   * {@return these options with another dead threshold}
   *
   * @param norm the largest Euclidean norm of a dead neuron, finite, at least 0
   */
  public GramOptions withDeadThreshold(double norm) {
    return new GramOptions(norm, precision, normProducts, shifted, progress);
  }

  /**
   * {@return these options with another precision}
   *
   * @param least the least precision that is wanted
   */
  public GramOptions withPrecision(Precision least) {
    return new GramOptions(deadThreshold, least, normProducts, shifted, progress);
  }

  /** {@return these options with norm products} */
  public GramOptions withNormProducts() {
    return new GramOptions(deadThreshold, precision, true, shifted, progress);
  }

  /** {@return these options with a value near their mean subtracted from activations} */
  public GramOptions withShifts() {
    return new GramOptions(deadThreshold, precision, normProducts, true, progress);
  }

  /**
   * {@return these options with progress reports}
   *
   * @param report receives the number of samples read
   */
  public GramOptions withProgress(Progress report) {
    return new GramOptions(deadThreshold, precision, normProducts, shifted, report);
  }
}
