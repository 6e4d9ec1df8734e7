package org.spanmatch.cli.output;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.cli.options.ShellWords;
import org.spanmatch.report.Csv;
import org.spanmatch.report.Json;
import org.spanmatch.report.figures.TimesFigure;
import org.spanmatch.report.page.BenchPage;
import org.spanmatch.report.page.ReportPage;
import org.spanmatch.report.text.TextTable;
import org.spanmatch.tuning.Advice;
import org.spanmatch.tuning.GridPoint;
import org.spanmatch.tuning.GridRun;
import org.spanmatch.tuning.Iterations;
import org.spanmatch.tuning.LayerTime;
import org.spanmatch.tuning.Measurement;
import org.spanmatch.tuning.Speeds;
import org.spanmatch.tuning.TimeTable;

/**
 * Shows and stores how long backends take for whole layers.
 *
 * @param setup what was measured with what
 * @param measurements JMH's results, those of the machine's limits among them
 * @param table the times among them, at least one
 */
public record BenchReport(BenchSetup setup, List<Measurement> measurements, TimeTable table) {
  /** JMH's results. */
  public static final String JMH = "jmh.json";

  /** The setup. */
  public static final String SETUP = "machine.json";

  /** The table for people. */
  public static final String MARKDOWN = "bench.md";

  /** What JMH printed. */
  public static final String LOG = "jmh.log";

  private static final String CSV = "bench.csv";
  private static final List<String> CSV_HEADS =
      List.of(
          "backend",
          "neurons",
          "samples",
          "threads",
          "ms",
          "ms_error",
          "compress_ms",
          "match_ms",
          "gflops",
          "share_of_limit",
          "ms_lowest",
          "ms_highest",
          "factorise_ms",
          "factorisations",
          "operations");
  private static final String BY_NEURONS = "time-neurons";
  private static final String BY_SAMPLES = "time-samples";
  private static final String SHARE = "share";
  // Processes that run beside, on average of a minute; the launcher and Maven's build are some.
  private static final double MOST_LOAD = 1.5;

  private static final String CUDA = "cuda";
  private static final double GIB = 1 << 30;

  /** What was measured. */
  public static BenchReport of(BenchSetup setup, List<Measurement> measurements) {
    return new BenchReport(setup, measurements, new TimeTable(LayerTime.of(measurements)));
  }

  /**
   * Reads what an earlier run wrote.
   *
   * @throws ActivationsException if it is not there, or damaged
   */
  public static BenchReport read(Path folder) {
    Path file = folder.resolve(SETUP);
    try {
      BenchSetup setup = Json.read(file, BenchSetup.class);
      setup
          .missing()
          .ifPresent(
              field -> {
                throw new ActivationsException(
                    file + ": expected the field '" + field + "', found nothing");
              });
      BenchReport report = of(setup, Measurement.read(folder.resolve(JMH)));
      if (report.table.times().isEmpty()) {
        throw new ActivationsException(
            folder.resolve(JMH) + ": expected times of " + LayerTime.BENCHMARK + ", found none");
      }
      report.table.times().forEach(BenchReport::requireTime);
      return report;
    } catch (IOException e) {
      throw new ActivationsException(e.getMessage(), e);
    } catch (IllegalArgumentException e) { // of the sizes and times
      throw new ActivationsException(folder.resolve(JMH) + ": " + e.getMessage(), e);
    }
  }

  /** Logarithmic axes have no place for others. */
  private static void requireTime(LayerTime time) {
    Iterations iterations = time.measurement().iterations();
    for (double each : List.of(iterations.lowest(), iterations.highest())) {
      if (!(each > 0 && each < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "expected a time above 0 for " + time.backend() + ", found " + each);
      }
    }
  }

