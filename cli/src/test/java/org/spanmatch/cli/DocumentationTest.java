package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** The examples in docs/ run as they stand. */
@Tag("once") // on one JDK: nothing here depends on which
class DocumentationTest {
  @TempDir Path folder;

  static Outcome example(String name, Object... arguments) {
    return example(List.of(), System.getProperty("java.class.path"), name, arguments);
  }

  private static Outcome example(
      List<String> javaOptions, String classPath, String name, Object... arguments) {
    Path source = RealCommand.root().resolve("docs").resolve("examples").resolve(name);
    ProcessBuilder builder = new ProcessBuilder(RealCommand.javaExecutable());
    builder.command().addAll(javaOptions);
    builder.command().addAll(List.of("-cp", classPath, source.toString()));
    for (Object argument : arguments) {
      builder.command().add(argument.toString());
    }
    return RealCommand.finish(builder);
  }

  @Test
  void ownArrays() {
    Outcome outcome = example("OwnArrays.java");
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(3, lines.size());
    assertTrue(lines.get(0).startsWith("neuron 0: distance 0.000000, error at most "));
    assertTrue(lines.get(1).startsWith("neuron 1: distance 0.707107, error at most "));
    assertEquals("matched: [0] of the first, [0] of the second", lines.get(2));
  }

  @Test
  void matchLayers() throws IOException {
    Path file = TestFiles.npz(folder.resolve("net.npz"), "layer", TestFiles.relu(300, 1), 100, 3);
    Outcome outcome = example("MatchLayers.java", file, file);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(
        List.of(
            "layer, epsilon 0.5: 3 + 3 neurons match, similarity 1.0000",
            "layer, epsilon 0.3: 3 + 3 neurons match, similarity 1.0000"),
        outcome.out().lines().toList());
  }

  @Test
  void keepGram() {
    Outcome outcome = example("KeepGram.java", folder);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(
        List.of(
            "Gram matrix of 2 layers, 2 + 1 neurons, 6 samples",
            "maximum match at epsilon 0.3: 1 + 1 neurons, similarity 0.6667, 0 borderline",
            "match levels of 2 + 1 neurons, 0.000 to 0.9832, 0 dead"),
        outcome.out().lines().toList());
  }

  private static List<String> exchangeKernel(List<String> javaOptions, String classPath) {
    Outcome outcome = example(javaOptions, classPath, "ExchangeKernel.java");
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome.out().lines().toList();
  }

  @Test
  void exchangeKernelOnADevice() {
    StandIn.assumeBuilt();
    assertEquals(
        List.of(
            "cuda can run",
            "java can run",
            "reference can run",
            "cuda (CUDA device 0, CPU stand-in, not a GPU), the first choice is available; layers too"
                + " small for cuda run on java",
            "automatic: 0.000000, 0.707107",
            "cuda (CUDA device 0, CPU stand-in, not a GPU), asked for by name",
            "by name: 0.000000, 0.707107"),
        exchangeKernel(StandIn.options(), System.getProperty("java.class.path")));
  }

  @Test
  void exchangeKernelWithoutADevice() {
    List<String> lines =
        exchangeKernel(
            StandIn.options(folder.resolve("absent")), System.getProperty("java.class.path"));
    assertEquals(8, lines.size(), lines.toString());
    assertTrue(lines.get(0).startsWith("cuda can't run: -Dspanmatch.cuda.libraryPath names "));
    assertTrue(lines.get(0).contains("; cure: name a folder with NVIDIA's libraries"));
    assertTrue(lines.get(3).startsWith("java (CPU"), lines.get(3));
    assertEquals("automatic: 0.000000, 0.707107", lines.get(4));
    assertTrue(lines.get(5).startsWith("backend 'cuda' is unavailable: -D"), lines.get(5));
    assertTrue(lines.get(6).startsWith("java (CPU"), lines.get(6));
    assertEquals("instead: 0.000000, 0.707107", lines.get(7));
  }

  /** Whether an entry of the class path is what a module of the repository was built to. */
  private static boolean isOf(String module, String entry) {
    return Path.of(entry).startsWith(RealCommand.root().resolve(module));
  }

