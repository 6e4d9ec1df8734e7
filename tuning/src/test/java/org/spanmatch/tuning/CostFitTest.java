package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.kernel.selection.CostProfile.LayerWork;
import org.spanmatch.kernel.selection.CostProfile.PhaseCost;
import org.spanmatch.tuning.CostFit.Timing;

/** Tests that a fit recovers known costs. */
class CostFitTest {
  private static final int[] NEURONS = {64, 256, 1024};
  private static final long[] SAMPLES = {1000, 10_000, 50_000};

  private static List<Timing> timings(PhaseCost cost, double noise) {
    SplittableRandom random = new SplittableRandom(1);
    List<Timing> timings = new ArrayList<>();
    for (int neurons : NEURONS) {
      for (long samples : SAMPLES) {
        LayerWork work = LayerWork.of(neurons, neurons, samples, Float.BYTES);
        double seconds =
            cost.fixed()
                + cost.perFlop() * work.compressFlops()
                + cost.perByte() * work.compressBytes();
        timings.add(
            new Timing(
                work.compressFlops(),
                work.compressBytes(),
                seconds * (1 + noise * random.nextDouble(-1, 1))));
      }
    }
    return timings;
  }

  @ParameterizedTest
  @CsvSource({
    "1e-3, 2e-11, 3e-10",
    "0, 2e-11, 3e-10",
    "1e-3, 0, 3e-10",
    "1e-3, 2e-11, 0",
    "1, 0, 0",
  })
  void exactTimesGiveTheirCosts(double fixed, double perFlop, double perByte) {
    PhaseCost found = CostFit.of(timings(new PhaseCost(fixed, perFlop, perByte), 0));
    assertEquals(fixed, found.fixed(), 1e-6 * fixed + 1e-9);
    assertEquals(perFlop, found.perFlop(), 1e-6 * perFlop + 1e-17);
    assertEquals(perByte, found.perByte(), 1e-6 * perByte + 1e-16);
  }

  @Test
  void noiseOfTheTimesIsThatOfTheModel() {
    PhaseCost cost = new PhaseCost(1e-3, 2e-11, 3e-10);
    PhaseCost found = CostFit.of(timings(cost, 0.1));
    for (Timing exact : timings(cost, 0)) {
      double modelled =
          found.fixed() + found.perFlop() * exact.flops() + found.perByte() * exact.bytes();
      assertEquals(1, modelled / exact.seconds(), 0.1);
    }
  }

  @Test
  void oneTimingIsMetExactly() {
    PhaseCost found = CostFit.of(List.of(new Timing(1e9, 1e6, 2)));
    assertEquals(2, found.fixed() + 1e9 * found.perFlop() + 1e6 * found.perByte(), 1e-9);
    assertTrue(found.fixed() >= 0 && found.perFlop() >= 0 && found.perByte() >= 0);
  }
}
