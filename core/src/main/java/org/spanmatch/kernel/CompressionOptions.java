package org.spanmatch.kernel;

import org.spanmatch.activations.NeuronNorms;

/**
 * How activations are compressed.
 *
 * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead;
 *     finite, at least 0
 * @param precision the least that is asked for; a backend may do better
 * @param progress is told how many samples have been read
 */
public record CompressionOptions(double deadThreshold, Precision precision, Progress progress) {
  /** Checks the range. */
  public CompressionOptions {
    if (!(deadThreshold >= 0 && deadThreshold <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "expected a dead threshold of at least 0, found " + deadThreshold);
    }
  }

  /** The usual threshold, standard precision, and no progress reports. */
  public static CompressionOptions defaults() {
    return new CompressionOptions(
        NeuronNorms.DEFAULT_DEAD_THRESHOLD, Precision.STANDARD, Progress.NONE);
  }
}
