package org.spanmatch.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Times as options take them. */
class TimeLimitTest {
  @Test
  void timesAreRead() {
    assertEquals(90_000, TimeLimit.parse("90s").orElseThrow().toMillis());
    assertEquals(600_000, TimeLimit.parse("10m").orElseThrow().toMillis());
    assertEquals(5_400_000, TimeLimit.parse(" 1.5h ").orElseThrow().toMillis());
    assertEquals(2_000, TimeLimit.parse("2").orElseThrow().toMillis());
    assertEquals(0, TimeLimit.parse("0").orElseThrow().toMillis());
    for (String wrong : List.of("", "s", "1d", "1.s", "-1", "1e3", "1 m", "1m30s")) {
      assertTrue(TimeLimit.parse(wrong).isEmpty(), wrong);
    }
  }
}
