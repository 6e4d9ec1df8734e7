package org.spanmatch.cli.commands;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.output.BenchReport;
import org.spanmatch.cli.output.BenchSetup;
import org.spanmatch.cli.output.ChangeReport;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.cli.output.UserProfile;
import org.spanmatch.cli.output.Version;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.Interruption;
import org.spanmatch.cli.terminal.ProgressLine;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.selection.CostProfile;
import org.spanmatch.kernel.selection.CostProfile.CostModel;
import org.spanmatch.kernel.selection.CostProfile.Machine;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.tuning.BenchmarkException;
import org.spanmatch.tuning.Change;
import org.spanmatch.tuning.Clocks;
import org.spanmatch.tuning.CostModels;
import org.spanmatch.tuning.Effort;
import org.spanmatch.tuning.GridPoint;
import org.spanmatch.tuning.GridRun;
import org.spanmatch.tuning.GridRun.LeftOut;
import org.spanmatch.tuning.LayerTime;
import org.spanmatch.tuning.Measurement;

/** {@code spanmatch bench}: which backend is the fastest for which sizes, on this machine. */
public final class BenchCommand implements Command {
  // The rest is for the system and what runs beside.
  private static final double USABLE_MEMORY = 0.8;

  @Override
  public String name() {
    return "bench";
  }

  @Override
  public String summary() {
    return "which backend is the fastest here, by layer size; measured with JMH";
  }

  @Override
  public String arguments() {
    return "";
  }

  @Override
  public List<Option> options() {
    return BenchOptions.definitions();
  }

