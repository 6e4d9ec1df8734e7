package org.spanmatch.benchmarks;

import static org.spanmatch.benchmarks.MarkdownTable.NONE;
import static org.spanmatch.benchmarks.MarkdownTable.backend;
import static org.spanmatch.benchmarks.MarkdownTable.digits;
import static org.spanmatch.benchmarks.MarkdownTable.factorisations;
import static org.spanmatch.benchmarks.MarkdownTable.gflops;
import static org.spanmatch.benchmarks.MarkdownTable.gigabytes;
import static org.spanmatch.benchmarks.MarkdownTable.meanError;
import static org.spanmatch.benchmarks.MarkdownTable.operations;
import static org.spanmatch.benchmarks.MarkdownTable.phase;
import static org.spanmatch.benchmarks.MarkdownTable.target;
import static org.spanmatch.benchmarks.MarkdownTable.text;
import static org.spanmatch.benchmarks.MarkdownTable.time;
import static org.spanmatch.benchmarks.MarkdownTable.timeText;
import static org.spanmatch.benchmarks.Results.CUDA;
import static org.spanmatch.benchmarks.Results.JAVA;
import static org.spanmatch.benchmarks.Results.isUsual;
import static org.spanmatch.benchmarks.Results.number;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.spanmatch.benchmarks.MarkdownTable.Column;
import org.spanmatch.tuning.LimitsBenchmark;
import org.spanmatch.tuning.Measurement;
import org.spanmatch.tuning.Speeds;
import org.spanmatch.tuning.Work;

/**
 * Prints Markdown tables of JMH's results, so that no published number is typed by hand.
 *
 * <p>A time is the median of all iterations, with the lowest and highest; "mean ±" is JMH's 99.9 %
 * interval around their mean. A speed is {@link Work} / median. "Of the limit" is the least
 * possible time of the work, by the peak and the memory bandwidth that {@link LimitsBenchmark}
 * measured on as many threads, or by those of a GPU, divided by the time taken; it names the limit
 * that applies. "× as fast" is the other's time / ours. Factorisations are counted for both groups
 * together, the first two included; operations are those that were done, not only the useful ones.
 */
public final class ResultsTable {
  private final Results results;
  private final StringBuilder text = new StringBuilder();

  private ResultsTable(Results results) {
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
    System.out.print(of(Results.files(Arrays.stream(arguments).map(Path::of).toList())));
  }

  /**
   * Returns the tables of all results in some files.
   *
   * @throws IOException if a file can't be read or has other content
   * @throws IllegalArgumentException if something was measured twice
   */
  static String of(List<Path> files) throws IOException {
    return of(Results.read(files));
  }

  /** Returns the tables of some results. */
  static String of(Results results) {
    return new ResultsTable(results).tables();
  }

  private String tables() {
    limits();
    compression();
    projection();
    spectrum();
    layers();
    minimal();
    simple();
    text.append(new PhaseTables(results).tables());
    cold();
    deviceLimits();
    deviceFeed();
    deviceGram();
    text.append(new Targets(results).table());
    return text.toString();
  }

  private void limits() {
    table(
        "Limits of the machine",
        results.find("LimitsBenchmark."),
        List.of(
            new Column<>("limit", result -> result.benchmark().replaceFirst("^.*\\.", "")),
            new Column<>("threads", result -> Integer.toString(result.threads())),
            time(),
            gflops(),
            gigabytes()));
  }

  private void compression() {
    List<Measurement> found =
        results.find("CompressionBenchmark.compress", "neurons", "samples", "threads");
    table(
        "Compression of n + n neurons",
        found,
        List.of(
            text("n", "neurons"),
            text("samples", "samples"),
            text("threads", "threads"),
            backend(),
            time(),
            meanError(),
            gflops(),
            gigabytes(),
            new Column<>(
                "of the limit",
                result ->
                    share(
                        result,
                        isUsual(result)
                                && Results.backend(result).equals(JAVA)
                                && number(result, "threads") == 1
                                && number(result, "neurons") >= 256
                            ? 0.8
                            : Double.NaN)),
            timesAsFast(found, ResultsTable::leastOfCompression)));
  }

