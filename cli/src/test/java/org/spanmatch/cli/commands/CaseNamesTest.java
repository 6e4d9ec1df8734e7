package org.spanmatch.cli.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CaseNamesTest {
  private static final List<String> NAMES =
      List.of("1 + 1 neurons, rows", "ReLU", "ReLU, 8 + 8 neurons, rows", "rows");

  private static Optional<List<String>> split(String text) {
    return CaseNames.split(text, NAMES);
  }

  @Test
  void commasBelongToNamesWhereTheyCan() {
    assertEquals(Optional.of(List.of("1 + 1 neurons, rows")), split("1 + 1 neurons, rows"));
    assertEquals(
        Optional.of(List.of("ReLU, 8 + 8 neurons, rows")), split("ReLU, 8 + 8 neurons, rows"));
  }

  @Test
  void commasSeparateTheOthers() {
    assertEquals(
        Optional.of(List.of("ReLU", "1 + 1 neurons, rows", "rows")),
        split("ReLU,1 + 1 neurons, rows, rows"));
    assertEquals(Optional.of(List.of("ReLU*", "1*")), split("ReLU*,1*"));
  }

  @Test
  void everyPartMustBeFound() {
    assertEquals(Optional.empty(), split("ReLU,nothing"));
    assertEquals(Optional.empty(), split(""));
    assertEquals(Optional.empty(), split("ReLU,"));
  }
}
