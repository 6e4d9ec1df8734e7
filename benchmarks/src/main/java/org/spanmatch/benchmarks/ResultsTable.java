package org.spanmatch.benchmarks;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.spanmatch.tuning.LimitsBenchmark;
import org.spanmatch.tuning.Measurement;
import org.spanmatch.tuning.Speeds;
import org.spanmatch.tuning.Work;

/**
 * Prints Markdown tables of JMH's results, so that no published number is typed by hand.
 *
 * <p>A time is the mean with JMH's 99.9 % interval. A speed is {@link Work} / time. "Of the limit"
 * is the least possible time of the work, by the peak and the memory bandwidth that {@link
 * LimitsBenchmark} measured on as many threads, or by those of a GPU, divided by the time taken; it
 * names the limit that applies. "× as fast" is the other's time / ours.
 */
public final class ResultsTable {
  private static final String NONE = "–";
  private static final String JAVA = "java";
  private static final String CUDA = "cuda";

  /** The backend and the peers of gpu_peers.py that run on a GPU. */
  private static final Set<String> ON_DEVICE = Set.of(CUDA, "pytorch", "cupy");

  /** Parameters that are shown only if they differ from the usual values. */
  private static final Map<String, String> USUAL =
      Map.of("precision", "standard", "dtype", "float32", "layout", "nf");

  private record Column(String title, Function<Measurement, String> cell) {}

  private final List<Measurement> measurements;
  private final StringBuilder text = new StringBuilder();

