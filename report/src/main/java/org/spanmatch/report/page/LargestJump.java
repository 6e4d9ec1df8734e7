package org.spanmatch.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.spanmatch.kernel.PerGroup;

/**
 * Where the similarity jumps most, since many neurons begin to match at once.
 *
 * @param epsilon ε
 * @param from the similarity just below
 * @param to the similarity from there on
 */
record LargestJump(double epsilon, double from, double to) {
  private static final int LEAST = 2; // neurons that begin to match at once

  /**
   * The largest jump, of equal ones that at the smallest ε; empty if no two neurons begin to match
   * at once.
   *
   * @param levels the match levels of both networks' neurons, NaN if dead
   */
  static Optional<LargestJump> of(PerGroup<double[]> levels) {
    double[] sorted =
        DoubleStream.concat(Arrays.stream(levels.x()), Arrays.stream(levels.y()))
            .sorted()
            .toArray();
    LargestJump largest = null;
    int most = LEAST - 1;
    for (int from = 0, to = 0; from < sorted.length && sorted[from] <= 1; from = to) {
      while (to < sorted.length && sorted[to] == sorted[from]) {
        to++;
      }
      if (to - from > most) {
        most = to - from;
        double all = sorted.length;
        largest = new LargestJump(sorted[from], from / all, to / all);
      }
    }
    return Optional.ofNullable(largest);
  }

  /** Writes it as a field of a layer. */
  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("jump");
    json.writeNumberField("epsilon", epsilon);
    json.writeNumberField("from", from);
    json.writeNumberField("to", to);
    json.writeEndObject();
  }
}