  private static double leastOfCompression(Measurement result) {
    long n = number(result, "neurons");
    return switch (Results.backend(result)) {
      case "openblas" -> n <= 128 ? 1.3 : n <= 512 ? 1 : 0.95;
      case "ejml", "ojalgo", "netlib", "netlib-tn", "netlib-nt" -> 4;
      default -> Double.NaN;
    };
  }

  private void projection() {
    List<Measurement> found =
        results.find("ProjectionBenchmark.distances", "neurons", "samples", "threads");
    table(
        "Factorisation and all distances of n + n neurons",
        found,
        List.of(
            text("n", "neurons"),
            text("threads", "threads"),
            backend(),
            time(),
            meanError(),
            gflops(),
            ofTheLimit(),
            timesAsFast(
                found,
                result ->
                    Results.backend(result).startsWith("openblas")
                            && number(result, "neurons") == 512
                        ? 0.9
                        : Double.NaN)));
  }

  private void spectrum() {
    List<Measurement> found =
        results.find("SpectrumBenchmark.spectrum", "neurons", "samples", "threads");
    table(
        "The match levels of n + n neurons, beside compressing them",
        found,
        List.of(
            text("n", "neurons"),
            text("samples", "samples"),
            text("threads", "threads"),
            backend(),
            new Column<>(
                "compress, ms",
                result -> timeOf(results.beside(result, "CompressionBenchmark.compress"))),
            new Column<>("spectrum, ms", MarkdownTable::timeText),
            meanError(),
            gflops(),
            ofTheLimit(),
            factorisations(),
            operations(),
            new Column<>(
                "five maximum matches, ms",
                result -> timeOf(results.beside(result, "MaximumMatchBenchmark.maximumMatches"))),
            new Column<>("spectrum / compress", this::spectrumPerCompress)));
  }

  private String spectrumPerCompress(Measurement spectrum) {
    return results
        .beside(spectrum, "CompressionBenchmark.compress")
        .map(compress -> spectrum.milliseconds() / compress.milliseconds())
        .map(
            ratio ->
                digits(ratio)
                    + (isUsual(spectrum)
                            && Results.backend(spectrum).equals(JAVA)
                            && number(spectrum, "neurons") >= 256
                        ? target("≤ 2", ratio <= 2)
                        : ""))
        .orElse(NONE);
  }

  private void layers() {
    List<Measurement> found = results.find("LayerBenchmark.match", "neurons", "samples", "threads");
    table(
        "From arrays in memory to the maximum matches of n + n neurons at five ε",
        found,
        layerColumns(
            timesAsFast(
                found,
                result ->
                    number(result, "neurons") != 512
                        ? Double.NaN
                        : switch (Results.backend(result)) {
                          case BenchmarkPeers.NUMPY -> 50;
                          case BenchmarkPeers.NUMPY_GRAM -> 3;
                          default -> Double.NaN;
                        })));
    List<Measurement> files = results.find("FileBenchmark.match", "neurons", "samples", "threads");
    table(
        "From .npy files to the maximum matches of n + n neurons at five ε",
        files,
        layerColumns(timesAsFast(files, result -> Double.NaN)));
  }

  private List<Column<Measurement>> layerColumns(Column<Measurement> last) {
    return List.of(
        text("n", "neurons"),
        text("samples", "samples"),
        text("threads", "threads"),
        backend(),
        time(),
        meanError(),
        phase(Speeds.COMPRESS),
        phase(Speeds.MATCH),
        factorisations(),
        operations(),
        gflops(),
        gigabytes(),
        ofTheLimit(),
        last);
  }

  private void minimal() {
    List<Measurement> found =
        results.find("MinimalMatchBenchmark.match", "neurons", "samples", "threads");
    table(
        "From arrays in memory to one minimal match where all n + n neurons match",
        found,
        List.of(
            text("n", "neurons"),
            text("samples", "samples"),
            text("threads", "threads"),
            backend(),
            time(),
            timesAsFast(
                found,
                result ->
                    Results.backend(result).equals(BenchmarkPeers.NUMPY)
                            && number(result, "neurons") == 64
                        ? 200
                        : Double.NaN)));
  }