  /** Whether a folder has what {@link #read} reads. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(SETUP)) && Files.isRegularFile(folder.resolve(JMH));
  }

  /** The names of all files of a run. */
  public static List<String> files() {
    return List.of(
        JMH,
        LOG,
        SETUP,
        MARKDOWN,
        CSV,
        BY_NEURONS + ".svg",
        BY_NEURONS + ".png",
        BY_SAMPLES + ".svg",
        BY_SAMPLES + ".png",
        SHARE + ".svg",
        SHARE + ".png",
        ReportPage.FILE);
  }

  /** Prints the table and one sentence of advice. */
  public void print(PrintStream out) {
    TextTable text = new TextTable(heads());
    rows().forEach(text::add);
    text.print(out);
    out.println();
    out.println(Advice.of(table));
  }

  /** Prints what to know of the times, and what was not measured and why. */
  public void printNotes(PrintStream out) {
    if (setup.load() > MOST_LOAD) {
      out.printf(
          Locale.ROOT,
          "note: the machine was busy (load %.1f before), so that times may be too long%n",
          setup.load());
    }
    for (GridRun.LeftOut one : setup.leftOut()) {
      out.println("note: " + one.what() + (one.failed() ? " failed: " : ": ") + one.reason());
    }
  }

  private List<String> heads() {
    List<String> heads = new ArrayList<>(List.of("neurons", "samples"));
    table.backends().forEach(backend -> heads.add(backend + ", ms"));
    heads.addAll(List.of("fastest", "× as fast as the next", "of the limit"));
    return heads;
  }

