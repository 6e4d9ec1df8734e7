package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Two real networks, and what the authors' own algorithm found: 11 layers at 8 values of ε. */
final class RealNetworks {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EPSILONS = "0.1,0.15,0.2,0.25,0.3,0.4,0.5,0.6";

  private RealNetworks() {}

  static Path x() {
    return RealCommand.shared("cifar-vgg/x.npz");
  }

  static Path y() {
    return RealCommand.shared("cifar-vgg/y.npz");
  }

  /** The arguments of a command that matches them at the authors' ε and prints JSON. */
  static Object[] match(Object... options) {
    List<Object> all = new ArrayList<>(List.of("match", x(), y(), "--epsilon", EPSILONS));
    all.addAll(List.of(options));
    all.addAll(List.of("--json", "-"));
    return all.toArray();
  }

  /**
   * Returns what is noted: nothing skipped, nothing borderline, no warning; only the levels tell
   * where a layer begins, and where its similarity jumps.
   */
  static String notes(String option) {
    return option.equals("--spectrum")
        ? jump("features.10", "0.6", "0.0000 to 0.7266 at ε=0.5982")
            + jump("features.27", "0.3", "0.0000 to 0.6152 at ε=0.3008")
            + jump("classifier.1", "0.25", "0.1309 to 0.2363 at ε=0.2468")
            + jump("classifier.4", "0.25", "0.3000 to 0.4000 at ε=0.2472")
            + "note: layer 'features.13': 0 at every ε asked for; the first neurons match at 0.63:"
            + " try --epsilon 0.65\n"
        : "";
  }

  private static String jump(String layer, String epsilon, String jump) {
    return "note: layer '"
        + layer
        + "', ε="
        + epsilon
        + ": the similarity jumps nearby, from "
        + jump
        + "\n";
  }

  /**
   * Compares all layers of a result.
   *
   * @param levels whether each layer must have match levels, or must not
   */
  static void assertMatchesOfTheAuthors(JsonNode layers, boolean levels) throws IOException {
    JsonNode expected = JSON.readTree(RealCommand.shared("cifar-vgg/expected.json").toFile());
    assertEquals(expected.size(), layers.size());
    for (JsonNode layer : layers) {
      String name = layer.get("name").textValue();
      JsonNode authors = expected.get(name);
      assertEquals(8, authors.get("matches").size(), name);
      assertEquals(levels, layer.has("levels"), name);
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
