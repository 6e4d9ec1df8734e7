package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** Heaps that are too small, and machines of one core and 256 MB. */
@EnabledOnOs(OS.LINUX)
class MachineFaultsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> ONE_CORE = List.of("taskset", "-c", "0");
  private static final String HEAP = "-Xmx256m";

  private static Faults faults;

  @BeforeAll
  static void start() throws IOException {
    faults = new Faults(MachineFaultsIT.class);
  }

  @AfterAll
  static void report() throws IOException {
    faults.report();
  }

  private static Outcome withJava(String options, Object... arguments) {
    ProcessBuilder builder = Faults.command(arguments);
    builder.environment().put(Faults.JAVA_OPTIONS, options);
    return RealCommand.finish(builder);
  }

  /**
   * From a heap in which Java hardly starts to one that does: each either does or says what is too
   * small, and the heap that it names does.
   */
  @ParameterizedTest
  @CsvSource({
    "match, 100000, 8",
    "simple, 3000, 64",
    "spectrum, 3000, 300",
    "distances, 2500, 500",
    "layers, 300, 10000",
    "match, 10, 1000"
  })
  void heapsInSteps(String command, int samples, int neurons) throws IOException {
    Path run = faults.newFolder();
    Path file = run.resolve("net.npz");
    TestFiles.npz(file, "fc", TestFiles.relu(samples * neurons, 1), samples, neurons);
    List<Object> arguments = new ArrayList<>(List.of(command, file, "--quiet"));
    if (!command.equals("layers")) {
      arguments.addAll(List.of(file, "--backend", "java"));
    }
    Path out = Files.createDirectory(run.resolve("out"));
    if (command.equals("match") || command.equals("simple") || command.equals("spectrum")) {
      // Drawing needs memory too.
      arguments.addAll(List.of("--out", out));
    }
    if (command.equals("simple")) {
      arguments.addAll(List.of("--time-limit", "1s"));
    }
    List<Integer> heaps =
        Faults.all() ? List.of(8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192) : List.of(16);
    String cure = "";
    for (int heap : heaps) {
      Outcome outcome = withJava("-Xmx" + heap + "m", arguments.toArray());
      String what = command + " of " + samples + " × " + neurons + " in " + heap + " MB: ";
      Faults.assertWhole(out);
      if (outcome.exitCode() == 0) {
        faults.count(what + "done");
      } else {
        Matcher named =
            Pattern.compile("SPANMATCH_JAVA_OPTS=(-Xmx[0-9]+g)$")
                .matcher(String.join("\n", Faults.messages(outcome)));
        Faults.assertFails(1, outcome);
        assertTrue(named.find(), what + outcome.err());
        cure = named.group(1);
        boolean names = outcome.err().contains(file + ", layer 'fc': ");
        faults.count(what + "exit 1" + (names ? ", names the layer" : ""));
      }
    }
    if (!cure.isEmpty()) {
      Outcome outcome = withJava(RealCommand.ONE_COMPILER + " " + cure, arguments.toArray());
      assertEquals(0, outcome.exitCode(), outcome.err());
      faults.count(command + " with the heap that was named: done");
    }
  }

  @Test
  @Tag("once") // on one JDK: the real layers are matched so on all
  void oneCoreAnd256MegabytesDoTheDemo() throws IOException {
    Path run = faults.newFolder();
    same(run, RealCommand.ONE_COMPILER + " " + HEAP, "demo");
    faults.count("demo on 1 core with 256 MB: same matches, levels within their bounds");
  }

  @Test
  void oneCoreAnd256MegabytesDoRealLayers() throws IOException {
    Path run = faults.newFolder();
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "match",
                RealCommand.shared("cifar-vgg/x.npz"),
                RealCommand.shared("cifar-vgg/y.npz")));
    if (!Faults.all()) {
      arguments.addAll(List.of("--layers", "features.2,classifier.*"));
    }
    same(run, HEAP, arguments.toArray());
    faults.count("match of real layers on 1 core with 256 MB: same matches, levels within bounds");
  }

  /** Runs a command as usual and, with options for Java, on one core, and compares the results. */
  private static void same(Path run, String options, Object... arguments) throws IOException {
    for (String place : List.of("usual", "tight")) {
      ProcessBuilder builder = Faults.command(arguments);
      builder.command().addAll(List.of("--quiet", "--out", run.resolve(place).toString()));
      if (place.equals("tight")) {
        builder.command().addAll(0, ONE_CORE);
        builder.environment().put(Faults.JAVA_OPTIONS, options);
      }
      Outcome outcome = RealCommand.finish(builder);
      assertEquals(0, outcome.exitCode(), outcome.err());
    }
    Faults.assertWhole(run);
    for (String file : List.of("matches.csv", "similarity.csv")) {
      assertEquals(
          Files.readString(run.resolve("usual").resolve(file)),
          Files.readString(run.resolve("tight").resolve(file)));
    }
    JsonNode usual = JSON.readTree(run.resolve("usual/result.json").toFile()).get("layers");
    JsonNode tight = JSON.readTree(run.resolve("tight/result.json").toFile()).get("layers");
    assertEquals(usual.size(), tight.size());
    for (int layer = 0; layer < usual.size(); layer++) {
      for (String network : List.of("x", "y")) {
        assertLevels(usual.get(layer), tight.get(layer), network);
      }
    }
  }

  private static void assertLevels(JsonNode usual, JsonNode tight, String network) {
    JsonNode levels = usual.get("levels").get(network);
    for (int i = 0; i < levels.size(); i++) {
      double bound =
          usual.get("levelErrors").get(network).get(i).asDouble()
              + tight.get("levelErrors").get(network).get(i).asDouble();
      double other = tight.get("levels").get(network).get(i).asDouble();
      assertEquals(levels.get(i).isNull(), tight.get("levels").get(network).get(i).isNull());
      assertEquals(levels.get(i).asDouble(), other, bound, network + ":" + i);
    }
  }
}
