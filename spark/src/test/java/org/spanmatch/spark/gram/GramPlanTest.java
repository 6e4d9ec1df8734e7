package org.spanmatch.spark.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.gram.GramPair;

/** Plans have every tile once, and no stripe is larger than a task may hold. */
class GramPlanTest {
  @ParameterizedTest
  @CsvSource({
    "8192, 8192, 1024, 268435456",
    "3000, 0, 1024, 8000000",
    "1, 1, 1024, 1",
    "100, 37, 7, 5000",
    "5, 5, 1, 1"
  })
  void everyTileIsThereOnce(int x, int y, int width, long bytes) {
    GramPlan plan = GramPlan.of(new ShardedPair("x", x, "y", y), width, bytes);
    int slices = plan.xWidths().size() + plan.yWidths().size();
    TreeSet<GramPair> tiles = new TreeSet<>();
    for (List<GramPair> stripe : plan.stripes()) {
      assertTrue(tiles.addAll(stripe));
      double elements = 0;
      TreeSet<Integer> within = new TreeSet<>();
      for (GramPair tile : stripe) {
        elements += (double) width(plan, tile.first()) * width(plan, tile.second());
        within.addAll(List.of(tile.first(), tile.second()));
      }
      for (int slice : within) {
        elements += 0.5 * width(plan, slice) * width(plan, slice);
      }
      assertTrue(stripe.size() == 1 || 8 * elements <= bytes + 8L * within.size());
    }
    assertEquals(slices * (slices - 1) / 2, tiles.size());
    assertEquals(tiles.size(), plan.tiles());
    assertEquals(x, plan.xWidths().stream().mapToInt(Integer::intValue).sum());
    assertEquals(y, plan.yWidths().stream().mapToInt(Integer::intValue).sum());
    assertTrue(plan.xWidths().stream().allMatch(each -> each <= width));
  }

  private static int width(GramPlan plan, int slice) {
    int ofX = plan.xWidths().size();
    return slice < ofX ? plan.xWidths().get(slice) : plan.yWidths().get(slice - ofX);
  }

  @Test
  void theTableInThePageIsThePlan() throws IOException {
    Path root = Path.of(System.getProperty("spanmatch.root"));
    String page = Files.readString(root.resolve("docs/spark.md"));
    Matcher rows =
        Pattern.compile(
                "\\| (?:up to )?([0-9,]+) \\| (?:up to )?[0-9]+ [GM]iB \\| (\\d+) \\| \\2 \\|")
            .matcher(page);
    int found = 0;
    while (rows.find()) {
      int neurons = Integer.parseInt(rows.group(1).replace(",", ""));
      ShardedPair pair = new ShardedPair("x", neurons / 2, "y", neurons / 2);
      assertEquals(
          Integer.parseInt(rows.group(2)),
          SumOptions.defaults().plan(pair).stripes().size(),
          rows.group());
      found++;
    }
    assertEquals(3, found);
  }
}
