package org.spanmatch.spark.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs are of about as many samples, whatever the sizes of shards are. */
class RunsTest {
  @Test
  void equalShardsMakeEqualRuns() {
    assertEquals(List.of(3, 6, 9, 12), Runs.ends(Collections.nCopies(12, 5L), 4));
    assertEquals(List.of(1, 2, 3), Runs.ends(Collections.nCopies(3, 5L), 100));
  }

  @Test
  void aLargeShardIsARunAndSmallOnesStayTogether() {
    List<Integer> ends = Runs.ends(List.of(1000L, 1L, 1L, 1L, 1L, 1000L), 3);
    assertEquals(List.of(1, 6), ends);
  }

  @Test
  void moreSamplesForEachNeuronMakeMoreRuns() {
    assertEquals(128, Runs.count(100_000, 1024));
    assertEquals(1525, Runs.count(100_000_000, 1024));
    assertEquals(4096, Runs.count(1L << 40, 64));
  }
}
