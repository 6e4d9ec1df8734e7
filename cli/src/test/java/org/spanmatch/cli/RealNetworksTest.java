package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** The real command on real networks, against what the authors' own algorithm found. */
class RealNetworksTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Looked up in the match spectrum, and searched for at each ε. */
  @ParameterizedTest
  @ValueSource(strings = {"--spectrum", "--no-spectrum"})
  void findsTheMatchesOfTheAuthorsProgram(String option) throws IOException {
    Path x = RealCommand.shared("cifar-vgg/x.npz");
    Path y = RealCommand.shared("cifar-vgg/y.npz");
    JsonNode expected = JSON.readTree(RealCommand.shared("cifar-vgg/expected.json").toFile());
    Outcome outcome =
        RealCommand.run(
            "match", x, y, option, "--epsilon", "0.1,0.15,0.2,0.25,0.3,0.4,0.5,0.6", "--json", "-");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("", outcome.err()); // nothing skipped, nothing borderline
    JsonNode layers = JSON.readTree(outcome.out()).get("layers");
    assertEquals(expected.size(), layers.size());
    for (JsonNode layer : layers) {
      String name = layer.get("name").textValue();
      JsonNode authors = expected.get(name);
      assertEquals(8, authors.get("matches").size(), name);
      assertEquals(option.equals("--spectrum"), layer.has("levels"), name);
      assertAll(
          name,
          () -> assertEquals(authors.get("samples"), layer.get("samples")),
          () -> assertEquals(authors.get("neurons"), layer.get("neurons")),
          () -> assertEquals(authors.get("dead"), layer.get("dead")));
      for (int i = 0; i < 8; i++) {
        JsonNode match = layer.at("/matches/" + i);
        JsonNode same = authors.at("/matches/" + i);
        String at = name + ", ε=" + same.get("epsilon");
        assertAll(
            at,
            () -> assertEquals(same.get("epsilon"), match.get("epsilon")),
            () -> assertEquals(same.get("x"), match.get("x")),
            () -> assertEquals(same.get("y"), match.get("y")),
            () -> assertEquals(same.get("similarity"), match.get("similarity")));
      }
    }
  }
}
