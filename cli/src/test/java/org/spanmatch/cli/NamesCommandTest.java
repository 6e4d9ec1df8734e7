package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** What {@code --names} and {@code --title} do. */
@Tag("once") // on one JDK: nothing here depends on which
class NamesCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path x;
  private Path y;

  @BeforeEach
  void writeNetworks() throws IOException {
    x = TestFiles.npz(folder.resolve("x.npz"), "fc", TestFiles.relu(1000, 1), 250, 4);
    y = TestFiles.npz(folder.resolve("y.npz"), "fc", TestFiles.relu(1000, 2), 250, 4);
  }

  @ParameterizedTest
  @CsvSource({"match, similarity", "measures, measures", "spectrum, spectrum"})
  void allOutputsHaveThem(String command, String file) throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome =
        RealCommand.run(
            command,
            x,
            y,
            "--names",
            "small, <large>\u0007",
            "--title",
            "Two & more",
            "--out",
            out);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(
        outcome.out().startsWith("networks: small (" + x + "), <large>\ufffd (" + y + ")\n"),
        outcome.out());
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertEquals("small", result.at("/networks/0/name").textValue());
    assertEquals(x.toString(), result.at("/networks/0/file").textValue());
    assertEquals("<large>\u0007", result.at("/networks/1/name").textValue());
    assertEquals("Two & more", result.get("title").textValue());
    List<String> csv = Files.readAllLines(out.resolve(file + ".csv"));
    assertTrue(csv.get(0).contains(",network_x,network_y,"), csv.get(0));
    assertTrue(csv.get(1).contains(",small,\"<large>\u0007\","), csv.get(1));
    String svg = Files.readString(out.resolve(file + ".svg"));
    assertTrue(svg.contains("<title>Two &amp; more</title>"), svg.substring(0, 300));
    assertTrue(svg.contains(" of small and &lt;large&gt;\ufffd.\n"), svg.substring(0, 300));
  }

  @ParameterizedTest
  @CsvSource({"match, similarity", "measures, measures", "spectrum, spectrum"})
  void byDefaultTheyAreThoseOfTheFiles(String command, String file) throws IOException {
    Path out = folder.resolve("out");
    Outcome outcome = RealCommand.run(command, x, y, "--out", out);
    assertTrue(outcome.out().startsWith("layer "), outcome.out());
    JsonNode result = JSON.readTree(out.resolve("result.json").toFile());
    assertEquals("x.npz", result.at("/networks/0/name").textValue());
    assertEquals("y.npz", result.at("/networks/1/name").textValue());
    assertFalse(result.has("title"));
    String svg = Files.readString(out.resolve(file + ".svg"));
    assertTrue(svg.contains(" of x.npz and y.npz.\n"), svg.substring(0, 300));
  }

  @Test
  void aGramFileHasThemToo() throws IOException {
    Path gram = folder.resolve("xy.gram.npz");
    assertEquals(0, RealCommand.run("gram", x, y, "--out", gram).exitCode());
    Outcome outcome = RealCommand.run("match", gram, "--json", "-", "--quiet");
    assertEquals("x.npz", JSON.readTree(outcome.out()).at("/networks/0/name").textValue());
    assertEquals(0, RealCommand.run("match", gram, "--names", "a,b", "--quiet").exitCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a | expected 2 names separated by commas, one for each network, found 1",
        "a,b,c | expected 2 names separated by commas, one for each network, found 3",
        "a, | expected a name for each network, found an empty one",
        "a,a | expected a different name for each network, found a,a"
      })
  void namesThatDoNotFitAreRefused(String names, String reason) {
    Outcome outcome = RealCommand.run("match", x, y, "--names", names);
    assertEquals(2, outcome.exitCode());
    assertTrue(outcome.err().contains("--names: " + reason), outcome.err());
  }
}
