package org.spanmatch.report.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once") // on one JDK: nothing here depends on which
final class SpreadTest {
  @Test
  void meanAndDeviation() {
    Spread spread = Spread.of(List.of(0.25, 0.5, 0.75, 0.5));
    assertEquals(4, spread.count());
    assertEquals(0.5, spread.mean());
    // √((1/16 + 1/16) / 3), each operation rounded to half an ulp
    assertEquals(Math.sqrt(0.125 / 3), spread.sd());
    assertEquals(0.25, spread.least());
    assertEquals(0.75, spread.most());
  }

  @Test
  void equalNumbersDoNotVary() {
    assertEquals(new Spread(3, 0.1, 0.0, 0.1, 0.1), Spread.of(List.of(0.1, 0.1, 0.1)));
  }

  @Test
  void fewNumbersHaveNoDeviation() {
    assertEquals(new Spread(1, 0.3, null, 0.3, 0.3), Spread.of(List.of(0.3)));
    assertNull(Spread.of(List.of()).mean());
    assertEquals(0, Spread.of(List.of()).count());
  }
}