  @Test
  void exchangeKernelWithoutItsJar() {
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> isOf("core", entry) || isOf("kernel-java", entry))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> lines = exchangeKernel(List.of(), classPath);
    assertEquals(List.of("java can run", "reference can run"), lines.subList(0, 2));
    assertEquals(
        "backend 'cuda' is unavailable: it is not on the class path, which has java, reference",
        lines.get(4));
    assertEquals("instead: 0.000000, 0.707107", lines.get(6));
  }

  /**
   * Writes a program that starts the command. It validates a few problems where all are asked for,
   * as {@link ValidateCommandTest} does, and measures a smaller layer than the one that the pages
   * name.
   */
  static void writeCommand(Path start) throws IOException {
    List<String> java = RealCommand.java();
    String words =
        java.subList(2, java.size()).stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Files.writeString(
        start,
        """
        #!/bin/sh
        case "$*" in
          *--case* | *.npz*) ;;
          validate*) set -- "$@" --case "ReLU*" ;;
          "bench --neurons 256 --samples 10000 "*)
            shift 5
            set -- bench --neurons 8 --samples 100 "$@"
            ;;
        esac
        exec '%s' %s ${SPANMATCH_JAVA_OPTS-} %s "$@"
        """
            .formatted(java.get(0), java.get(1), words));
    assertTrue(start.toFile().setExecutable(true));
  }

  /** The shell steps of ci.md that hold a text, in a folder with a command and two files. */
  private Outcome ciSteps(List<String> javaOptions, String text) throws IOException {
    writeCommand(folder.resolve("spanmatch"));
    for (int network = 1; network <= 2; network++) {
      Path file = folder.resolve(network == 1 ? "x.npz" : "y.npz");
      TestFiles.npz(file, "layer", TestFiles.relu(4000, network), 200, 20);
    }
    String page = Files.readString(RealCommand.root().resolve("docs").resolve("ci.md"));
    String steps =
        Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
            .matcher(page)
            .results()
            .map(block -> block.group(1))
            .filter(block -> block.contains(text))
            .collect(Collectors.joining());
    assertFalse(steps.isEmpty(), text);
    ProcessBuilder builder = new ProcessBuilder("sh", "-e", "-c", steps);
    builder.directory(folder.toFile());
    builder.environment().put("SPANMATCH_JAVA_OPTS", String.join(" ", javaOptions));
    return RealCommand.finish(builder);
  }

  @Test
  void ciStepsWithoutADevice() throws IOException {
    for (String file : List.of("validate-java.xml", "validate-layers.json")) {
      Outcome outcome = ciSteps(List.of(), file);
      assertEquals(0, outcome.exitCode(), outcome.err());
      assertTrue(Files.size(folder.resolve(file)) > 0);
    }
    List<String> without = StandIn.options(folder.resolve("absent"));
    assertEquals(0, ciSteps(without, "validate-all.xml").exitCode());
    assertEquals(4, ciSteps(without, "validate-cuda.xml").exitCode());
    assertEquals(4, ciSteps(without, "validate-pinned.xml").exitCode());
  }

  @Test
  void ciStepsWithADevice() throws IOException {
    StandIn.assumeBuilt();
    for (String file : List.of("validate-cuda.xml", "validate-pinned.xml")) {
      Outcome outcome = ciSteps(StandIn.options(), file);
      assertEquals(0, outcome.exitCode(), outcome.err());
      String junit = Files.readString(folder.resolve(file));
      assertTrue(junit.contains("<testsuite name=\"spanmatch.cuda\""), file);
      assertFalse(junit.contains("<failure") || junit.contains("<error"), file);
    }
  }

  /** Whether it is slower is up to the machine; that the layer is compared is not. */
  @Test
  void ciStepsThatCompareTimes() throws IOException {
    Outcome outcome = ciSteps(BenchCommandTest.QUICK, "--compare");
    assertTrue(outcome.exitCode() == 0 || outcome.exitCode() == 5, outcome.err());
    assertTrue(outcome.out().contains("LayerBenchmark.match"), outcome.out());
    assertTrue(outcome.out().contains(" (machine)"), outcome.out());
  }

  /** The numbers of samples are those of a longer run, and only their rows are compared. */
  @Test
  void breakingPointsAreAsDocumented() throws IOException {
    assertDocumented(
        3, RealCommand.run("validate", "--breaking-points", "--backends", "java,reference"));
  }

  @Test
  void breakingPointsOfCudaAreAsDocumented() throws IOException {
    StandIn.assumeBuilt();
    assertDocumented(
        1, StandIn.run(Map.of(), "validate", "--breaking-points", "--backends", "cuda"));
  }

  private static void assertDocumented(int expectedRows, Outcome outcome) throws IOException {
    assertEquals(0, outcome.exitCode(), outcome.err());
    String page = Files.readString(RealCommand.root().resolve("docs").resolve("accuracy.md"));
    int rows = 0;
    for (String line : outcome.out().lines().skip(1).takeWhile(l -> l.contains("1e±")).toList()) {
      List<String> cells = Pattern.compile(" {2,}").splitAsStream(line).toList();
      assertTrue(
          page.contains(
              "\n| " + cells.get(0) + " | " + cells.get(1) + " | " + cells.get(2) + " | "),
          line);
      rows++;
    }
    assertEquals(expectedRows, rows);
  }

  @Test
  void theReadmeNamesEveryCommand() throws IOException {
    String readme = Files.readString(RealCommand.root().resolve("README.md"));
    for (String command :
        List.of(
            "match",
            "simple",
            "spectrum",
            "distances",
            "measures",
            "report",
            "gram",
            "merge",
            "validate",
            "bench",
            "layers",
            "backends",
            "demo",
            "bundle",
            "completion",
            "help")) {
      assertTrue(readme.contains("`spanmatch " + command), command);
    }
    assertTrue(readme.contains("mvn -B -ntp verify"));
    assertTrue(readme.lines().count() <= 150, "the README is long");
  }

  @Test
  void linksLeadToFiles() throws IOException {
    Path root = RealCommand.root();
    List<Path> pages = new ArrayList<>();
    for (Path directory : List.of(root, root.resolve("docs"))) {
      try (Stream<Path> files = Files.list(directory)) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
      }
    }
    assertTrue(pages.size() > 10, pages.toString());
    for (Path page : pages) {
      Matcher link = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)").matcher(Files.readString(page));
      while (link.find()) {
        assertTrue(Files.exists(page.resolveSibling(link.group(1))), page + ": " + link.group());
      }
    }
  }
}