  @Override
  public String details() {
    return """
        Matches made-up layers of each size with each backend that can run here, from activations in
        memory to the matches at five ε, and shows how long that takes, which backend is the fastest,
        by how much, and from how many samples on. Times are the medians of iterations in separate
        JVMs, with the lowest and highest; every result is checked. 'of the limit' is the share of the
        multiply-adds that the processor, or of the products that the GPU can do in that time, measured
        in the same run. Run nothing else meanwhile.

        --save-profile stores what the backends cost here, as a fixed time and times for each
        operation and byte of each phase, for '--backend auto' to take the fastest for each layer.
        Without such a profile, or with one of another machine, it takes the GPU for layers of at
        least 2e10 products (samples x all neurons squared) and the processor for the others.

        --compare exits with 5 where a layer's median is higher than in its file (JMH's results of an
        earlier run), beyond the intervals of both medians and 10 % more, which two runs may differ by.
        Single slow iterations don't count. Where the intervals are wider than 10 %, the answer is
        'undecided', unless the change is larger still. The machine's own limits are shown to explain
        the times, and never count. A run that has no layer in common with that file ends at once,
        with 3.

        Examples:
          spanmatch bench
          spanmatch bench --save-profile
          spanmatch bench --neurons 512,2048 --samples 20000 --backends java,cuda --out bench
          spanmatch bench --full --peers --out bench
          spanmatch bench --compare bench/jmh.json
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    Optional<Path> report = BenchOptions.report(arguments);
    if (report.isPresent()) {
      redraw(report.get(), console);
      return;
    }
    BenchOptions options = BenchOptions.of(arguments);
    List<LeftOut> leftOut = new ArrayList<>();
    Map<String, String> backends = BenchBackends.chosen(options, leftOut);
    List<GridPoint> points = points(options, backends.keySet());
    Optional<List<Measurement>> before = options.compare().map(BenchCommand::old);
    Optional<ResultFolder> folder = options.out();
    folder.ifPresent(target -> target.check(BenchReport.files()));
    folder.ifPresent(target -> target.noteMissingFigures(console.err()));

    Clocks clocks = Clocks.now();
    GridRun run =
        new GridRun(
            options.full() ? Effort.FULL : Effort.QUICK,
            List.copyOf(backends.keySet()),
            points,
            options.threads(),
            usableMemory());
    if (before.isPresent() && !run.isComparableWith(before.get())) {
      throw new ActivationsException(nothingInCommon(options, before.get()));
    }
    try (Interruption interruption = Interruption.start()) {
      measure(run, interruption, options, console);
      leftOut.addAll(run.leftOut());
      BenchSetup setup =
          new BenchSetup(
              Version.TEXT,
              LocalDate.now(ZoneOffset.UTC).toString(),
              Machine.here(),
              memory(),
              clocks.load(),
              options.threads(),
              options.full() ? "full" : "quick",
              backends,
              leftOut,
              clocks,
              Clocks.now());
      conclude(setup, run, options, console);
    }
    before.ifPresent(
        measurements ->
            ChangeReport.print(Change.between(measurements, run.measurements()), console.out()));
  }

  /** Measures, and keeps what was measured so far in the folder. */
  private static void measure(
      GridRun run, Interruption interruption, BenchOptions options, Console console) {
    Optional<ResultFolder> folder = options.out();
    // The JVM that measures would go on by itself.
    Thread children =
        new Thread(() -> ProcessHandle.current().children().forEach(ProcessHandle::destroy));
    Runtime.getRuntime().addShutdownHook(children);
    try (ProgressLine progress =
        new ProgressLine(console, !options.quiet(), "bench", run.weights(), List.of("measure"))) {
      run.run(
          new GridRun.Listener() {
            @Override
            public boolean next(String what) {
              progress.startLayer(what);
              return !interruption.requested();
            }

            @Override
            public void measured() {
              folder.ifPresent(target -> target.write(BenchReport.JMH, run::writeTo));
            }
          });
      progress.finish();
    }
    folder.ifPresent(
        target ->
            target.write(
                BenchReport.LOG, out -> out.write(run.log().getBytes(StandardCharsets.UTF_8))));
  }

  /** Shows and stores what was measured. */
  private static void conclude(
      BenchSetup setup, GridRun run, BenchOptions options, Console console) {
    BenchReport report = BenchReport.of(setup, run.measurements());
    if (!options.quiet()) {
      report.printNotes(console.err());
    }
    List<String> failures =
        setup.leftOut().stream()
            .filter(LeftOut::failed)
            .map(one -> one.what() + ": " + one.reason())
            .toList();
    if (report.table().times().isEmpty()) {
      throw new BenchmarkException(
          "nothing was measured" + (failures.isEmpty() ? "" : "; " + failures.get(0)));
    }
    report.print(console.out());
    options
        .out()
        .ifPresent(
            target -> {
              report.write(target);
              console.out().println(target.holds("figures"));
            });
    if (options.saveProfile()) {
      save(setup, report.table().times(), console);
    }
    if (!failures.isEmpty()) {
      throw new BenchmarkException(
          failures.size() + " measurements failed, the first: " + failures.get(0));
    }
  }

  /** Redraws the table and figures of an earlier run. */
  private static void redraw(Path path, Console console) throws IOException {
    ResultFolder folder = new ResultFolder(path);
    BenchReport report = BenchReport.read(path);
    folder.check(BenchReport.files());
    folder.noteMissingFigures(console.err());
    report.write(folder);
    report.print(console.out());
  }

  /**
   * The sizes.
   *
   * @throws BenchmarkException if one that was asked for fits no backend
   */
  private static List<GridPoint> points(BenchOptions options, Set<String> backends) {
    boolean asked = options.sizesGiven();
    List<GridPoint> points = new ArrayList<>();
    for (long n : options.neurons()) {
      for (long d : options.samples()) {
        GridPoint point = new GridPoint((int) n, d);
        long least = backends.stream().mapToLong(point::heapBytes).min().orElseThrow();
        if (asked && least > usableMemory()) {
          throw new BenchmarkException(
              point
                  + ": "
                  + GridRun.needs((double) least, usableMemory())
                  + "; take fewer with --neurons and --samples");
        }
        // With fewer, even unrelated networks come near each other, and with as many as neurons
        // every span fills the space, which real layers avoid.
        if (asked || d >= 2 * n) {
          points.add(point);
        }
      }
    }
    return points;
  }

  private static double usableMemory() {
    return USABLE_MEMORY * memory();
  }

  private static long memory() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }

  private static String nothingInCommon(BenchOptions options, List<Measurement> before) {
    List<String> found =
        before.stream()
            .filter(measurement -> measurement.benchmark().equals(LayerTime.BENCHMARK))
            .map(Measurement::parameters)
            .map(
                all ->
                    List.of("backend", "neurons", "samples", "threads").stream()
                        .map(name -> name + "=" + all.get(name))
                        .collect(Collectors.joining(" ")))
            .toList();
    return options.compare().orElseThrow()
        + ": expected times of a layer that is measured here, found "
        + (found.isEmpty() ? "no times of layers" : DisplayName.list(found))
        + "; give the same --backends, --neurons, --samples and --threads";
  }

  private static List<Measurement> old(Path file) {
    try {
      return Measurement.read(file);
    } catch (IOException e) {
      throw new ActivationsException(e.getMessage(), e);
    }
  }

  private static void save(BenchSetup setup, List<LayerTime> times, Console console) {
    Map<String, CostModel> models = CostModels.of(times);
    Map<String, CostProfile.Backend> costs = new LinkedHashMap<>();
    for (KernelProvider provider : Kernels.providers()) {
      CostModel model = models.get(provider.name());
      if (model != null) {
        costs.put(provider.name(), new CostProfile.Backend(Kernels.details(provider), model));
      }
    }
    if (costs.isEmpty()) {
      throw new BenchmarkException(
          "no profile was saved: it takes "
              + CostModels.LEAST_SIZES
              + " sizes of a backend, found "
              + times.size());
    }
    UserProfile.save(
        new CostProfile(LocalDate.parse(setup.date()), setup.machine(), setup.threads(), costs));
    console
        .out()
        .println(
            "profile of " + String.join(", ", costs.keySet()) + " saved in " + UserProfile.file());
  }
}
