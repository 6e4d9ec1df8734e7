package org.spanmatch.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

final class DigitsTest {
  @Test
  void everyDigitIsInOneSetOnce() throws IOException {
    List<String> dealt =
        Stream.of(Digits.training(), Digits.heldOut())
            .flatMap(set -> IntStream.range(0, set.size()).mapToObj(i -> line(set, i)))
            .sorted()
            .toList();
    // All lines of the file differ, so equal lists mean that no digit is in both sets.
    assertEquals(dealt.size(), dealt.stream().distinct().count());
    assertEquals(fileLines().stream().sorted().toList(), dealt);
  }

  @Test
  void setsHaveTheirSizes() {
    assertEquals(1000, Digits.training().size());
    assertEquals(797, Digits.heldOut().size());
  }

  @Test
  void setsAreTheSameEachTime() {
    Digits first = Digits.heldOut();
    Digits second = Digits.heldOut();
    for (int i = 0; i < first.size(); i++) {
      assertEquals(line(first, i), line(second, i));
    }
  }

  @Test
  void pixelsAndLabelsAreInRange() {
    for (Digits set : List.of(Digits.training(), Digits.heldOut())) {
      for (int i = 0; i < set.size(); i++) {
        for (float pixel : set.pixels(i)) {
          assertTrue(pixel >= 0 && pixel <= 1, () -> "a pixel of " + pixel);
          assertEquals(Math.rint(pixel * 16), pixel * 16);
        }
        assertTrue(set.label(i) >= 0 && set.label(i) < Digits.CLASSES);
      }
    }
  }

  @Test
  void bothSetsHaveEveryLabel() {
    for (Digits set : List.of(Digits.training(), Digits.heldOut())) {
      assertEquals(
          Digits.CLASSES, IntStream.range(0, set.size()).map(set::label).distinct().count());
    }
  }

  private static String line(Digits set, int digit) {
    float[] pixels = set.pixels(digit);
    return IntStream.range(0, pixels.length)
            .mapToObj(i -> Integer.toString(Math.round(pixels[i] * 16)))
            .collect(Collectors.joining(","))
        + ","
        + set.label(digit);
  }

  private static List<String> fileLines() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Digits.class.getResourceAsStream("digits.csv.gz")),
                StandardCharsets.US_ASCII))) {
      return reader.lines().toList();
    }
  }
}
