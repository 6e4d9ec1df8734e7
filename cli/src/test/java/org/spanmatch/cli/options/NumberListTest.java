package org.spanmatch.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** The numbers and ranges of {@code --epsilon}. */
class NumberListTest {
  private static List<Double> epsilons(String text) {
    Arguments arguments =
        Arguments.parse(List.of(EpsilonOptions.EPSILON), List.of("--epsilon", text));
    return EpsilonOptions.epsilons(arguments, List.of());
  }

  private static List<Double> list(double... numbers) {
    return DoubleStream.of(numbers).boxed().toList();
  }

  /** As written: adding 0.1 to 0.2 in binary would give 0.30000000000000004. */
  @Test
  void rangesAreExactAndHoldBothEnds() {
    assertEquals(list(0.1, 0.2, 0.3, 0.4, 0.5), epsilons("0.1:0.5:0.1"));
    assertEquals(list(0, 0.05, 0.1, 0.15), epsilons("0:0.15:0.05"));
    assertEquals(1001, epsilons("0:1:0.001").size());
    assertEquals(0.577, epsilons("0:1:0.001").get(577));
    assertEquals(list(0.3), epsilons("0.3:0.3:0.1"));
  }

  @Test
  void aStepThatMissesTheEndStopsBeforeIt() {
    assertEquals(list(0, 0.3, 0.6, 0.9), epsilons("0:1:0.3"));
  }

  @Test
  void rangesStandAmongNumbers() {
    assertEquals(list(0.05, 0.1, 0.2, 0.3, 0.9), epsilons("0.05, 0.1:0.3:0.1, 0.2,0.9"));
    assertEquals(list(0.1, 0.3), epsilons("0.1,0.3"));
    assertEquals(list(0, 1), epsilons("0.0,1"));
    assertEquals(list(1, 0), epsilons("1,0"));
    assertEquals(list(0), epsilons("-0.0"));
  }

  @Test
  void aHostileRangeTakesNoMemory() {
    for (String text : List.of("0:1:1e-400000000", "1e-400000000:1:0.1", "0e999999999:1:0e9")) {
      assertThrows(UsageException.class, () -> epsilons(text), text);
    }
    assertEquals(list(0, 0.5, 1), epsilons("0e999999999:1:0.5"));
  }
}
