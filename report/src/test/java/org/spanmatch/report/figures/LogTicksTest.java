package org.spanmatch.report.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("once") // on one JDK: nothing here depends on which
final class LogTicksTest {
  private static LogTicks ticks(double... values) {
    return LogTicks.of(DoubleStream.of(values), 3);
  }

  @ParameterizedTest
  @CsvSource({
    "2500, 50000, 2000, 50000",
    "1.2, 1440, 1, 2000",
    "0.107, 18.7, 0.1, 20",
    "0.0003, 0.0003, 0.0002, 0.0005",
    "1, 1, 1, 2",
    "10, 1000, 10, 1000",
    "0.999, 501, 0.5, 1000"
  })
  void theAxisEndsAtRoundNumbers(double least, double largest, double first, double last) {
    LogTicks ticks = ticks(largest, least);
    assertEquals(first, ticks.first().doubleValue());
    assertEquals(last, ticks.last().doubleValue());
  }

  @Test
  void oneTwoAndFiveAreLabelled() {
    LogTicks ticks = ticks(0.05, 20);
    List<String> labels = IntStream.rangeClosed(1, 10).mapToObj(i -> ticks.label(i * 0.1)).toList();
    assertEquals(List.of("0.1", "0.2", "", "", "0.5", "", "", "", "", "1"), labels);
    assertEquals("0.05", ticks.label(0.05));
    assertEquals("2,000", ticks.label(2000));
  }

  @Test
  void powersOfTenAloneAreLabelledWhereThereAreMany() {
    LogTicks ticks = ticks(1, 1e6);
    assertEquals("1,000,000", ticks.label(1e6));
    assertEquals("", ticks.label(2e5));
    assertEquals(1e6, ticks.last().doubleValue());
  }
}
