package org.spanmatch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.spanmatch.kernel.cuda.DeviceBenchmark;

/**
 * Prints the Markdown tables of what JMH measured, so that no published number was typed.
 *
 * <p>A time is the mean with JMH's 99.9 % interval. A speed is useful operations / time, and its
 * share of the peak that of {@link LimitsBenchmark} on as many threads. "× as fast" is the other's
 * time / ours.
 */
public final class ResultsTable {
  private static final String NONE = "–";

  /** One line of JMH's results. */
  private record Result(
      String benchmark,
      Map<String, String> parameters,
      int threads,
      double milliseconds,
      double error) {

    String get(String parameter) {
      String value = parameters.get(parameter);
      if (value == null) {
        throw new IllegalArgumentException(benchmark + " has no parameter " + parameter);
      }
      return value;
    }

    long number(String parameter) {
      return Long.parseLong(get(parameter));
    }

    /** Billions in a second. */
    double perSecond(double amount) {
      return amount / milliseconds / 1e6;
    }

    String time() {
      return digits(milliseconds) + (Double.isNaN(error) ? "" : " ± " + digits(error));
    }

    boolean equalsBut(String parameter, Result other) {
      Map<String, String> rest = new LinkedHashMap<>(parameters);
      rest.put(parameter, other.parameters.get(parameter));
      return benchmark.equals(other.benchmark) && rest.equals(other.parameters);
    }
  }

  private final List<Result> results;
  private final StringBuilder text = new StringBuilder();

  private ResultsTable(List<Result> results) {
    this.results = results;
  }

  /**
   * Prints tables.
   *
   * @param arguments JSON files, or folders of them
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length == 0) {
      throw new IllegalArgumentException("expected JSON files, or folders of them");
    }
    List<Path> files = new ArrayList<>();
    for (String argument : arguments) {
      Path path = Path.of(argument);
      if (Files.isDirectory(path)) {
        try (Stream<Path> entries = Files.list(path)) {
          entries.filter(file -> file.toString().endsWith(".json")).sorted().forEach(files::add);
        }
      } else {
        files.add(path);
      }
    }
    System.out.print(of(files));
  }

  /**
   * The tables of all results in some files.
   *
   * @throws IllegalArgumentException if something was measured twice
   */
  static String of(List<Path> files) throws IOException {
    List<Result> results = new ArrayList<>();
    for (Path file : files) {
      for (JsonNode node : new ObjectMapper().readTree(file.toFile())) {
        Result result = result(node);
        for (Result other : results) {
          if (other.benchmark().equals(result.benchmark())
              && other.parameters().equals(result.parameters())) {
            throw new IllegalArgumentException(
                file + " has " + result.benchmark() + " " + result.parameters() + " again");
          }
        }
        results.add(result);
      }
    }
    ResultsTable table = new ResultsTable(results);
    table.limits();
    table.compression();
    table.projection();
    table.spectrum();
    table.minimal();
    table.simple();
    table.authors();
    table.deviceLimits();
    table.deviceGram();
    table.gpu(
        "compress", "Compression of n + n neurons from the host's memory, beside a GPU's peers");
    table.gpu(
        "distances", "Factorisation and all distances of n + n neurons, beside a GPU's peers");
    table.gpu("spectrum", "The match level of each of n + n neurons, beside the processor");
    return table.text.toString();
  }

  private static Result result(JsonNode node) {
    String name = node.get("benchmark").asText();
    JsonNode metric = node.get("primaryMetric");
    if (!metric.get("scoreUnit").asText().equals("ms/op")) {
      throw new IllegalArgumentException(name + " is not in ms/op: " + metric.get("scoreUnit"));
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> parameter : node.path("params").properties()) {
      parameters.put(parameter.getKey(), parameter.getValue().asText());
    }
    // One measurement has no interval: "NaN", a string.
    JsonNode error = metric.get("scoreError");
    return new Result(
        name.replaceFirst("^.*\\.(\\w+\\.\\w+)$", "$1"),
        parameters,
        node.get("threads").asInt(),
        metric.get("score").asDouble(),
        error.isNumber() ? error.asDouble() : Double.NaN);
  }

  private List<Result> of(String benchmark, String... sortedBy) {
    List<Result> found = new ArrayList<>();
    for (Result result : results) {
      if (result.benchmark().startsWith(benchmark)) {
        found.add(result);
      }
    }
    // The sort is stable, so the last one counts most.
    for (int i = sortedBy.length - 1; i >= 0; i--) {
      String parameter = sortedBy[i];
      found.sort(Comparator.comparingLong(result -> result.number(parameter)));
    }
    return found;
  }

