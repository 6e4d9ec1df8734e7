package org.spanmatch.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressLineTest {
  private static final String LONG_NAME = "features.very.deep.and.with.a.long.name";

  /** The last line drawn for two layers of 200 samples, after some samples of the second. */
  private static String drawn(int columns, boolean finished, int samples) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Console console = new Console(err, err, columns);
    try (ProgressLine line =
        new ProgressLine(
            console, true, "match", List.of(300L, 100L), List.of("compress", "match"))) {
      line.startLayer("first");
      line.startLayer(LONG_NAME);
      line.update("compress", samples, 200);
      if (finished) {
        line.update("match", 1, 1);
        line.finish();
      }
    }
    List<String> lines =
        List.of(bytes.toString(StandardCharsets.UTF_8).split("\r")).stream()
            .filter(text -> !text.isBlank())
            .toList();
    lines.forEach(text -> assertTrue(text.length() < columns, text));
    return lines.get(lines.size() - 1).strip();
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 40, 80, 200})
  void endsAtAHundredPercent(int columns) {
    assertTrue(drawn(columns, true, 200).startsWith("match 100 %"), drawn(columns, true, 200));
  }

  @Test
  void namesTheUnitOfAStep() {
    // Three quarters are the first layer, and half of the second is compressing it.
    assertEquals(
        "match 81 % 0:00:00, 2 of 2: features.ver…a.long.name, compress 50 % of samples",
        drawn(80, false, 100));
    assertEquals(
        "match 81 % [========  ] 0:00:00, 2 of 2: features.ver…a.long.name, compress 50 % of samples",
        drawn(200, false, 100));
  }

  @Test
  void namesItInFortyColumnsToo() {
    assertEquals("match 81 %, featu…name: 50 % of samples", drawn(40, false, 100));
    assertEquals("match 87 %, feat…name: 100 % of samples", drawn(40, false, 200));
  }
}
