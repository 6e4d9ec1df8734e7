package org.spanmatch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;
import org.spanmatch.kernel.Group;
import org.spanmatch.tuning.Iterations;
import org.spanmatch.tuning.Mixtures;
import org.spanmatch.tuning.NpyFile;

/**
 * A program that measures whole commands, as users start them: {@code spanmatch match
 * --no-spectrum} of two {@code .npy} files, by its launcher, and {@code numpy_match.py}, which a
 * user of numpy would write, in turn with it.
 *
 * <p>A time is that of a process from its start to its end. The files lie in the system's memory,
 * and the first {@value #WARM_UPS} runs of each don't count: in them the launcher may store what
 * makes later starts faster. {@code cpu} is the time of the processor in a process and those that
 * it started (Linux only).
 *
 * <p>It writes results in the form of JMH's. Before anything is measured, the similarities of both
 * at five ε are compared. Without a Python that has numpy only our command is measured, and the
 * reason is printed.
 */
public final class ColdBenchmark {
  /** Class and method, as in JMH's results. */
  static final String NAME = "ColdBenchmark.match";

  /** The name of our command among the values of the parameter {@code backend}. */
  static final String SPANMATCH = "spanmatch";

  /** The name of the script in numpy. */
  static final String NUMPY = "numpy";

  /** Label of the processor's time. */
  static final String CPU = "cpu";

  private static final int WARM_UPS = 3;
  private static final String SCRIPT = "numpy_match.py";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The clock of {@code /proc}: a hundredth of a second on all Linux systems of today. */
  private static final double TICK_MILLIS = 10;

  private final Path launcher;
  private final int runs;
  private final Optional<String> missing = NumpyPeer.missing();
  private final List<Map<String, Object>> results = new ArrayList<>();

  private ColdBenchmark(Path launcher, int runs) {
    this.launcher = launcher;
    this.runs = runs;
  }

  /** The times of the runs of one command, in milliseconds. */
  private record Times(List<Double> elapsed, List<Double> cpu) {}

  /**
   * Measures.
   *
   * @param arguments the launcher, the file for the results, the number of runs of each command,
   *     and sizes such as {@code 512x10000}
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length < 4) {
      throw new IllegalArgumentException(
          "expected the launcher, a file for the results, a number of runs, and sizes such as"
              + " 512x10000");
    }
    ColdBenchmark benchmark =
        new ColdBenchmark(Path.of(arguments[0]).toAbsolutePath(), Integer.parseInt(arguments[2]));
    benchmark.missing.ifPresent(reason -> System.out.println("SKIPPED numpy: " + reason));
    for (String size : List.of(arguments).subList(3, arguments.length)) {
      String[] numbers = size.split("x", 2);
      benchmark.measure(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    }
    MAPPER
        .writerWithDefaultPrettyPrinter()
        .writeValue(Path.of(arguments[1]).toFile(), benchmark.results);
  }

  private void measure(int neurons, int samples) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("spanmatch-benchmarks");
    try {
      Mixtures data = new Mixtures(samples, neurons, ElementType.FLOAT32, Layout.NF);
      for (Group group : Group.values()) {
        NpyFile.write(folder.resolve(group.label() + ".npy"), data.layer(group));
      }
      measure(commands(folder), folder, neurons, samples);
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /** The commands by name. */
  private Map<String, List<String>> commands(Path folder) throws IOException {
    String x = folder.resolve("x.npy").toString();
    String y = folder.resolve("y.npy").toString();
    Map<String, List<String>> commands = new LinkedHashMap<>();
    commands.put(SPANMATCH, List.of(launcher.toString(), "match", "--no-spectrum", x, y));
    if (missing.isEmpty()) {
      Path script = folder.resolve(SCRIPT);
      try (InputStream resource = ColdBenchmark.class.getResourceAsStream(SCRIPT)) {
        Files.copy(resource, script);
      }
      commands.put(NUMPY, List.of("python3", script.toString(), x, y));
    }
    return commands;
  }

