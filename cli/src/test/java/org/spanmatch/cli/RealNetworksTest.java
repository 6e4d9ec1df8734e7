package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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
    Outcome outcome = RealCommand.run(RealNetworks.match(option));
    assertEquals(0, outcome.exitCode(), outcome.err());
    // Nothing skipped, nothing borderline, no warning; only the levels tell where a layer begins.
    assertEquals(
        option.equals("--spectrum")
            ? "note: layer 'features.13': 0 at every ε asked for; the first neurons match at 0.63:"
                + " try --epsilon 0.65\n"
            : "",
        outcome.err());
    JsonNode layers = JSON.readTree(outcome.out()).get("layers");
    RealNetworks.assertMatchesOfTheAuthors(layers, option.equals("--spectrum"));
  }
}
