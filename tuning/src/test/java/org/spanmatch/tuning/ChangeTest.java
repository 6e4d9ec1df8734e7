package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Tests which changes count as regressions. */
class ChangeTest {
  /** Five iterations whose median has this interval; a single one if that is NaN. */
  private static Measurement measured(String backend, int threads, double time, double error) {
    List<Double> iterations =
        Double.isNaN(error)
            ? List.of(time)
            : List.of(time - error, time - error, time, time + error, time + error);
    return new Measurement(
        "LayerBenchmark.match",
        Map.of("backend", backend),
        threads,
        new Iterations(iterations),
        Double.NaN,
        Map.of());
  }

  private static Change change(double before, double error, double now, double errorNow) {
    return Change.between(
            List.of(measured("java", 1, before, error)),
            List.of(measured("java", 1, now, errorNow)))
        .get(0);
  }

  @Test
  void intervalsAddUpToThatOfTheRatio() {
    Change change = change(10, 0.3, 20, 0.8);
    assertEquals("LayerBenchmark.match backend=java", change.name());
    assertEquals("backend=java", change.text(Set.of("backend", "other")));
    assertEquals("", change.text(Set.of()));
    assertEquals(2, change.ratio(), 1e-12);
    assertEquals(2 * 0.05, change.error(), 1e-12);
    assertTrue(change.isRegression());
    assertFalse(change.isImprovement());
    assertTrue(change(20, 0.8, 10, 0.3).isImprovement());
  }

  @Test
  void whatNoiseExplainsIsNoRegression() {
    assertFalse(change(10, 0, 10.9, 0).isRegression(), "within the tolerance");
    assertTrue(change(10, 0, 11.1, 0).isRegression());
    assertFalse(change(10, 5, 14, 0).isRegression(), "wide interval before");
    assertFalse(change(10, 0, 14, 5).isRegression(), "wide interval now");
    assertFalse(change(10, Double.NaN, 100, 0).isRegression(), "no interval");
    assertFalse(change(100, 0, 10, Double.NaN).isImprovement(), "no interval");
  }

  @Test
  void anIntervalThatHidesTheToleranceIsUndecided() {
    assertFalse(change(10, 0.5, 10, 0.5).isUndecided());
    assertTrue(change(10, 2, 10, 0.5).isUndecided());
    assertTrue(change(1, 0.7, 5, 3.5).isUndecided(), "five times as long, or as before");
    assertTrue(change(10, Double.NaN, 10, 0).isUndecided(), "no interval");
    assertFalse(change(1, 0.2, 5, 1).isUndecided(), "slower in any case");
    assertFalse(change(5, 1, 1, 0.2).isUndecided(), "faster in any case");
  }

  /** A pause of the machine in one iteration of each run: the means differ by 1.5 ×. */
  @Test
  void oneSlowIterationMakesNoDifference() {
    Measurement before = run(10, 10.1, 9.9, 10, 10.2, 9.8, 10, 11);
    Measurement now = run(10.1, 10, 9.9, 51, 10, 10.2, 9.8, 10);
    Change change = Change.between(List.of(before), List.of(now)).get(0);
    assertEquals(1, change.ratio(), 1e-12);
    assertFalse(change.isRegression() || change.isImprovement() || change.isUndecided());
  }

  private static Measurement run(double... iterations) {
    return new Measurement(
        "LayerBenchmark.match",
        Map.of(),
        1,
        new Iterations(DoubleStream.of(iterations).boxed().toList()),
        9,
        Map.of());
  }

  @Test
  void onlyTheSameIsCompared() {
    List<Measurement> before = List.of(measured("java", 1, 1, 0), measured("cuda", 1, 1, 0));
    List<Measurement> now = List.of(measured("java", 2, 1, 0), measured("cuda", 1, 3, 0));
    List<Change> changes = Change.between(before, now);
    assertEquals(1, changes.size());
    assertEquals(3, changes.get(0).ratio());
  }
}