  private ResultsTable(List<Measurement> measurements) {
    this.measurements = measurements;
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
   * Returns the tables of all results in some files.
   *
   * @throws IOException if a file can't be read or has other content
   * @throws IllegalArgumentException if something was measured twice
   */
  static String of(List<Path> files) throws IOException {
    List<Measurement> measurements = new ArrayList<>();
    Set<List<Object>> seen = new HashSet<>();
    for (Path file : files) {
      for (Measurement measurement : Measurement.read(file)) {
        if (!seen.add(List.of(measurement.benchmark(), measurement.parameters()))) {
          throw new IllegalArgumentException(
              file + " has " + measurement.benchmark() + " " + measurement.parameters() + " again");
        }
        measurements.add(measurement);
      }
    }
    return new ResultsTable(measurements).tables();
  }

  private String tables() {
    limits();
    compression();
    projection();
    spectrum();
    layers();
    minimal();
    simple();
    deviceLimits();
    deviceGram();
    return text.toString();
  }

  private void limits() {
    table(
        "Limits of the machine",
        find("LimitsBenchmark."),
        new Column("limit", result -> result.benchmark().replaceFirst("^.*\\.", "")),
        new Column("threads", result -> Integer.toString(result.threads())),
        time(),
        gflops(),
        gigabytes());
  }

  private void compression() {
    List<Measurement> found =
        find("CompressionBenchmark.compress", "neurons", "samples", "threads");
    table(
        "Compression of n + n neurons",
        found,
        text("n", "neurons"),
        text("samples", "samples"),
        text("threads", "threads"),
        backend(),
        time(),
        gflops(),
        gigabytes(),
        new Column(
            "of the limit",
            result ->
                share(
                    result,
                    isUsual(result)
                            && backend(result).equals(JAVA)
                            && number(result, "threads") == 1
                            && number(result, "neurons") >= 256
                        ? 0.8
                        : Double.NaN)),
        timesAsFast(found, ResultsTable::leastOfCompression));
  }

  private static double leastOfCompression(Measurement result) {
    long n = number(result, "neurons");
    return switch (backend(result)) {
      case "openblas" -> n <= 128 ? 1.3 : n <= 512 ? 1 : 0.95;
      case "ejml", "ojalgo", "netlib", "netlib-tn", "netlib-nt" -> 4;
      default -> Double.NaN;
    };
  }

  private void projection() {
    List<Measurement> found =
        find("ProjectionBenchmark.distances", "neurons", "samples", "threads");
    table(
        "Factorisation and all distances of n + n neurons",
        found,
        text("n", "neurons"),
        text("threads", "threads"),
        backend(),
        time(),
        gflops(),
        ofTheLimit(),
        timesAsFast(
            found,
            result ->
                backend(result).startsWith("openblas") && number(result, "neurons") == 512
                    ? 0.9
                    : Double.NaN));
  }

  private void spectrum() {
    List<Measurement> found = find("SpectrumBenchmark.spectrum", "neurons", "samples", "threads");
    table(
        "The match levels of n + n neurons, beside compressing them",
        found,
        text("n", "neurons"),
        text("samples", "samples"),
        text("threads", "threads"),
        backend(),
        new Column(
            "compress, ms", result -> timeOf(beside(result, "CompressionBenchmark.compress"))),
        new Column("spectrum, ms", ResultsTable::timeText),
        gflops(),
        ofTheLimit(),
        new Column(
            "five maximum matches, ms",
            result -> timeOf(beside(result, "MaximumMatchBenchmark.maximumMatches"))),
        new Column("spectrum / compress", this::spectrumPerCompress));
  }

  private String spectrumPerCompress(Measurement spectrum) {
    return beside(spectrum, "CompressionBenchmark.compress")
        .map(compress -> spectrum.milliseconds() / compress.milliseconds())
        .map(
            ratio ->
                digits(ratio)
                    + (isUsual(spectrum)
                            && backend(spectrum).equals(JAVA)
                            && number(spectrum, "neurons") >= 256
                        ? target("≤ 2", ratio <= 2)
                        : ""))
        .orElse(NONE);
  }

  private void layers() {
    List<Measurement> found = find("LayerBenchmark.match", "neurons", "samples", "threads");
    table(
        "From arrays in memory to the maximum matches of n + n neurons at five ε",
        found,
        layerColumns(
            timesAsFast(
                found,
                result ->
                    number(result, "neurons") != 512
                        ? Double.NaN
                        : switch (backend(result)) {
                          case BenchmarkPeers.NUMPY -> 50;
                          case BenchmarkPeers.NUMPY_GRAM -> 3;
                          default -> Double.NaN;
                        })));
    List<Measurement> files = find("FileBenchmark.match", "neurons", "samples", "threads");
    table(
        "From .npy files to the maximum matches of n + n neurons at five ε",
        files,
        layerColumns(timesAsFast(files, result -> Double.NaN)));
  }

  private Column[] layerColumns(Column last) {
    return new Column[] {
      text("n", "neurons"),
      text("samples", "samples"),
      text("threads", "threads"),
      backend(),
      time(),
      phase(Speeds.COMPRESS),
      phase(Speeds.MATCH),
      gflops(),
      gigabytes(),
      ofTheLimit(),
      last
    };
  }

  private void minimal() {
    List<Measurement> found = find("MinimalMatchBenchmark.match", "neurons", "samples", "threads");
    table(
        "From arrays in memory to one minimal match where all n + n neurons match",
        found,
        text("n", "neurons"),
        text("samples", "samples"),
        text("threads", "threads"),
        backend(),
        time(),
        timesAsFast(
            found,
            result ->
                backend(result).equals(BenchmarkPeers.NUMPY) && number(result, "neurons") == 64
                    ? 200
                    : Double.NaN));
  }

  private void simple() {
    table(
        "Minimal matches of compressed layers where all n + n neurons match",
        find("SimpleMatchesBenchmark.", "neurons", "samples", "threads"),
        text("n", "neurons"),
        text("samples", "samples"),
        text("threads", "threads"),
        text("ε", "epsilon"),
        new Column("matches", result -> isOne(result) ? "one" : "one for each neuron"),
        new Column(
            "ms",
            result ->
                timeText(result)
                    + (isOne(result) && number(result, "neurons") == 512
                        ? target("≤ 2000", result.milliseconds() <= 2000)
                        : "")));
  }

  private static boolean isOne(Measurement result) {
    return result.benchmark().endsWith(".one");
  }

  private void deviceLimits() {
    List<Measurement> found = find("DeviceBenchmark.dgemm");
    found.addAll(find("DeviceBenchmark.copyToDevice"));
    table(
        "Limits of the GPU",
        found,
        new Column("limit", result -> result.benchmark().replaceFirst("^.*\\.", "")),
        time(),
        gflops(),
        gigabytes());
  }

  private void deviceGram() {
    List<Measurement> found = find("DeviceBenchmark.gram", "m", "samples");
    found.addAll(find("GpuPeers.gram", "m", "samples"));
    table(
        "Gram matrix of m neurons from samples on the device",
        found,
        text("m", "m"),
        text("samples", "samples"),
        backend(),
        time(),
        gflops(),
        ofTheLimit());
  }

  // What columns hold.

  private static Column text(String title, String parameter) {
    return new Column(title, result -> value(result, parameter));
  }

  private static Column backend() {
    return new Column(
        "backend",
        result ->
            Stream.concat(
                    Stream.of("`" + backend(result) + "`"),
                    USUAL.keySet().stream()
                        .sorted()
                        .filter(name -> !isUsual(result, name))
                        .map(name -> value(result, name)))
                .collect(Collectors.joining(", ")));
  }

  private static Column time() {
    return new Column("ms", ResultsTable::timeText);
  }

  private static Column phase(String label) {
    return new Column(
        label + ", ms",
        result ->
            Optional.ofNullable(result.secondary().get(label))
                .map(ResultsTable::digits)
                .orElse(NONE));
  }

  private static Column gflops() {
    return new Column("GFLOP/s", result -> digitsOrNone(speed(result, Work::flops)));
  }

  private static Column gigabytes() {
    return new Column("GB/s", result -> digitsOrNone(speed(result, Work::bytes)));
  }

  private Column ofTheLimit() {
    return new Column("of the limit", result -> share(result, Double.NaN));
  }

  /**
   * Returns the column that says how many times as fast ours is and whether that meets the target,
   * if any.
   */
  private Column timesAsFast(List<Measurement> all, ToDoubleFunction<Measurement> least) {
    String ours = all.stream().anyMatch(result -> backend(result).equals(CUDA)) ? CUDA : JAVA;
    return new Column(
        "`" + ours + "` is × as fast",
        result ->
            with(result, "backend", ours)
                .filter(our -> !our.equals(result))
                .map(our -> result.milliseconds() / our.milliseconds())
                .map(
                    times -> {
                      double target = isUsual(result) ? least.applyAsDouble(result) : Double.NaN;
                      return digits(times)
                          + (Double.isNaN(target)
                              ? ""
                              : target("≥ " + digits(target), times >= target));
                    })
                .orElse(NONE));
  }

  // What is known of measurements.

  private static String backend(Measurement result) {
    return result.parameters().getOrDefault("backend", CUDA); // DeviceBenchmark has none
  }

  private static String value(Measurement result, String parameter) {
    String value = result.parameters().get(parameter);
    if (value == null) {
      throw new IllegalArgumentException(result.benchmark() + " has no parameter " + parameter);
    }
    return value;
  }

  private static long number(Measurement result, String parameter) {
    return Long.parseLong(value(result, parameter));
  }

  private static boolean isUsual(Measurement result, String parameter) {
    String usual = USUAL.get(parameter);
    return result.parameters().getOrDefault(parameter, usual).equals(usual);
  }

  private static boolean isUsual(Measurement result) {
    return USUAL.keySet().stream().allMatch(parameter -> isUsual(result, parameter));
  }

  /** Returns billions per second, for all JMH threads together; 0 if nothing is counted. */
  private static double speed(Measurement result, ToDoubleFunction<Work> amount) {
    return Work.of(result.benchmark(), result.parameters())
        .map(work -> result.threads() * amount.applyAsDouble(work) / result.milliseconds() / 1e6)
        .orElse(0.0);
  }

  private static String timeText(Measurement result) {
    return digits(result.milliseconds())
        + (Double.isNaN(result.error()) ? "" : " ± " + digits(result.error()));
  }

  private static String timeOf(Optional<Measurement> result) {
    return result.map(ResultsTable::timeText).orElse(NONE);
  }

  private List<Measurement> find(String benchmark, String... sortedBy) {
    List<Measurement> found = new ArrayList<>();
    for (Measurement result : measurements) {
      if (result.benchmark().startsWith(benchmark)) {
        found.add(result);
      }
    }
    // The sort is stable, so the last key counts most.
    for (int i = sortedBy.length - 1; i >= 0; i--) {
      String parameter = sortedBy[i];
      found.sort(Comparator.comparingLong(result -> number(result, parameter)));
    }
    return found;
  }

  private Optional<Measurement> first(Predicate<Measurement> wanted) {
    return measurements.stream().filter(wanted).findFirst();
  }

  /** Returns the measurement that differs in the value of one parameter. */
  private Optional<Measurement> with(Measurement result, String parameter, String value) {
    Map<String, String> parameters = new HashMap<>(result.parameters());
    parameters.put(parameter, value);
    return first(
        other ->
            other.benchmark().equals(result.benchmark()) && other.parameters().equals(parameters));
  }

  /** Returns the measurement of another benchmark with the same parameters. */
  private Optional<Measurement> beside(Measurement result, String benchmark) {
    return first(
        other ->
            other.benchmark().equals(benchmark) && other.parameters().equals(result.parameters()));
  }

  // Limits.

  /** Returns the share of a limit, and whether that meets the target, if any. */
  private String share(Measurement result, double least) {
    boolean device = ON_DEVICE.contains(backend(result));
    // Layers are copied to a device from the host; benchmarks of a table copy nothing.
    boolean moves = !device || (result.parameters().containsKey("layout") && !isOfTable(result));
    double computing = share(result, Work::flops, device ? this::devicePeak : this::peak);
    double moving =
        moves ? share(result, Work::bytes, device ? this::deviceBandwidth : this::bandwidth) : 0;
    double share = Math.max(computing, moving);
    if (!(share > 0)) {
      return NONE;
    }
    return Math.round(100 * share)
        + (moving <= computing ? " %" : device ? " % (copying)" : " % (memory)")
        + (Double.isNaN(least)
            ? ""
            : target("≥ " + Math.round(100 * least) + " %", computing >= least));
  }

  private static boolean isOfTable(Measurement result) {
    return Stream.of("ProjectionBenchmark.", "SpectrumBenchmark.", "MaximumMatchBenchmark.")
        .anyMatch(result.benchmark()::startsWith);
  }

  private static double share(
      Measurement result,
      ToDoubleFunction<Work> amount,
      Function<Measurement, Optional<Double>> limit) {
    return limit.apply(result).map(most -> speed(result, amount) / most).orElse(0.0);
  }

  /** Returns the peak speed of a measurement's threads, in GFLOP/s, if measured. */
  private Optional<Double> peak(Measurement of) {
    return limit("LimitsBenchmark.multiplyAdd", of).map(result -> speed(result, Work::flops));
  }

  /** Returns the memory bandwidth of a measurement's threads, in GB/s, if measured. */
  private Optional<Double> bandwidth(Measurement of) {
    return limit("LimitsBenchmark.read", of).map(result -> speed(result, Work::bytes));
  }

  private Optional<Measurement> limit(String benchmark, Measurement of) {
    return first(
        result ->
            result.benchmark().startsWith(benchmark) && result.threads() == number(of, "threads"));
  }

  /** Returns the speed of cuBLAS in a large product, in GFLOP/s, if measured. */
  private Optional<Double> devicePeak(Measurement of) {
    return first(result -> result.benchmark().equals("DeviceBenchmark.dgemm"))
        .map(result -> speed(result, Work::flops));
  }

  /** Returns the speed of a large copy to the device, in GB/s, if measured. */
  private Optional<Double> deviceBandwidth(Measurement of) {
    return first(result -> result.benchmark().equals("DeviceBenchmark.copyToDevice"))
        .map(result -> speed(result, Work::bytes));
  }

  // Text.

  private static String target(String target, boolean met) {
    return " (target " + target + ": " + (met ? "met" : "**missed**") + ")";
  }

  /** Returns a number with three significant digits. */
  private static String digits(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  private static String digitsOrNone(double value) {
    return value > 0 ? digits(value) : NONE;
  }

  private void table(String title, List<Measurement> rows, Column... columns) {
    if (rows.isEmpty()) {
      return;
    }
    text.append("\n### ").append(title).append("\n\n");
    row(Arrays.stream(columns).map(Column::title));
    row(Arrays.stream(columns).map(column -> "---"));
    for (Measurement result : rows) {
      row(Arrays.stream(columns).map(column -> column.cell().apply(result)));
    }
  }

  private void row(Stream<String> cells) {
    text.append(cells.collect(Collectors.joining(" | ", "| ", " |\n")));
  }
}
