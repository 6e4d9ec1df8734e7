package org.spanmatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.Match;

/** The checks of the benchmarks let rounding pass and nothing else. */
class ChecksTest {
  private static final Mixtures DATA = new Mixtures(1000, 6);

  /** Plain sums, each times a factor. */
  private record Sums(double factor) implements GramPeer {
    @Override
    public void compute() {}

    @Override
    public double get(int row, int column) {
      double sum = 0;
      for (int sample = 0; sample < DATA.samples(); sample++) {
        sum += DATA.get(sample, row) * DATA.get(sample, column);
      }
      return sum * factor;
    }

    @Override
    public void close() {}
  }

  @Test
  void gramMatrixMayErrByItsRounding() {
    assertDoesNotThrow(() -> Checks.requireGram(DATA, new Sums(1)));
    // The bound is 1001 roundings.
    assertThrows(
        IllegalStateException.class, () -> Checks.requireGram(DATA, new Sums(1 + 2000 * 0x1p-53)));
  }

  @Test
  void distancesMayErrByTheirBounds() {
    Mixtures others = new Mixtures(1001, 6);
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1));
        ProjectionTable table = compressed(kernel, DATA);
        ProjectionTable wrong = compressed(kernel, others);
        OpenBlasProjection projection = new OpenBlasProjection(new Sums(1), 6, 1)) {
      assertDoesNotThrow(() -> Checks.requireDistances(table, projection));
      assertThrows(IllegalStateException.class, () -> Checks.requireDistances(wrong, projection));
    }
  }

  @Test
  void columnsAndRowsHoldTheSameData() {
    double[] rows = DATA.rows();
    double[] columns = DATA.columns();
    for (int sample = 0; sample < DATA.samples(); sample++) {
      for (int neuron = 0; neuron < 12; neuron++) {
        float[] group = DATA.floats(neuron < 6 ? Group.X : Group.Y);
        double expected = group[sample * 6 + neuron % 6];
        assertEquals(expected, rows[sample * 12 + neuron]);
        assertEquals(expected, columns[neuron * 1000 + sample]);
      }
    }
  }

  private static ProjectionTable compressed(ProjectionKernel kernel, Mixtures data) {
    return kernel.compress(data.layer(Group.X), data.layer(Group.Y), GramOptions.defaults());
  }

  @Test
  void matchesMayDifferInBorderlineNeurons() {
    List<Match> found = List.of(match(0.2, List.of(0, 1), List.of(2), List.of()));
    assertDoesNotThrow(() -> Checks.requireSameMatches("java", found, found));
    // y3 is in one of them only.
    List<Match> expected = List.of(match(0.2, List.of(0, 1), List.of(2, 3), List.of(3)));
    assertDoesNotThrow(() -> Checks.requireSameMatches("java", found, expected));
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () ->
                Checks.requireSameMatches(
                    "java", found, List.of(match(0.2, List.of(0, 1), List.of(2, 3), List.of(2)))));
    assertEquals(
        "java and another method disagree on neurons of y at ε = 0.2, which are not borderline: [3]",
        e.getMessage());
  }

  @Test
  void matchesMustBeOfTheSameEpsilons() {
    List<Match> found = List.of(match(0.2, List.of(0), List.of(0), List.of()));
    List<Match> other = List.of(match(0.3, List.of(0), List.of(0), List.of()));
    assertThrows(
        IllegalStateException.class, () -> Checks.requireSameMatches("java", found, other));
    assertThrows(
        IllegalStateException.class, () -> Checks.requireSameMatches("java", List.of(), found));
  }

  private static Match match(
      double epsilon, List<Integer> x, List<Integer> y, List<Integer> borderlineY) {
    return new Match(epsilon, x, y, 0.5, List.of(), borderlineY);
  }
}
