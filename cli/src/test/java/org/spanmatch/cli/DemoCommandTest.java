package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

class DemoCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ACCURACY = Pattern.compile("right on ([0-9.]+) %");

  @TempDir Path folder;

  @Test
  void showsTheFindingAndTheControls() throws IOException {
    Path out = folder.resolve("demo folder");
    Outcome outcome = RealCommand.run("demo", "--out", out);
    assertEquals(0, outcome.exitCode(), outcome.err());
    Matcher accuracy = ACCURACY.matcher(outcome.out());
    for (int network = 1; network <= 2; network++) {
      assertTrue(accuracy.find(), outcome.out());
      assertTrue(Double.parseDouble(accuracy.group(1)) > 90, accuracy.group());
    }
    assertTrue(outcome.out().contains(out.resolve("similarity.png").toString()));
    assertTrue(outcome.out().contains(out.resolve("spectrum.png").toString()));

    assertLastLinesCanBePasted(outcome.out());

    String shown = outcome.out().lines().limit(10).collect(Collectors.joining("\n"));
    assertTrue(
        Files.readString(RealCommand.root().resolve("README.md")).contains(shown),
        () -> "the README shows another output than this:\n" + shown);

    for (String file : List.of("similarity.png", "similarity.svg", "spectrum.png", "matches.csv")) {
      assertTrue(Files.size(out.resolve(file)) > 0, file);
    }
    JsonNode layers = layers(out);
    int last = layers.size() - 1;
    assertEquals("input", layers.at("/0/name").textValue());
    assertEquals("output", layers.at("/" + last + "/name").textValue());
    // At the smallest ε: high at both ends, nothing in common in between.
    assertTrue(similarity(layers, 0, 0) > 0.9);
    assertTrue(similarity(layers, last, 0) > 0.9);
    for (int hidden = 1; hidden < last; hidden++) {
      assertTrue(similarity(layers, hidden, 0) < 0.1);
    }
    // The control without anything in common: at most a few pixels at the largest ε.
    JsonNode shuffled = layers(out.resolve("shuffled"));
    for (int layer = 0; layer <= last; layer++) {
      assertEquals(0, similarity(shuffled, layer, 3));
      assertTrue(similarity(shuffled, layer, 4) < 0.2);
    }

    for (JsonNode layer : layers(out.resolve("itself"))) {
      double living = layer.at("/neurons/x").intValue() - layer.at("/dead/x").size();
      for (JsonNode match : layer.get("matches")) {
        assertEquals(
            living / layer.at("/neurons/x").intValue(), match.get("similarity").doubleValue());
      }
    }

    // The files are of the kind that match reads, and give the same result.
    Outcome byHand =
        RealCommand.run(
            "match", out.resolve("seed1.npz"), out.resolve("seed2.npz"), "--json", "-", "--quiet");
    JsonNode again = JSON.readTree(byHand.out()).get("layers");
    for (int i = 0; i <= last; i++) {
      assertEquals(layers.at("/" + i + "/matches"), again.at("/" + i + "/matches"));
    }
  }

  /** The command stands on no PATH here, so a function takes its place. */
  private void assertLastLinesCanBePasted(String out) throws IOException {
    List<String> lines = out.lines().toList();
    List<String> last = lines.subList(lines.size() - 2, lines.size());
    String java =
        RealCommand.java().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    String script = "spanmatch() { " + java + " \"$@\"; }\n" + String.join("\n", last);
    ProcessBuilder builder = new ProcessBuilder("sh", "-e", "-c", script);
    Outcome pasted = RealCommand.finish(builder.directory(folder.toFile()));
    assertEquals(0, pasted.exitCode(), pasted.err());
    assertTrue(Files.size(folder.resolve("result").resolve("result.json")) > 0);
    assertTrue(pasted.out().contains("hidden3"), pasted.out());
  }

  private static JsonNode layers(Path folder) throws IOException {
    return JSON.readTree(folder.resolve("result.json").toFile()).get("layers");
  }

  private static double similarity(JsonNode layers, int layer, int epsilon) {
    return layers.at("/" + layer + "/matches/" + epsilon + "/similarity").doubleValue();
  }
}
