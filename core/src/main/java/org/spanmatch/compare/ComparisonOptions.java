package org.spanmatch.compare;

import java.util.Objects;
import java.util.Optional;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;

/**
 * How a layer is compared.
 *
 * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead;
 *     finite, at least 0; a Gram matrix keeps the threshold that it was added up with
 * @param precision how to compress the layer; empty for as precisely as the answer needs and the
 *     input allows
 * @param monitor observes the comparison and may end it
 */
public record ComparisonOptions(
    double deadThreshold, Optional<Precision> precision, ComparisonMonitor monitor) {
  /**
   * Checks the threshold, and that nothing is null.
   *
   * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead
   * @param precision how to compress the layer
   * @param monitor observes the comparison and may end it
   */
  public ComparisonOptions {
    if (!(deadThreshold >= 0 && deadThreshold <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "expected a dead threshold of at least 0, found " + deadThreshold);
    }
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(monitor, "monitor");
  }

  /** {@return the default threshold, precision as the answer needs it, and no monitor} */
  public static ComparisonOptions defaults() {
    return new ComparisonOptions(
        GramOptions.DEFAULT_DEAD_THRESHOLD, Optional.empty(), ComparisonMonitor.NONE);
  }
}
