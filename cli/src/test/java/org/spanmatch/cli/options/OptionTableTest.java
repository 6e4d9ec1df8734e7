package org.spanmatch.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.cli.Option;
import org.junit.jupiter.api.Test;

class OptionTableTest {
  /** Words that end where a line does, and words in the form of options, at every width. */
  @Test
  void descriptionsBeginInOneColumn() throws IOException {
    StringBuilder words = new StringBuilder();
    for (int i = 1; i < 60; i++) {
      words.append("w".repeat(i % 7 + 1)).append(" --out ");
      Option option = CommonOptions.valued("out", "FILE", words.toString().strip());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      OptionTable.print(List.of(option), new PrintStream(out, true, StandardCharsets.UTF_8));
      List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
      int column = lines.get(0).indexOf("ww");
      StringBuilder found = new StringBuilder(lines.get(0).substring(column));
      for (String line : lines.subList(1, lines.size())) {
        assertEquals(column, line.indexOf(line.strip()), line);
        found.append(' ').append(line.strip());
      }
      assertEquals(words.toString().strip(), found.toString());
    }
  }
}
