package org.spanmatch.report.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
  private static final TextTable TABLE =
      new TextTable(List.of("layer", "neurons", "ε=0.15", "ε=0.5"));

  static {
    TABLE.add(List.of("features.0.weights.of.a.long.name", "512/512", "0.1000", "1.0000"));
    TABLE.add(List.of("features.1.weights.of.a.long.name", "8/8", "0", "1"));
  }

  private static String printed(int columns) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out =
        columns == 0
            ? new PrintStream(bytes, true, StandardCharsets.UTF_8)
            : new TerminalStream(bytes, columns);
    TABLE.print(out);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aFileGetsWholeLines() {
    assertEquals(
        """
        layer                              neurons  ε=0.15   ε=0.5
        features.0.weights.of.a.long.name  512/512  0.1000  1.0000
        features.1.weights.of.a.long.name      8/8       0       1
        """,
        printed(0));
    assertEquals(printed(0), printed(120));
  }

  @Test
  void aNarrowTerminalGetsColumnsBelowEachOther() {
    String printed = printed(40);
    assertTrue(printed.lines().allMatch(line -> line.length() <= 40), printed);
    assertEquals(
        """
        layer                 neurons  ε=0.15
        …eatures.0.weights.…  512/512  0.1000
        …eatures.1.weights.…      8/8       0

        layer                  ε=0.5
        …eatures.0.weights.…  1.0000
        …eatures.1.weights.…       1
        """,
        printed);
  }

  /** What no terminal is wide enough for is printed all the same. */
  @Test
  void aTerminalOfOneColumnGetsAllColumns() {
    assertEquals(3 * 3 + 2, printed(1).lines().count());
  }
}