  private void measure(Map<String, List<String>> commands, Path folder, int neurons, int samples)
      throws IOException, InterruptedException {
    check(commands, folder);
    Map<String, Times> times = new LinkedHashMap<>();
    commands
        .keySet()
        .forEach(name -> times.put(name, new Times(new ArrayList<>(), new ArrayList<>())));
    for (int run = 0; run < WARM_UPS + runs; run++) {
      for (Map.Entry<String, List<String>> command : commands.entrySet()) {
        long ticks = childrensTicks();
        long begin = System.nanoTime();
        run(command.getValue());
        double elapsed = (System.nanoTime() - begin) / 1e6;
        if (run >= WARM_UPS) {
          Times of = times.get(command.getKey());
          of.elapsed().add(elapsed);
          of.cpu().add(TICK_MILLIS * (childrensTicks() - ticks));
        }
      }
    }
    times.forEach((name, of) -> results.add(result(name, neurons, samples, of)));
    times.forEach(
        (name, of) ->
            System.out.printf(
                "%s, %d + %d neurons, %d samples: %s ms%n",
                name,
                neurons,
                neurons,
                samples,
                MarkdownTable.digits(new Iterations(of.elapsed()).median())));
  }

  /** Compares what the commands print: equal similarities at each ε. */
  private static void check(Map<String, List<String>> commands, Path folder)
      throws IOException, InterruptedException {
    Path json = folder.resolve("result.json");
    List<String> ours = new ArrayList<>(commands.get(SPANMATCH));
    ours.addAll(List.of("--json", json.toString()));
    run(ours);
    if (!commands.containsKey(NUMPY)) {
      return;
    }
    List<String> lines = run(commands.get(NUMPY)).lines().toList();
    JsonNode matches = MAPPER.readTree(json.toFile()).at("/layers/0/matches");
    if (lines.isEmpty() || lines.size() != matches.size()) {
      throw new IllegalStateException(
          "spanmatch has similarities at " + matches.size() + " ε, numpy at " + lines.size());
    }
    for (int i = 0; i < lines.size(); i++) {
      double found = matches.at("/" + i + "/similarity").asDouble(Double.NaN);
      double expected = Double.parseDouble(lines.get(i).substring(lines.get(i).indexOf(' ')));
      // Both are a number of neurons divided by that of all.
      if (!(Math.abs(found - expected) < 1e-9)) {
        throw new IllegalStateException(
            "spanmatch has a similarity of " + found + " where numpy has " + lines.get(i));
      }
    }
  }

  /** Runs a command to its end and returns its output. */
  private static String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeAll(OpenBlas.SLOWING_VARIABLES);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IllegalStateException(String.join(" ", command) + " ended with " + exit);
    }
    return output;
  }

  /** The processor's time of all processes that this one started and that have ended. */
  private static long childrensTicks() {
    Path file = Path.of("/proc/self/stat");
    if (!Files.exists(file)) {
      return 0;
    }
    try {
      String text = Files.readString(file);
      // After the name, which may have blanks: state is field 3, cutime 16 and cstime 17.
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      return Long.parseLong(fields[16 - 3]) + Long.parseLong(fields[17 - 3]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> result(String name, int neurons, int samples, Times times) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("benchmark", ColdBenchmark.class.getPackageName() + "." + NAME);
    result.put("mode", "ss");
    result.put("threads", 1);
    result.put("warmupIterations", WARM_UPS);
    result.put("measurementIterations", times.elapsed().size());
    result.put("params", Map.of("backend", name, "neurons", "" + neurons, "samples", "" + samples));
    result.put("primaryMetric", metric(times.elapsed()));
    if (times.cpu().stream().anyMatch(cpu -> cpu > 0)) {
      result.put("secondaryMetrics", Map.of(CPU, metric(times.cpu())));
    }
    return result;
  }

  private static Map<String, Object> metric(List<Double> times) {
    Map<String, Object> metric = new LinkedHashMap<>();
    metric.put("score", times.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
    metric.put("scoreError", "NaN");
    metric.put("scoreUnit", "ms/op");
    metric.put("rawData", List.of(times));
    return metric;
  }
}
