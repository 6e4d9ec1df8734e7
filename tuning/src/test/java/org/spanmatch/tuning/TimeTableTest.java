package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests rankings, crossings and advice. */
class TimeTableTest {
  private static LayerTime time(String backend, int neurons, long samples, double milliseconds) {
    Measurement measurement =
        new Measurement(
            LayerTime.BENCHMARK,
            Map.of(),
            1,
            new Iterations(List.of(milliseconds)),
            0.1,
            Map.of(Speeds.GFLOPS, 1.0));
    return new LayerTime(backend, new GridPoint(neurons, samples), 2, measurement);
  }

  private static final TimeTable TABLE =
      new TimeTable(
          List.of(
              time("cuda", 64, 100, 10),
              time("java", 64, 100, 1),
              time("java", 64, 10_000, 100),
              time("cuda", 64, 10_000, 10),
              time("java", 8, 100, 0.5),
              time("cuda", 8, 100, 10)));

  @Test
  void sizesAreSortedAndBackendsAsTheyCome() {
    assertEquals(
        List.of(new GridPoint(8, 100), new GridPoint(64, 100), new GridPoint(64, 10_000)),
        TABLE.points());
    assertEquals(List.of("cuda", "java"), TABLE.backends());
    assertEquals(Optional.empty(), TABLE.time("java", new GridPoint(1, 1)));
    assertEquals(100, TABLE.time("java", new GridPoint(64, 10_000)).orElseThrow().milliseconds());
  }

  @Test
  void whatNoiseExplainsIsNotClear() {
    GridPoint point = new GridPoint(8, 1);
    assertTrue(TABLE.isClear(new GridPoint(8, 100)));
    assertFalse(
        new TimeTable(List.of(time("java", 8, 1, 1), time("cuda", 8, 1, 1.15))).isClear(point));
    assertTrue(
        new TimeTable(List.of(time("java", 8, 1, 1), time("cuda", 8, 1, 1.25))).isClear(point));
    assertTrue(new TimeTable(List.of(time("java", 8, 1, 1))).isClear(point));
  }

  @Test
  void crossingsAreInterpolated() {
    // java is 10 × as fast at 100 samples and cuda at 10,000: equal half way between.
    assertEquals(List.of(new TimeTable.Crossing(64, "java", "cuda", 1000)), TABLE.crossings());
  }

  @Test
  void noCrossingIsMadeUp() {
    List<LayerTime> times = new ArrayList<>(TABLE.times());
    times.remove(time("cuda", 64, 100, 10));
    assertEquals(List.of(), new TimeTable(times).crossings());
  }

  @Test
  void theAdviceNamesEachWinner() {
    assertEquals(
        "cuda is the fastest at 1 of 3 sizes, 10.0 × as fast as the next; java is the"
            + " fastest at 2 of 3 sizes, 10.0 to 20.0 × as fast as the next; with 64 + 64 neurons"
            + " cuda is faster than java from about 1,000 samples on.",
        Advice.of(TABLE));
    assertEquals(
        "java is the only one measured: a layer of these sizes takes it 0.50 ms to 2.0 s.",
        Advice.of(new TimeTable(List.of(time("java", 8, 1, 0.5), time("java", 9, 1, 2000)))));
    assertEquals(
        "java is the only one measured: a layer of this size takes it 0.50 ms.",
        Advice.of(new TimeTable(List.of(time("java", 8, 1, 0.5)))));
    assertEquals(
        "java is the fastest at this size, 4.0 × as fast as the next.",
        Advice.of(new TimeTable(List.of(time("java", 8, 1, 0.5), time("cuda", 8, 1, 2)))));
  }
}
