package org.spanmatch.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.tuning.Change;

/** The table of {@code bench --compare}. */
class ChangeReportTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private static Change change(String neurons, String samples, double now) {
    Map<String, String> parameters =
        Map.of(
            "backend",
            "numpy-gram",
            "dtype",
            "float32",
            "layout",
            "nf",
            "precision",
            "standard",
            "threads",
            "2",
            "neurons",
            neurons,
            "samples",
            samples);
    return new Change("LayerBenchmark.match", parameters, 10, now, now / 10, 0.05);
  }

  @Test
  void linesAreToldApartByWhatDiffers() {
    List<Change> changes =
        List.of(
            new Change("LimitsBenchmark.readAllThreads", Map.of("elements", "8"), 2, 6, 3, 0.01),
            new Change("LayerBenchmark.match", change("64", "10", 50).parameters(), 10, 50, 5, 4.5),
            change("1024", "2500", 10),
            change("1024", "50000", 5),
            change("64", "2500", 30));
    RegressionException slower =
        assertThrows(RegressionException.class, () -> ChangeReport.print(changes, out));
    assertEquals(
        "1 of 4 benchmarks are slower than before, LayerBenchmark.match backend=numpy-gram,"
            + " dtype=float32, layout=nf, neurons=64, precision=standard, samples=2500, threads=2"
            + " by 3.00 ×",
        slower.getMessage());
    assertEquals(
        """

        benchmark                                      parameters  before, ms  now, ms   now / before
        LimitsBenchmark.readAllThreads                                  2.000    6.000  3.000 ± 0.010    slower (machine)
        LayerBenchmark.match               neurons=64, samples=10       10.00    50.00  5.000 ± 4.500  undecided
        LayerBenchmark.match             neurons=1024, samples=2500       10.00    10.00  1.000 ± 0.050    same
        LayerBenchmark.match            neurons=1024, samples=50000       10.00    5.000  0.500 ± 0.050  faster
        LayerBenchmark.match               neurons=64, samples=2500       10.00    30.00  3.000 ± 0.050  slower
        1 of 4 benchmarks are undecided: their intervals are wider than ± 10 %; let nothing else run, or measure longer with --full
        """
            .lines()
            .map(line -> line.replaceAll(" +", " "))
            .toList(),
        bytes.toString(StandardCharsets.UTF_8).lines().map(l -> l.replaceAll(" +", " ")).toList());
  }

  /** A machine that is slower than before is no fault of the program. */
  @Test
  void theLimitsOfTheMachineNeverCount() {
    Change limit = new Change("LimitsBenchmark.readAllThreads", Map.of(), 2, 20, 10, 0.01);
    ChangeReport.print(List.of(limit, change("64", "2500", 10)), out);
    assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("slower (machine)"));
    assertThrows(ActivationsException.class, () -> ChangeReport.print(List.of(limit), out));
  }

  @Test
  void nothingInCommonIsAnError() {
    assertEquals(
        "--compare: nothing was measured in both runs",
        assertThrows(ActivationsException.class, () -> ChangeReport.print(List.of(), out))
            .getMessage());
  }
}