  private void limits() {
    List<Result> limits = of("LimitsBenchmark.");
    header(limits, "Limits of the machine", "limit", "threads", "ms", "GFLOP/s", "GB/s");
    for (Result result : limits) {
      String name = result.benchmark().replaceFirst("^.*\\.", "");
      boolean computes = name.startsWith("multiplyAdd");
      double amount =
          computes
              ? LimitsBenchmark.FLOPS
              : result.number("elements") * (name.startsWith("copy") ? 16.0 : 8.0);
      String speed = digits(result.threads() * result.perSecond(amount));
      row(name, result.threads(), result.time(), computes ? speed : NONE, computes ? NONE : speed);
    }
  }

  /** What so many threads can do, in GFLOP/s, if it was measured. */
  private Optional<Double> peak(long threads) {
    return of("LimitsBenchmark.multiplyAdd").stream()
        .filter(result -> result.threads() == threads)
        .map(result -> threads * result.perSecond(LimitsBenchmark.FLOPS))
        .findFirst();
  }

  private void compression() {
    List<Result> found = of("CompressionBenchmark.", "m", "samples", "threads");
    header(
        found,
        "Compression of m neurons in all",
        "m",
        "samples",
        "threads",
        "implementation",
        "ms",
        "GFLOP/s",
        "of peak",
        "`java` is × as fast");
    for (Result result : found) {
      long m = result.number("m");
      long threads = result.number("threads");
      String implementation = result.get("implementation");
      double speed = result.perSecond(CompressionBenchmark.flops(result.number("samples"), m));
      double least =
          switch (implementation) {
            case "openblas-dsyrk" -> m <= 256 ? 1.3 : m <= 1024 ? 1 : 0.95;
            case "reference" -> Double.NaN;
            default -> 4;
          };
      row(
          m,
          result.number("samples"),
          threads,
          "`" + implementation + "`",
          result.time(),
          digits(speed),
          share(
              speed, threads, implementation.equals("java") && threads == 1 && m >= 512 ? 0.8 : 0),
          times(result, ours(result, "implementation", "java"), least));
    }
  }

  private void projection() {
    List<Result> found = of("ProjectionBenchmark.", "n", "threads");
    header(
        found,
        "Factorisation and all distances of n + n neurons",
        "n",
        "threads",
        "implementation",
        "ms",
        "GFLOP/s",
        "of peak",
        "`java` is × as fast");
    for (Result result : found) {
      long n = result.number("n");
      String implementation = result.get("implementation");
      double speed = result.perSecond(ProjectionBenchmark.flops(implementation, n));
      row(
          n,
          result.number("threads"),
          "`" + implementation + "`",
          result.time(),
          digits(speed),
          share(speed, result.number("threads"), 0),
          times(result, ours(result, "implementation", "java"), n == 512 ? 0.9 : Double.NaN));
    }
  }

  private void spectrum() {
    List<Result> found = of("SpectrumBenchmark.compress", "n");
    header(
        found,
        "Matching n + n neurons beside compressing them, on all processors",
        "n",
        "samples",
        "compress, ms",
        "spectrum, ms",
        "five maximum matches, ms",
        "spectrum / compress");
    for (Result compress : found) {
      Optional<Result> spectrum = beside(compress, "spectrum");
      row(
          compress.number("n"),
          compress.number("samples"),
          compress.time(),
          spectrum.map(Result::time).orElse(NONE),
          beside(compress, "maximumMatches").map(Result::time).orElse(NONE),
          spectrum
              .map(result -> result.milliseconds() / compress.milliseconds())
              .map(
                  ratio ->
                      digits(ratio)
                          + (compress.number("n") >= 256 ? target("≤ 2", ratio <= 2) : ""))
              .orElse(NONE));
    }
  }

  private Optional<Result> beside(Result compress, String benchmark) {
    return of("SpectrumBenchmark." + benchmark).stream()
        .filter(result -> result.parameters().equals(compress.parameters()))
        .findFirst();
  }

  private void minimal() {
    List<Result> found = of("MinimalMatchBenchmark.", "n", "samples");
    header(
        found,
        "From arrays in memory to one minimal match where all n + n neurons match, on one thread",
        "n",
        "samples",
        "method",
        "ms",
        "`spanmatch` is × as fast");
    for (Result result : found) {
      row(
          result.number("n"),
          result.number("samples"),
          "`" + result.get("method") + "`",
          result.time(),
          times(
              result,
              ours(result, "method", "spanmatch"),
              result.number("n") == 64 ? 200 : Double.NaN));
    }
  }

  private void simple() {
    List<Result> found = of("SimpleMatchesBenchmark.", "n", "samples");
    header(
        found,
        "Minimal matches of compressed layers where all n + n neurons match",
        "n",
        "samples",
        "ε",
        "matches",
        "ms");
    for (Result result : found) {
      boolean one = result.benchmark().endsWith(".one");
      row(
          result.number("n"),
          result.number("samples"),
          result.get("epsilon"),
          one ? "one, on one thread" : "one for each neuron, on all processors",
          result.time()
              + (one && result.number("n") == 512
                  ? target("≤ 2000", result.milliseconds() <= 2000)
                  : ""));
    }
  }

