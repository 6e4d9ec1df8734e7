package org.spanmatch.report.page;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;

/**
 * A target for a coverage-guided fuzzer. The bytes are a file that {@code spanmatch report} reads:
 * there is data for a page, JSON that no name can break out of, or an error that names the file.
 */
public final class PageFuzzing {
  private PageFuzzing() {}

  /** Tests one input. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    String data;
    try {
      data = Results.dataText(input);
    } catch (PageException e) {
      assertTrue(e.getMessage().startsWith("0.json: "), e.getMessage());
      return;
    }
    Results.JSON.readTree(data);
    for (String end : List.of("<", ">", "&", "\u2028", "\u2029")) {
      assertFalse(data.contains(end), end);
    }
  }
}
