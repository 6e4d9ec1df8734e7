package org.spanmatch.report.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DisplayNameTest {
  @Test
  void whatCannotBeShownIsReplaced() {
    assertEquals("a\ufffdb\ufffd[31m", DisplayName.printable("a\nb\u001b[31m"));
    assertEquals("ε 層", DisplayName.of("ε 層", 20));
  }

  @Test
  void theMiddleOfALongNameIsLeftOut() {
    assertEquals("abcd…xyz", DisplayName.of("abcdefghijklmnopqrstuvwxyz", 8));
  }

  @Test
  void shortNamesStayAsTheyAre() {
    List<String> names = List.of("conv.1", "conv.2", "conv.10");
    assertEquals(names, DisplayName.all(names, 12));
    assertEquals(List.of(), DisplayName.all(List.of(), 12));
  }

  @Test
  void longNamesLoseSomeOfWhatTheyShare() {
    List<String> names =
        List.of(
            "backbone.encoder.layers.3.attention.output",
            "backbone.encoder.layers.12.attention.output");
    assertEquals(
        List.of("….layers.3.attenti…", "….layers.12.attenti…"), DisplayName.all(names, 20));
  }

  @Test
  void oneLongNameLosesItsMiddle() {
    assertEquals(
        List.of("abcdef…vwxyz"), DisplayName.all(List.of("abcdefghijklmnopqrstuvwxyz"), 12));
  }

  @Test
  void namesThatStayAlikeAreNumbered() {
    List<String> names =
        IntStream.range(0, 25)
            .mapToObj(i -> "a" + i + "A".repeat(90) + "m" + i + "B".repeat(90) + "z" + i)
            .map(name -> name.replaceFirst("^a\\d+", "a").replaceFirst("z\\d+$", "z"))
            .map(name -> name.length() % 2 == 0 ? "x" + name : name + "y")
            .toList();
    List<String> shown = DisplayName.all(names, 20);
    assertEquals(25, new HashSet<>(shown).size());
    assertTrue(shown.stream().allMatch(name -> name.length() <= 20));
  }
}
