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
    assertEquals(RealNetworks.notes(option), outcome.err());
    JsonNode layers = JSON.readTree(outcome.out()).get("layers");
    RealNetworks.assertMatchesOfTheAuthors(layers, option.equals("--spectrum"));
  }
}
