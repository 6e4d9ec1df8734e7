package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.tuning.Peers;

/**
 * The options of {@code spanmatch bench} that measures.
 *
 * @param full more sizes, and longer
 * @param sizesGiven whether the user chose sizes
 * @param neurons of each network
 * @param samples numbers of samples
 * @param backendsGiven whether the user chose what to measure
 * @param backends names of backends and peers, or "all" alone
 * @param peers whether to measure peers
 * @param threads how many threads compute
 * @param out where results and figures go, if anywhere
 * @param saveProfile whether to store what the backends cost
 * @param compare JMH's results of an earlier run to compare with, if any
 * @param quiet no progress and no notes
 */
record BenchOptions(
    boolean full,
    boolean sizesGiven,
    List<Long> neurons,
    List<Long> samples,
    boolean backendsGiven,
    List<String> backends,
    boolean peers,
    int threads,
    Optional<ResultFolder> out,
    boolean saveProfile,
    Optional<Path> compare,
    boolean quiet) {
  private static final List<Long> QUICK_NEURONS = List.of(64L, 256L, 1024L);
  private static final List<Long> QUICK_SAMPLES = List.of(2_500L, 10_000L, 50_000L);
  private static final List<Long> FULL_NEURONS =
      List.of(64L, 128L, 256L, 512L, 1024L, 2048L, 4096L);
  private static final List<Long> FULL_SAMPLES = List.of(1_000L, 10_000L, 100_000L, 1_000_000L);
  private static final long MOST_NEURONS = 1 << 15;

  private static final Option QUICK =
      CommonOptions.flag("quick", "at most 3 minutes for the processor on 2 cores; the default");
  private static final Option FULL =
      CommonOptions.flag("full", "more sizes, and longer, for results to be published");
  private static final Option NEURONS =
      CommonOptions.valued(
          "neurons", "N,…", "neurons of each network; " + defaults(QUICK_NEURONS, FULL_NEURONS));
  private static final Option SAMPLES =
      CommonOptions.valued(
          "samples",
          "N,…",
          "samples; "
              + defaults(QUICK_SAMPLES, FULL_SAMPLES)
              + ", but not fewer than twice the neurons");
  private static final Option BACKENDS =
      BackendNames.definition(
          "what to measure: backends, and peers by name; default all that are available, but not"
              + " reference",
          Peers.names());
  private static final Option PEERS =
      CommonOptions.flag(
          "peers", "beside other libraries: OpenBLAS, EJML, ojAlgo, netlib, and numpy");
  private static final Option SAVE_PROFILE =
      CommonOptions.flag("save-profile", "store what the backends cost here, for '--backend auto'");
  private static final Option COMPARE =
      CommonOptions.valued(
          "compare",
          "FILE",
          "JMH's results of an earlier run: show what became slower or faster since; 5 if slower");
  private static final Option REPORT =
      CommonOptions.valued(
          "report",
          "DIR",
          "measure nothing: make tables, figures and report.html again in the --out folder of an"
              + " earlier run");

  static List<Option> definitions() {
    return List.of(
        QUICK,
        FULL,
        NEURONS,
        SAMPLES,
        BACKENDS,
        PEERS,
        ComputingOptions.THREADS,
        CommonOptions.describe(
            CommonOptions.OUT,
            "folder for JMH's results, tables, figures and report.html, made if missing"),
        SAVE_PROFILE,
        COMPARE,
        REPORT,
        CommonOptions.QUIET);
  }

  /** Such as "default 64,256,1024, with --full 64 to 4096". */
  private static String defaults(List<Long> quick, List<Long> full) {
    return "default "
        + quick.stream().map(String::valueOf).collect(Collectors.joining(","))
        + ", with --full "
        + full.get(0)
        + " to "
        + full.get(full.size() - 1);
  }

  /** The folder of an earlier run, if nothing is to be measured. */
  static Optional<Path> report(Arguments arguments) {
    arguments.paths(0, 0);
    return arguments.path(REPORT);
  }

  static BenchOptions of(Arguments arguments) {
    arguments.requireOneAtMost(QUICK, FULL);
    boolean full = arguments.has(FULL);
    return new BenchOptions(
        full,
        arguments.has(NEURONS) || arguments.has(SAMPLES),
        arguments
            .wholeNumbers(NEURONS, 1, MOST_NEURONS)
            .orElse(full ? FULL_NEURONS : QUICK_NEURONS),
        arguments
            .wholeNumbers(SAMPLES, 1, Integer.MAX_VALUE)
            .orElse(full ? FULL_SAMPLES : QUICK_SAMPLES),
        arguments.has(BACKENDS),
        BackendNames.of(arguments, BACKENDS),
        arguments.has(PEERS),
        ComputingOptions.threads(arguments),
        arguments.path(CommonOptions.OUT).map(ResultFolder::new),
        arguments.has(SAVE_PROFILE),
        arguments.path(COMPARE),
        arguments.has(CommonOptions.QUIET));
  }
}