  private void authors() {
    List<Result> found = of("AuthorsBenchmark.", "n", "samples");
    header(
        found,
        "From arrays in memory to the maximum matches of n + n neurons at five ε",
        "n",
        "samples",
        "method",
        "ms",
        "`spanmatch` is × as fast");
    for (Result result : found) {
      String method = result.get("method");
      row(
          result.number("n"),
          result.number("samples"),
          "`" + method + "`",
          result.time(),
          times(
              result,
              ours(result, "method", "spanmatch"),
              result.number("n") != 512 ? Double.NaN : method.equals("authors") ? 50 : 3));
    }
  }

  private void deviceLimits() {
    List<Result> found = of("DeviceBenchmark.dgemm");
    found.addAll(of("DeviceBenchmark.copyToDevice"));
    header(found, "Limits of the GPU", "limit", "ms", "GFLOP/s", "GB/s");
    for (Result result : found) {
      boolean computes = result.benchmark().endsWith("dgemm");
      String speed =
          digits(
              result.perSecond(
                  computes
                      ? 2 * Math.pow((double) result.number("size"), 3)
                      : DeviceBenchmark.COPIED_BYTES));
      String name = result.benchmark().replaceFirst("^.*\\.", "");
      row(name, result.time(), computes ? speed : NONE, computes ? NONE : speed);
    }
  }

  /** What cuBLAS reached in a large product, in GFLOP/s, if it was measured. */
  private Optional<Double> devicePeak() {
    return of("DeviceBenchmark.dgemm").stream()
        .map(result -> result.perSecond(2 * Math.pow((double) result.number("size"), 3)))
        .findFirst();
  }

  private void deviceGram() {
    List<Result> found = of("DeviceBenchmark.gram", "m", "samples");
    found.addAll(of("GpuPeers.gram", "m", "samples"));
    header(
        found,
        "Gram matrix of m neurons from samples on the device",
        "m",
        "samples",
        "implementation",
        "ms",
        "GFLOP/s",
        "of dgemm");
    for (Result result : found) {
      long m = result.number("m");
      double speed = result.perSecond(CompressionBenchmark.flops(result.number("samples"), m));
      row(
          m,
          result.number("samples"),
          "`" + result.parameters().getOrDefault("backend", "cuda") + "`",
          result.time(),
          digits(speed),
          devicePeak().map(peak -> Math.round(100 * speed / peak) + " %").orElse(NONE));
    }
  }

  private void gpu(String benchmark, String title) {
    List<Result> found = of("GpuBenchmark." + benchmark, "n", "samples");
    header(found, title, "n", "samples", "backend", "ms", "GFLOP/s", "`cuda` is × as fast");
    for (Result result : found) {
      long n = result.number("n");
      double operations =
          switch (benchmark) {
            case "compress" -> CompressionBenchmark.flops(result.number("samples"), 2 * n);
            case "distances" -> GpuBenchmark.distanceFlops(n);
            default -> Double.NaN;
          };
      row(
          n,
          result.number("samples"),
          "`" + result.get("backend") + "`",
          result.time(),
          Double.isNaN(operations) ? NONE : digits(result.perSecond(operations)),
          times(result, ours(result, "backend", "cuda"), Double.NaN));
    }
  }

  private Optional<Result> ours(Result peer, String parameter, String name) {
    return results.stream()
        .filter(result -> name.equals(result.parameters().get(parameter)))
        .filter(result -> !result.equals(peer) && peer.equalsBut(parameter, result))
        .findFirst();
  }

  /** How many times as fast ours is, and whether that was the target. */
  private static String times(Result peer, Optional<Result> ours, double least) {
    if (ours.isEmpty()) {
      return NONE;
    }
    double times = peer.milliseconds() / ours.get().milliseconds();
    return digits(times)
        + (Double.isNaN(least) ? "" : target("≥ " + digits(least), times >= least));
  }

  private String share(double speed, long threads, double least) {
    return peak(threads)
        .map(peak -> speed / peak)
        .map(
            share ->
                Math.round(100 * share)
                    + " %"
                    + (least > 0
                        ? target("≥ " + Math.round(100 * least) + " %", share >= least)
                        : ""))
        .orElse(NONE);
  }

  private static String target(String target, boolean met) {
    return " (target " + target + ": " + (met ? "met" : "**missed**") + ")";
  }

  /** Three digits. */
  private static String digits(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  private void header(List<Result> found, String title, String... columns) {
    if (!found.isEmpty()) {
      text.append("\n### ").append(title).append("\n\n");
      row((Object[]) columns);
      row(Stream.of(columns).map(column -> "---").toArray());
    }
  }

  private void row(Object... cells) {
    for (Object cell : cells) {
      text.append("| ").append(cell).append(' ');
    }
    text.append("|\n");
  }
}
