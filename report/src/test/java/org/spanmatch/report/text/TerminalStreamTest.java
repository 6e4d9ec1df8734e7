package org.spanmatch.report.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalStreamTest {
  private static final String LINE =
      "backend: java (CPU, AVX-512; float64; threads: 2), the fastest of these";

  private static String printed(int columns) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out =
        columns == 0
            ? new PrintStream(bytes, true, StandardCharsets.UTF_8)
            : new TerminalStream(bytes, columns);
    TerminalStream.printFolded(LINE, out);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aLineIsFoldedAtBlanks() {
    assertEquals(LINE + "\n", printed(0));
    assertEquals(LINE + "\n", printed(LINE.length()));
    assertEquals(
        """
        backend: java (CPU, AVX-512; float64;
          threads: 2), the fastest of these
        """,
        printed(40));
    for (int columns = 12; columns <= 80; columns++) {
      int most = columns;
      String folded = printed(columns);
      assertTrue(folded.lines().allMatch(line -> line.length() <= most), folded);
      assertEquals(LINE, folded.strip().replaceAll("\n +", " "));
    }
  }

  @Test
  void aWordLongerThanTheTerminalIsWhole() {
    assertEquals(LINE.split(" ").length, printed(1).lines().count());
  }
}
