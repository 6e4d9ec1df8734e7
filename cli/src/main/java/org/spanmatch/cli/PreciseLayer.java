package org.spanmatch.cli;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.spanmatch.cli.report.Both;
import org.spanmatch.data.LayerActivations;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** Compresses a layer as precisely as its result needs. */
final class PreciseLayer {
  private PreciseLayer() {}

  /** Whether a bound is larger than what high precision is for; a dead neuron's is null. */
  static boolean anyInDoubt(Both<List<Double>> bounds) {
    return Stream.of(bounds.x(), bounds.y())
        .flatMap(List::stream)
        .anyMatch(bound -> bound != null && bound > Precision.GRAM_FLOOR);
  }

  /**
   * Answers a question about a layer. Unless the settings fix the precision, a standard answer that
   * is in doubt is replaced by one of high precision.
   *
   * @param question asked of the compressed layer
   * @param inDoubt whether standard precision may not have been enough for an answer
   */
  static <T> T answer(
      LayerActivations x,
      LayerActivations y,
      ProjectionKernel kernel,
      Settings settings,
      Progress progress,
      Function<ProjectionTable, T> question,
      Predicate<T> inDoubt) {
    Precision first = settings.precision().orElse(Precision.STANDARD);
    try (ProjectionTable table =
        kernel.compress(x, y, new CompressionOptions(settings.deadThreshold(), first, progress))) {
      T answer = question.apply(table);
      if (settings.precision().isPresent()
          || table.precision() == Precision.HIGH
          || !inDoubt.test(answer)) {
        return answer;
      }
    }
    try (ProjectionTable table =
        kernel.compress(
            x, y, new CompressionOptions(settings.deadThreshold(), Precision.HIGH, progress))) {
      return question.apply(table);
    }
  }
}
