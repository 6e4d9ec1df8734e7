package org.spanmatch.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.spanmatch.cli.report.Both;
import org.spanmatch.cli.report.DisplayName;
import org.spanmatch.data.LayerPair;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Compresses a layer as precisely as the answer to a question needs.
 *
 * @param pair the layer
 * @param kernel compresses it
 * @param settings say how precisely, and whether to tell what is done
 * @param steps takes the steps
 * @param console where to tell it
 */
record PreciseLayer(
    LayerPair pair, ProjectionKernel kernel, Settings settings, LayerSteps steps, Console console) {
  /** Whether a bound is larger than what high precision is for; a dead neuron's is null. */
  static boolean anyInDoubt(Both<List<Double>> bounds) {
    return Stream.of(bounds.x(), bounds.y())
        .flatMap(List::stream)
        .anyMatch(bound -> bound != null && bound > Precision.GRAM_FLOOR);
  }

  /**
   * Answers a question. Unless the settings fix the precision, a standard answer that is in doubt
   * is replaced by one of high precision, if the work on that is not given up.
   *
   * @throws NotEnoughMemoryException if the Java heap ends meanwhile
   */
  <T> T answer(Question<T> question) {
    try {
      return precise(question);
    } catch (OutOfMemoryError e) {
      throw HeapEnd.at(pair.x().description() + ": ", e);
    }
  }

  private <T> T precise(Question<T> question) {
    T answer;
    try (ProjectionTable table = compress(settings.precision().orElse(question.precision()))) {
      answer = question.answer(pair.name(), table, steps);
      if (settings.precision().isPresent()
          || table.precision() == Precision.HIGH
          || !question.inDoubt(answer)) {
        return answer;
      }
    }
    try (ProjectionTable table = compress(Precision.HIGH)) {
      return question.better(answer, question.answer(pair.name(), table, steps));
    } catch (StoppedException e) {
      return answer;
    }
  }

  private ProjectionTable compress(Precision precision) {
    int x = pair.x().neurons();
    int y = pair.y().neurons();
    long samples = pair.x().samples();
    tell(
        String.format(
            Locale.ROOT,
            "%d + %d neurons, %d samples: about %s of Java heap of %s (precision %s)",
            x,
            y,
            samples,
            megabytes(kernel.heapBytes(x, y, samples, precision)),
            megabytes(Runtime.getRuntime().maxMemory()),
            precision));
    CompressionOptions options =
        new CompressionOptions(settings.deadThreshold(), precision, steps.progress());
    return steps.run(
        "compress", () -> kernel.compress(steps.timed(pair.x()), steps.timed(pair.y()), options));
  }

  /** Prints a line about this layer where the user wants to know it all. */
  void tell(String text) {
    if (settings.verbose()) {
      console.err().println("layer '" + DisplayName.printable(pair.name()) + "': " + text);
    }
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%,.0f MB", Math.ceil(bytes / 1e6));
  }
}
