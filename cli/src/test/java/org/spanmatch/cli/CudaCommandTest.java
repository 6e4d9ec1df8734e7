package org.spanmatch.cli;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/**
 * The real command with the cuda backend on the stand-in for a GPU, which also reports on standard
 * error what it is misused for: nothing must be there.
 */
@Tag("once") // on one JDK: nothing here depends on which
class CudaCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, Object> USUAL = Map.of();
  private static final String LAYERS = "classifier.*";

  // What the java backend finds, by the command.
  private static final Map<List<Object>, JsonNode> EXPECTED = new HashMap<>();

  @TempDir Path folder;

  @BeforeEach
  void findTheStandIn() {
    StandIn.assumeBuilt();
  }

  private static JsonNode json(Outcome outcome) throws IOException {
    assertEquals(0, outcome.exitCode(), outcome.err());
    // Where the similarity jumps is the layers' doing, whatever computes it.
    String notes =
        outcome.err().lines().filter(line -> !line.contains("jumps nearby")).collect(joining("\n"));
    assertEquals("", notes);
    return JSON.readTree(outcome.out());
  }

  /** One line that holds the text, nothing on standard output, no trace of Java. */
  private static void assertFails(int exitCode, String text, Outcome outcome) {
    assertAll(
        () -> assertEquals(exitCode, outcome.exitCode(), outcome.err()),
        () -> assertEquals("", outcome.out()),
        () -> assertEquals(1, outcome.err().lines().count(), outcome.err()),
        () -> assertTrue(outcome.err().startsWith("spanmatch: "), outcome.err()),
        () -> assertFalse(outcome.err().contains("unexpected error"), outcome.err()),
        () -> assertTrue(outcome.err().contains(text), outcome.err()));
  }

  // Results on real networks.

  @ParameterizedTest
  @ValueSource(strings = {"--spectrum", "--no-spectrum"})
  void findsTheMatchesOfTheAuthorsProgram(String option) throws IOException {
    Outcome outcome = StandIn.runOnIt(USUAL, RealNetworks.match(option));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(RealNetworks.notes(option), outcome.err());
    JsonNode result = JSON.readTree(outcome.out());
    assertEquals("cuda", result.at("/backend/name").textValue());
    assertEquals(
        "CUDA device 0, CPU stand-in, not a GPU", result.at("/backend/device").textValue());
    assertEquals("asked for by name", result.at("/backend/reason").textValue());
    RealNetworks.assertMatchesOfTheAuthors(result.get("layers"), option.equals("--spectrum"));
  }

  /** PerGroup kernels within the sum of their bounds. */
  @ParameterizedTest
  @ValueSource(ints = {2, 64})
  void findsTheLevelsOfTheJavaBackend(int ratio) throws IOException {
    Object[] command = {
      "spectrum", RealNetworks.x(), RealNetworks.y(), "--json", "-", "--layers", "features.1*"
    };
    JsonNode expected = onJava(command).get("layers");
    JsonNode all = json(StandIn.runOnIt(Map.of("RATIO", ratio), command));
    assertEquals(ratio == 64, isSliced(all), all.get("backend").toString());
    JsonNode found = all.get("layers");
    assertEquals(3, found.size());
    for (int layer = 0; layer < found.size(); layer++) {
      for (String side : List.of("/x", "/y")) {
        assertNear(
            expected.get(layer).at("/levels" + side),
            expected.get(layer).at("/levelErrors" + side),
            found.get(layer).at("/levels" + side),
            found.get(layer).at("/levelErrors" + side));
      }
    }
  }

  @Test
  void findsTheDistancesOfTheJavaBackend() throws IOException {
    Object[] command = {"distances", RealNetworks.x(), RealNetworks.y(), "--json", "-"};
    JsonNode expected = onJava(command).get("layers");
    JsonNode found = json(StandIn.runOnIt(USUAL, command)).get("layers");
    assertEquals(11, found.size());
    for (int layer = 0; layer < found.size(); layer++) {
      for (String side : List.of("/distances/x", "/distances/y")) {
        JsonNode one = expected.get(layer).at(side);
        JsonNode other = found.get(layer).at(side);
        assertNear(
            one.get("distance"),
            one.get("errorBound"),
            other.get("distance"),
            other.get("errorBound"));
        for (int i = 0; i < one.get("norm").size(); i++) {
          double norm = one.at("/norm/" + i).doubleValue();
          assertEquals(norm, other.at("/norm/" + i).doubleValue(), 1e-10 * norm);
        }
      }
    }
  }

  /** What the java backend finds, which several tests compare with. */
  private static JsonNode onJava(Object... command) throws IOException {
    JsonNode known = EXPECTED.get(List.of(command));
    if (known == null) {
      List<Object> all = new ArrayList<>(List.of(command));
      all.addAll(List.of("--backend", "java"));
      known = json(RealCommand.run(all.toArray()));
      EXPECTED.put(List.of(command), known);
    }
    return known;
  }

  private static void assertNear(
      JsonNode expected, JsonNode expectedErrors, JsonNode found, JsonNode foundErrors) {
    assertNotEquals(0, expected.size());
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).isNull(), found.get(i).isNull(), "dead");
      double bound = expectedErrors.get(i).doubleValue() + foundErrors.get(i).doubleValue();
      assertEquals(expected.get(i).doubleValue(), found.get(i).doubleValue(), bound);
      assertTrue(bound < 1e-5, "bound " + bound);
    }
  }

  // Devices.

  @Test
  void backendsTellsDeviceDriverAndCublas() {
    Outcome outcome = StandIn.run(Map.of("DEVICES", 2, "MEMORY", 3L << 30), "backends");
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(
        List.of(
            "cuda: available",
            "  NVIDIA GPUs, with JCuda and cuBLAS",
            "    device 0: CPU stand-in, not a GPU, compute capability 9.0, 3.0 GiB,"
                + " Gram matrices in float64",
            "    device 1: CPU stand-in, not a GPU, compute capability 9.0, 3.0 GiB,"
                + " Gram matrices in float64"),
        lines.subList(0, 4));
    assertTrue(
        lines.get(4).matches(" {4}driver: for CUDA 12\\.6, /.*/libcuda\\.so\\.1"), lines.get(4));
    assertTrue(
        lines.get(5).matches(" {4}cuBLAS 12\\.6\\.0: /.*/libcublas\\.so\\.12"), lines.get(5));
    assertEquals("java: available", lines.get(6));
  }

  // How activations are multiplied.

  private static boolean isSliced(JsonNode result) {
    String arithmetic = result.at("/backend/arithmetic").textValue();
    assertTrue(arithmetic.startsWith("float64, Gram matrix "), arithmetic);
    return arithmetic.contains("Gram matrix by slices of int8 and Cholesky with cuBLAS");
  }

  /** A consumer card, and what an option overrides. */
  @Test
  void slowFloat64IsAvoidedUnlessAskedFor() throws IOException {
    Map<String, Object> slow = Map.of("RATIO", 32);
    Outcome listed = StandIn.run(slow, "backends");
    assertEquals(0, listed.exitCode(), listed.err());
    assertTrue(
        listed.out().contains("capability 9.0, 2.0 GiB, Gram matrices by slices of int8\n"),
        listed.out());

    Object[] command = RealNetworks.match("--layers", "classifier.4");
    JsonNode expected = onJava(command);
    for (String method : List.of("auto", "float64", "sliced")) {
      List<Object> all = new ArrayList<>(List.of(command));
      all.addAll(List.of("--gram", method));
      JsonNode onSlow = json(StandIn.runOnIt(slow, all.toArray()));
      JsonNode onUsual = json(StandIn.runOnIt(USUAL, all.toArray()));
      assertEquals(!method.equals("float64"), isSliced(onSlow));
      assertEquals(method.equals("sliced"), isSliced(onUsual));
      assertSameMatches(expected, onSlow);
      assertSameMatches(expected, onUsual);
    }
  }

  @Test
  void slicesWithoutTheDeviceAreRefused() throws IOException {
    Path file = relu("file", 20, 2);
    assertFails(
        4,
        "backend 'java' does not offer the method 'sliced' for Gram matrices; backends that do:"
            + " cuda",
        RealCommand.run("match", file, file, "--backend", "java", "--gram", "sliced"));
    assertFails(
        4,
        "backend 'cuda' is unavailable: the NVIDIA driver finds no GPU",
        StandIn.run(Map.of("INIT", 100), "match", file, file, "--gram", "sliced"));
    assertFails(
        2,
        "--gram: expected auto, float64 or sliced, found 'int8'",
        RealCommand.run("match", file, file, "--gram", "int8"));
    // Nor are layers that are too small for a device given to another backend.
    Outcome small = StandIn.run(USUAL, "match", file, file, "--gram", "sliced");
    assertEquals(0, small.exitCode(), small.err());
    assertTrue(small.out().contains("asked for by its method, sliced"), small.out());
  }

  @Test
  void slicesKeepTheirBounds() {
    Outcome outcome =
        StandIn.run(
            USUAL,
            "validate",
            "--backends",
            "cuda",
            "--gram",
            "sliced",
            "--case",
            "norms*,near duplicates*,ReLU*");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("by slices of int8"), outcome.out());
    assertFails(
        4,
        "none of the backends to validate offers the method 'sliced'",
        RealCommand.run("validate", "--backends", "java", "--gram", "sliced"));
  }

  @Test
  void severalDevicesFindTheSame() throws IOException {
    Object[] command = RealNetworks.match("--layers", LAYERS, "--device", "all");
    JsonNode three = json(StandIn.runOnIt(Map.of("DEVICES", 3), command));
    assertEquals(
        "3 CUDA devices, the first one CPU stand-in, not a GPU",
        three.at("/backend/device").textValue());
    assertSameMatches(onJava(command), three);
  }

  @Test
  void anyDeviceCanBeChosen() throws IOException {
    Object[] command = RealNetworks.match("--layers", "classifier.4", "--device", "2");
    JsonNode third = json(StandIn.runOnIt(Map.of("DEVICES", 3), command));
    assertEquals("CUDA device 2, CPU stand-in, not a GPU", third.at("/backend/device").textValue());
    assertSameMatches(onJava(command), third);
  }

  private static void assertSameMatches(JsonNode expected, JsonNode found) {
    assertNotEquals(0, expected.get("layers").size());
    assertEquals(expected.get("layers").size(), found.get("layers").size());
    for (int layer = 0; layer < expected.get("layers").size(); layer++) {
      String matches = "/layers/" + layer + "/matches";
      assertEquals(expected.at(matches), found.at(matches));
    }
  }

  /** Memory runs out in the midst, and the matrix is computed in strips. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void devicesOfLittleMemoryFindTheSame(int devices) throws IOException {
    Object[] command = RealNetworks.match("--layers", LAYERS, "--device", "all");
    assertSameMatches(
        onJava(command),
        json(StandIn.runOnIt(Map.of("DEVICES", devices, "MEMORY", 16 << 20), command)));
  }

  @Test
  void theHeapThatLittleMemoryCostsIsTold() throws IOException {
    Path file = relu("wide", 1000, 600);
    Object[] command = {"match", file, file, "--no-spectrum", "--verbose"};
    double resident = heap(StandIn.runOnIt(USUAL, command));
    double striped = heap(StandIn.runOnIt(Map.of("MEMORY", 28 << 20), command));
    assertTrue(striped > resident + 10, resident + " MB and " + striped + " MB");
  }

  private static double heap(Outcome outcome) {
    assertEquals(0, outcome.exitCode(), outcome.err());
    String first = outcome.err().lines().findFirst().orElseThrow();
    return Double.parseDouble(first.replaceAll(".*: about ([0-9]+) MB of Java heap.*", "$1"));
  }

  private Path relu(String name, int samples, int neurons) throws IOException {
    float[] values = TestFiles.relu(samples * neurons, 1);
    return TestFiles.npz(folder.resolve(name + ".npz"), "layer", values, samples, neurons);
  }

  // The automatic choice.

  /** With a device that can hold nothing: what it is asked for is passed on, and that is said. */
  @Test
  void smallLayersGoToTheProcessorAndLargeOnesToTheDevice() throws IOException {
    Map<String, Object> useless = Map.of("MEMORY", 1 << 20);
    Path small = relu("small", 500, 40);
    Path large = relu("large", 22_000, 500);
    Outcome processor = StandIn.run(useless, "match", small, small);
    assertEquals(0, processor.exitCode(), processor.err());
    assertTrue(
        processor
            .out()
            .contains("the first choice is available; layers too small for cuda run on java"),
        processor.out());
    Outcome passedOn = StandIn.run(useless, "match", large, large, "--no-spectrum");
    assertEquals(0, passedOn.exitCode(), passedOn.err());
    assertTrue(passedOn.out().contains("what its memory can't hold on java"), passedOn.out());
    Outcome device = StandIn.run(USUAL, "match", large, large, "--no-spectrum");
    assertEquals(0, device.exitCode(), device.err());
    assertTrue(device.out().contains("backend: cuda (CUDA device 0, CPU stand-in"), device.out());
  }

  @Test
  void withoutADeviceEverythingGoesToTheProcessor() throws IOException {
    Path file = relu("file", 100, 10);
    Outcome outcome = StandIn.run(Map.of("INIT", 100), "match", file, file);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("backend: java ("), outcome.out());
    assertTrue(outcome.out().contains("not available: cuda"), outcome.out());
  }

  // What can be wrong.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CAPABILITY | 7.0 | stand-in, not a GPU, compute capability 7.0, 2.0 GiB, is too old;"
            + " expected compute capability 7.5 or later; use a newer GPU",
        "DRIVER | 11080 | the NVIDIA driver supports CUDA 11.8, expected 12.0 or later; install a"
            + " newer driver",
        "INIT | 100 | the NVIDIA driver finds no GPU; use a machine with one, or see whether"
            + " CUDA_VISIBLE_DEVICES hides it",
        "INIT | 803 | the NVIDIA driver does not answer: cuInit failed:"
            + " CUDA_ERROR_SYSTEM_DRIVER_MISMATCH; see what nvidia-smi says",
        "CUBLAS | 110000 | is cuBLAS 11, expected 12 or 13; name the folder of another one with"
            + " -Dspanmatch.cuda.libraryPath",
      })
  void deviceThatCantBeUsed(String variable, String value, String text) throws IOException {
    Path file = relu("file", 20, 2);
    assertFails(4, text, StandIn.runOnIt(Map.of(variable, value), "match", file, file));
    List<String> listed = StandIn.run(Map.of(variable, value), "backends").out().lines().toList();
    String reasonAndCure =
        listed.get(0).replace("cuda: unavailable: ", "") + listed.get(2).replace("  cure: ", "; ");
    assertTrue(reasonAndCure.endsWith(text), reasonAndCure);
  }

  @Test
  void deviceThatDoesNotExist() throws IOException {
    Path file = relu("file", 20, 2);
    Object[] command = {"match", file, file, "--device", "7"};
    assertFails(4, "there is no CUDA device 7, only 0", StandIn.runOnIt(USUAL, command));
    assertFails(
        4,
        "there is no CUDA device 7, only 0, 1, 2",
        StandIn.runOnIt(Map.of("DEVICES", 3), command));
  }

  @Test
  void folderOfLibrariesThatDoesNotExist() throws IOException {
    Path file = relu("file", 20, 2);
    Path absent = folder.resolve("absent");
    assertFails(
        4,
        "-Dspanmatch.cuda.libraryPath names " + absent + ", which is not a folder; name a folder",
        RealCommand.runWith(StandIn.options(absent), "match", file, file, "--backend", "cuda"));
  }

  /** Unless this machine has one. */
  @Test
  void withoutADriver() throws IOException {
    String listed = RealCommand.run("backends").out();
    if (listed.startsWith("cuda: unavailable: no NVIDIA driver: ")) {
      Path file = relu("file", 20, 2);
      Outcome outcome = RealCommand.run("match", file, file, "--backend", "cuda");
      assertFails(4, "backend 'cuda' is unavailable: no NVIDIA driver: ", outcome);
      assertTrue(outcome.err().endsWith("; install the NVIDIA driver\n"), outcome.err());
    }
  }

  @Test
  void tooLittleMemoryEvenForParts() {
    assertFails(
        1,
        "256 + 256 neurons need more memory than the 4 MB that are free on CUDA device 0",
        StandIn.runOnIt(Map.of("MEMORY", 4 << 20), RealNetworks.match("--layers", "classifier.1")));
  }

  // Interruption.

  /** Ctrl-C, so long after the first layer has begun: while it is read, and while they compute. */
  @ParameterizedTest
  @ValueSource(ints = {0, 50, 400, 1500})
  void interruptionEndsItAtOnce(int milliseconds) throws IOException, InterruptedException {
    Path out = Files.createDirectory(folder.resolve("out"));
    Path log = Files.createFile(folder.resolve("log"));
    ProcessBuilder builder =
        StandIn.builder(
            USUAL,
            "match",
            RealNetworks.x(),
            RealNetworks.y(),
            "--backend",
            "cuda",
            "--verbose",
            "--out",
            out);
    Signals.listenToInterrupts(builder);
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    while (Files.size(log) == 0 && process.isAlive()) {
      Thread.sleep(10);
    }
    Thread.sleep(milliseconds);
    Signals.send("INT", Long.toString(process.pid()));
    boolean ended = process.waitFor(10, TimeUnit.SECONDS);
    process.destroyForcibly();
    String told = Files.readString(log);
    assertTrue(ended, "still running");
    assertEquals(130, process.exitValue(), told);
    assertTrue(told.lines().allMatch(line -> line.startsWith("layer '")), told);
    try (Stream<Path> files = Files.list(out)) {
      assertEquals(List.of(), files.toList());
    }
  }
}
