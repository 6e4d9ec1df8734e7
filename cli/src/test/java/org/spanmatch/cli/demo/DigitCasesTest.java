package org.spanmatch.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.validation.Case;
import org.spanmatch.validation.Level;

@Tag("once") // on one JDK: nothing here depends on which
class DigitCasesTest {
  @ParameterizedTest
  @EnumSource(
      value = Level.class,
      names = {"QUICK", "FULL"})
  void namesAreThoseOfTheCases(Level level) {
    List<Case> all = DigitCases.of(level, name -> true);
    assertEquals(DigitCases.names(level), all.stream().map(Case::name).toList());
    assertEquals(List.of(), DigitCases.of(level, name -> false));
  }
}