  private List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (GridPoint point : table.points()) {
      List<String> cells = new ArrayList<>();
      cells.add(String.format(Locale.ROOT, "%d + %d", point.neurons(), point.neurons()));
      cells.add(String.format(Locale.ROOT, "%,d", point.samples()));
      for (String backend : table.backends()) {
        cells.add(table.time(backend, point).map(BenchReport::time).orElse("–"));
      }
      List<LayerTime> ranking = table.ranking(point);
      cells.add(ranking.get(0).backend() + (table.isClear(point) ? "" : ", within noise"));
      cells.add(
          ranking.size() == 1
              ? "–"
              : String.format(
                  Locale.ROOT,
                  "%.2f",
                  ranking.get(1).milliseconds() / ranking.get(0).milliseconds()));
      OptionalDouble share = share(ranking.get(0));
      cells.add(
          share.isEmpty() ? "–" : String.format(Locale.ROOT, "%.0f %%", 100 * share.getAsDouble()));
      rows.add(cells);
    }
    return rows;
  }

  private static String time(LayerTime time) {
    Iterations iterations = time.measurement().iterations();
    String median = digits(iterations.median());
    return iterations.times().size() == 1
        ? median
        : median + " (" + digits(iterations.lowest()) + " … " + digits(iterations.highest()) + ")";
  }

  private static String digits(double milliseconds) {
    String format = milliseconds < 1 ? "%.3f" : milliseconds < 100 ? "%.2f" : "%,.0f";
    return String.format(Locale.ROOT, format, milliseconds);
  }

  /** The share of what the device that computes can do at most, if both were measured. */
  private OptionalDouble share(LayerTime time) {
    boolean device = time.backend().equals(CUDA);
    OptionalDouble peak =
        device
            ? speed("DeviceBenchmark.dgemm")
            : speed(
                time.threads() == 1
                    ? "LimitsBenchmark.multiplyAddOneThread"
                    : "LimitsBenchmark.multiplyAddAllThreads");
    return peak.isEmpty() || Double.isNaN(time.gflops())
        ? OptionalDouble.empty()
        : OptionalDouble.of(time.gflops() / peak.getAsDouble());
  }

  private OptionalDouble speed(String benchmark) {
    return measurements.stream()
        .filter(measurement -> measurement.benchmark().equals(benchmark))
        .map(measurement -> measurement.secondary().get(Speeds.GFLOPS))
        .filter(Objects::nonNull)
        .mapToDouble(Double::doubleValue)
        .findFirst();
  }

  /** Writes all but what JMH wrote and printed. */
  public void write(ResultFolder folder) {
    folder.write(SETUP, out -> Json.write(setup, out));
    folder.write(MARKDOWN, this::writeMarkdown);
    folder.write(CSV, out -> Csv.writeRows(CSV_HEADS, csvRows(), out));
    folder.write(ReportPage.FILE, page()::write);
    write(folder, BY_NEURONS, byNeurons());
    write(folder, BY_SAMPLES, bySamples());
    Optional<TimesFigure> shares = shares();
    if (shares.isPresent()) {
      write(folder, SHARE, shares.get());
    }
  }

  /** The page for a browser. */
  public BenchPage page() {
    return new BenchPage(
        Optional.empty(),
        setup.spanmatch(),
        shownSetup(),
        Advice.of(table),
        table.backends(),
        table.times().stream().map(this::shownTime).toList(),
        setup.leftOut().stream()
            .map(one -> one.what() + (one.failed() ? " failed: " : ": ") + one.reason())
            .toList());
  }

  private BenchPage.Time shownTime(LayerTime time) {
    Iterations iterations = time.measurement().iterations();
    return new BenchPage.Time(
        time.backend(),
        time.point().neurons(),
        time.point().samples(),
        time.milliseconds(),
        iterations.lowest(),
        iterations.highest(),
        cell(time.error()),
        cell(share(time).orElse(Double.NaN)));
  }

  private Map<String, String> shownSetup() {
    Map<String, String> shown = new LinkedHashMap<>();
    shown.put("Date", setup.date());
    shown.put(
        "Machine",
        String.format(
            Locale.ROOT,
            "%s, %d processors, %.0f GiB",
            setup.machine().processor(),
            setup.machine().processors(),
            setup.memory() / GIB));
    shown.put("System", setup.machine().system());
    shown.put("JDK", setup.machine().java());
    setup
        .backends()
        .forEach(
            (backend, device) -> {
              if (!device.isEmpty()) {
                shown.put("Backend " + backend, device);
              }
            });
    if (setup.load() >= 0) {
      shown.put("Load before", String.format(Locale.ROOT, "%.1f processes", setup.load()));
    }
    shown.put("Command", command());
    return shown;
  }

  /** The command that measures this again; whoever sends a folder must not choose what is run. */
  private String command() {
    return "spanmatch bench --"
        + ShellWords.quoted(setup.effort())
        + " --threads "
        + setup.threads()
        + " --backends "
        + ShellWords.quoted(String.join(",", setup.backends().keySet()))
        + " --neurons "
        + sizes(GridPoint::neurons)
        + " --samples "
        + sizes(GridPoint::samples);
  }

  private String sizes(Function<GridPoint, Number> size) {
    return table.points().stream()
        .map(size)
        .map(Number::longValue)
        .distinct()
        .sorted()
        .map(String::valueOf)
        .collect(Collectors.joining(","));
  }

  /** A row for each backend and size; what was not measured is empty. */
  private List<List<Object>> csvRows() {
    List<List<Object>> rows = new ArrayList<>();
    for (LayerTime time : table.times()) {
      rows.add(
          Arrays.asList(
              time.backend(),
              time.point().neurons(),
              time.point().samples(),
              time.threads(),
              time.milliseconds(),
              cell(time.measurement().meanError()),
              cell(time.compress()),
              cell(time.match()),
              cell(time.gflops()),
              cell(share(time).orElse(Double.NaN)),
              time.measurement().iterations().lowest(),
              time.measurement().iterations().highest(),
              cell(time.secondary(Speeds.FACTORISE)),
              cell(time.secondary(Speeds.FACTORISATIONS)),
              cell(time.secondary(Speeds.OPERATIONS))));
    }
    return rows;
  }

  private static Double cell(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static void write(ResultFolder folder, String name, TimesFigure figure) {
    folder.write(name + ".svg", figure::writeSvg);
    folder.write(name + ".png", figure::writePng);
  }

  private void writeMarkdown(OutputStream out) throws IOException {
    out.write(markdown().getBytes(StandardCharsets.UTF_8));
  }

  /** The table, the sentence, and where it was measured, in Markdown. */
  public String markdown() {
    StringBuilder text = new StringBuilder();
    row(text, heads());
    row(text, heads().stream().map(head -> "---").toList());
    rows().forEach(cells -> row(text, cells));
    text.append('\n').append(Advice.of(table)).append("\n\n").append(source()).append('\n');
    return text.toString();
  }

  private static void row(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private String source() {
    return String.format(
        Locale.ROOT,
        "Measured on %s: %s, %d processors, %.0f GiB, %s, %s; %d threads, spanmatch %s. One call"
            + " compresses a layer of float32 activations in memory and finds its matches at five"
            + " ε; a time is the median of the iterations, and the lowest and highest of them.",
        setup.date(),
        setup.machine().processor(),
        setup.machine().processors(),
        setup.memory() / GIB,
        setup.machine().system(),
        setup.machine().java(),
        setup.threads(),
        setup.spanmatch());
  }

  /** Time against neurons, at the number of samples with most measurements. */
  public TimesFigure byNeurons() {
    long samples = mostMeasured(GridPoint::samples);
    return figure(
            String.format(Locale.ROOT, "Matching a layer of %,d samples", samples),
            "neurons of each network",
            2,
            "time, ms",
            time -> time.point().samples() == samples,
            time -> Optional.of(point(time.point().neurons(), time)))
        .orElseThrow();
  }

  /** Time against samples, at the number of neurons with most measurements. */
  public TimesFigure bySamples() {
    int neurons = mostMeasured(GridPoint::neurons);
    return figure(
            String.format(Locale.ROOT, "Matching a layer of %,d + %,d neurons", neurons, neurons),
            "samples",
            10,
            "time, ms",
            time -> time.point().neurons() == neurons,
            time -> Optional.of(point((double) time.point().samples(), time)))
        .orElseThrow();
  }

  /** Share of the limit against neurons; empty where no limit was measured. */
  public Optional<TimesFigure> shares() {
    long samples = mostMeasured(GridPoint::samples);
    return figure(
        String.format(Locale.ROOT, "Share of the limit, for a layer of %,d samples", samples),
        "neurons of each network",
        2,
        "operations / most operations in that time, %",
        time -> time.point().samples() == samples,
        time -> {
          OptionalDouble share = share(time);
          return share.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  new TimesFigure.Point(time.point().neurons(), 100 * share.getAsDouble(), 0));
        });
  }

  private static TimesFigure.Point point(double x, LayerTime time) {
    return new TimesFigure.Point(
        x, time.milliseconds(), Double.isNaN(time.error()) ? 0 : time.error());
  }

  private Optional<TimesFigure> figure(
      String title,
      String xLabel,
      int base,
      String yLabel,
      Predicate<LayerTime> wanted,
      Function<LayerTime, Optional<TimesFigure.Point>> point) {
    List<TimesFigure.Line> lines = new ArrayList<>();
    for (String backend : table.backends()) {
      List<TimesFigure.Point> points =
          table.times().stream()
              .filter(time -> time.backend().equals(backend))
              .filter(wanted)
              .map(point)
              .flatMap(Optional::stream)
              .sorted(Comparator.comparingDouble(TimesFigure.Point::x))
              .toList();
      if (!points.isEmpty()) {
        lines.add(new TimesFigure.Line(backend, points));
      }
    }
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(new TimesFigure(title, xLabel, base, yLabel, lines));
  }

  /** The largest of the values with the most measurements. */
  private <N extends Comparable<N>> N mostMeasured(Function<GridPoint, N> value) {
    Map<N, Long> counts =
        table.times().stream()
            .map(LayerTime::point)
            .collect(Collectors.groupingBy(value, Collectors.counting()));
    return counts.entrySet().stream()
        .max(Map.Entry.<N, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .orElseThrow()
        .getKey();
  }
}
