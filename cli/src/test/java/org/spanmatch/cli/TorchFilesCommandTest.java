package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** Files of torch.save give the results that the same activations give in .npz archives. */
class TorchFilesCommandTest {
  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    for (String name : new String[] {"seed0.pt", "seed1.pt", "seed0.npz", "seed1.npz"}) {
      try (var in = TorchFilesCommandTest.class.getResourceAsStream("torch/" + name)) {
        Files.copy(in, folder.resolve(name));
      }
    }
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private JsonNode layers(String suffix, String command, String... options) throws IOException {
    Object[] arguments = new Object[options.length + 5];
    arguments[0] = command;
    arguments[1] = file("seed0" + suffix);
    arguments[2] = file("seed1" + suffix);
    arguments[3] = "--json";
    arguments[4] = "-";
    System.arraycopy(options, 0, arguments, 5, options.length);
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return new ObjectMapper().readTree(outcome.out()).get("layers");
  }

  @ParameterizedTest
  @CsvSource({
    "match, --spectrum, 4",
    "match, --layers encoder* --mask mask --epsilon 0.2, 2",
    "distances, --precision high, 4",
    "measures, --quiet, 4",
    "spectrum, --center, 4"
  })
  void theSameToEveryDigit(String command, String options, int layers) throws IOException {
    JsonNode expected = layers(".npz", command, options.split(" ", -1));
    JsonNode found = layers(".pt", command, options.split(" ", -1));
    assertEquals(layers, found.size());
    assertEquals(withoutTimes(expected), withoutTimes(found));
  }

  /** Everything but how long it took. */
  private static String withoutTimes(JsonNode layers) {
    layers.forEach(layer -> ((ObjectNode) layer).remove("seconds"));
    return layers.toPrettyString();
  }

  @Test
  void layersListsWhatIsThere() {
    Outcome outcome = RealCommand.run("layers", file("seed0.pt"));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("encoder.1"), outcome.out());
    assertTrue(outcome.out().contains("float32"), outcome.out());
    assertTrue(outcome.out().contains("Fortran"), outcome.out());
    assertTrue(outcome.out().contains("strided"), outcome.out());
    assertTrue(
        (outcome.out() + outcome.err()).contains("epoch: it is a number, expected a tensor"),
        outcome.out() + outcome.err());
  }

  /** Layers of a folder, one to a file, and a mask of a file that has several tensors. */
  @Test
  void aFolderOfFilesAndAMask() throws IOException {
    Path network = Files.createDirectory(file("network"));
    try (var in = TorchFilesCommandTest.class.getResourceAsStream("torch/lone.pt")) {
      Files.copy(in, network.resolve("fc.pt"));
    }
    Outcome outcome =
        RealCommand.run("match", network, network, "--mask", file("seed0.pt") + ":mask");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().lines().anyMatch(line -> line.startsWith("fc ")), outcome.out());
  }

  @Test
  void anEntryThatIsAskedForByName() {
    Outcome outcome =
        RealCommand.run("match", file("seed0.pt"), file("seed1.pt"), "--layers", "epoch");
    assertEquals(3, outcome.exitCode());
    assertTrue(outcome.err().contains("it is a number, expected a tensor"), outcome.err());
    assertFalse(outcome.err().contains("Exception"), outcome.err());
  }
}
