package org.spanmatch.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.spanmatch.validation.TrueProjections.Bounded;

@Tag("once") // on one JDK: nothing here depends on which
class TrueProjectionsTest {
  private static final Problem PROBLEM =
      Problem.planted(new SplittableRandom(4), 30, 8, 7, 3, new double[] {0.02, 0.15});

  /** Projects all neurons of Y on every span of neurons of X. */
  private static List<List<Bounded>> all(TrueProjections projections) {
    int x = PROBLEM.x().size();
    int[] ofY = IntStream.range(x, x + PROBLEM.y().size()).toArray();
    return IntStream.range(0, 1 << x)
        .mapToObj(
            mask ->
                projections.project(
                    ofY, IntStream.range(0, x).filter(i -> (mask & (1 << i)) != 0).toArray()))
        .toList();
  }

  /** As where a backend that has missed its time limit comes back; one run may be lucky. */
  @RepeatedTest(5)
  void threadsSideBySideFindWhatOneDoes() throws Exception {
    List<List<Bounded>> expected = all(new TrueProjections(PROBLEM));
    TrueProjections shared = new TrueProjections(PROBLEM);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      Callable<List<List<Bounded>>> work = () -> all(shared);
      for (Future<List<List<Bounded>>> found : threads.invokeAll(List.of(work, work, work))) {
        assertEquals(expected, found.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void theOrderOfWhatIsProjectedIsKept() {
    TrueProjections projections = new TrueProjections(PROBLEM);
    int[] span = {0, 2, 3};
    List<Bounded> one = projections.project(new int[] {9}, span);
    List<Bounded> other = projections.project(new int[] {12}, span);
    assertEquals(List.of(other.get(0), one.get(0)), projections.project(new int[] {12, 9}, span));
  }
}
