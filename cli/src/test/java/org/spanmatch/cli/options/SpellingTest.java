package org.spanmatch.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
  private static final List<String> WORDS =
      List.of("match", "merge", "simple", "spectrum", "validate", "help", "epsilon", "out");

  @ParameterizedTest
  @CsvSource({
    "mtch, match",
    "mathc, match",
    "MATCH, match",
    "spec, spectrum",
    "epslon, epsilon",
    "epsilom, epsilon",
    "validat, validate",
    "match, match",
    "uot, out",
    "hlep, help",
    "nothing, ''",
    "sp, ''",
    "'', ''",
  })
  void nearest(String typed, String expected) {
    assertEquals(expected, Spelling.nearest(typed, WORDS).orElse(""));
  }
}
