package org.spanmatch.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerSelectionTest {
  @ParameterizedTest
  @CsvSource({
    "conv1, conv1, true",
    "conv1, conv10, false",
    "conv?, conv1, true",
    "conv?, conv, false",
    "conv*, conv, true",
    "*, '', true",
    "'', '', true",
    "'', a, false",
    "?, '', false",
    "*.weight, a.weight.weight, true",
    "*.weight, a.weight.bias, false",
    "a*b*c, aXbYbZc, true",
    "a*b*c, aXbYbZcd, false",
    "**?, ab, true",
    "a.c, abc, false",
    "'[ab]\\Q*', 'b\\Qx', true",
    "'[ab]\\Q*', '[ab]\\Qx', false", // a range now; the next one is the bracket itself
    "'[[]ab]\\Q*', '[ab]\\Qx', true",
    "'[0-4]', '3', true",
    "'[!0-4]', '3', false",
    "?, \ud83d\ude00, true"
  })
  void names(String pattern, String name, boolean expected) {
    assertEquals(expected, new LayerSelection(List.of(pattern)).test(name));
  }

  /** A name that nearly fits in very many ways; a regular expression would try them all. */
  @Test
  void longNames() {
    String pattern = "*a".repeat(1000) + "*b";
    assertFalse(new LayerSelection(List.of(pattern)).test("a".repeat(10_000)));
  }
}