  private void simple() {
    table(
        "Minimal matches of compressed layers where all n + n neurons match",
        results.find("SimpleMatchesBenchmark.", "neurons", "samples", "threads"),
        List.of(
            text("n", "neurons"),
            text("samples", "samples"),
            text("threads", "threads"),
            text("ε", "epsilon"),
            new Column<>("matches", result -> isOne(result) ? "one" : "one for each neuron"),
            new Column<>(
                "ms",
                result ->
                    timeText(result)
                        + (isOne(result) && number(result, "neurons") == 512
                            ? target("≤ 2000", result.milliseconds() <= 2000)
                            : ""))));
  }

  private static boolean isOne(Measurement result) {
    return result.benchmark().endsWith(".one");
  }

  private void deviceLimits() {
    List<Measurement> found = results.find("DeviceBenchmark.dgemm");
    found.addAll(results.find("GpuPeers.dgemm"));
    found.addAll(results.find("DeviceBenchmark.copyToDevice"));
    table(
        "Limits of the GPU",
        found,
        List.of(new Column<>("limit", ResultsTable::limit), time(), gflops(), gigabytes()));
  }

  private static String limit(Measurement result) {
    String peer = result.parameters().get("backend");
    String name = result.benchmark().replaceFirst("^.*\\.", "");
    return peer == null ? name : name + " by " + peer;
  }

  private void deviceFeed() {
    table(
        "Activations of m neurons in memory, brought to the device",
        results.find("DeviceBenchmark.feed", "m", "samples"),
        List.of(text("m", "m"), text("samples", "samples"), time(), gigabytes(), ofTheLimit()));
  }

  private void deviceGram() {
    List<Measurement> found = results.find("DeviceBenchmark.gram", "m", "samples");
    found.addAll(results.find("GpuPeers.gram", "m", "samples"));
    table(
        "Gram matrix of m neurons from samples on the device",
        found,
        List.of(
            text("m", "m"),
            text("samples", "samples"),
            new Column<>("backend", ResultsTable::backendAndProducts),
            time(),
            gflops(),
            ofTheLimit()));
  }

  private static String backendAndProducts(Measurement result) {
    boolean sliced = "SLICED".equals(result.parameters().get("products"));
    return "`" + Results.backend(result) + "`" + (sliced ? ", sliced" : "");
  }

  private void cold() {
    List<Measurement> found = results.find(ColdBenchmark.NAME, "neurons", "samples");
    table(
        "Whole commands, from the start of the process to its end",
        found,
        List.of(
            text("n", "neurons"),
            text("samples", "samples"),
            backend(),
            time(),
            new Column<>(
                "CPU, ms",
                result ->
                    Optional.ofNullable(result.secondary().get(ColdBenchmark.CPU))
                        .map(MarkdownTable::digits)
                        .orElse(NONE)),
            new Column<>(
                "× the time of numpy",
                result ->
                    results
                        .with(result, "backend", ColdBenchmark.NUMPY)
                        .filter(numpy -> !numpy.equals(result))
                        .map(numpy -> digits(result.milliseconds() / numpy.milliseconds()))
                        .orElse(NONE))));
  }

  private Column<Measurement> ofTheLimit() {
    return new Column<>("of the limit", result -> share(result, Double.NaN));
  }

  /**
   * Returns the column that says how many times as fast ours is and whether that meets the target,
   * if any.
   */
  private Column<Measurement> timesAsFast(
      List<Measurement> all, ToDoubleFunction<Measurement> least) {
    String ours =
        all.stream().anyMatch(result -> Results.backend(result).equals(CUDA)) ? CUDA : JAVA;
    return new Column<>(
        "`" + ours + "` is × as fast",
        result ->
            results
                .with(result, "backend", ours)
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

  /** Returns the share of a limit, and whether that meets the target, if any. */
  private String share(Measurement result, double least) {
    Limits.Share share = new Limits(results).share(result);
    if (!(share.most() > 0)) {
      return NONE;
    }
    String limit =
        share.moving() <= share.computing()
            ? " %"
            : share.device() ? " % (copying)" : " % (memory)";
    return Math.round(100 * share.most())
        + limit
        + (Double.isNaN(least)
            ? ""
            : target("≥ " + Math.round(100 * least) + " %", share.computing() >= least));
  }

  private static String timeOf(Optional<Measurement> result) {
    return result.map(MarkdownTable::timeText).orElse(NONE);
  }

  private void table(String title, List<Measurement> rows, List<Column<Measurement>> columns) {
    text.append(MarkdownTable.of(title, rows, columns));
  }
}
