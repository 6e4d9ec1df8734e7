package org.spanmatch.cli.commands;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.options.LabelOptions;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.Footer;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.report.ManyMatchReport;
import org.spanmatch.report.ManyMeasuresReport;
import org.spanmatch.report.ManyReport;
import org.spanmatch.report.ManySpectrumReport;
import org.spanmatch.report.MatchReport;
import org.spanmatch.report.MeasuresReport;
import org.spanmatch.report.results.Networks;

/**
 * Runs a command on more than two networks.
 *
 * @param comparing what is compared, and how
 * @param labels what the networks are called
 * @param out where results and figures go, if anywhere
 * @param json where the JSON goes
 * @param start when the command began, in nanoseconds
 * @param console where tables and notes go
 */
record ManyNetworks(
    ComparingOptions comparing,
    LabelOptions labels,
    Optional<ResultFolder> out,
    JsonTarget json,
    long start,
    Console console) {
  /**
   * Compares the networks.
   *
   * @param <T> the result
   */
  @FunctionalInterface
  private interface Work<T> {
    T of(Comparison comparison, ManyInput input, Networks networks);
  }

  static void match(MatchOptions options, long start, Console console) throws IOException {
    new ManyNetworks(
            options.comparing(), options.labels(), options.out(), options.json(), start, console)
        .run(
            kernel -> MatchReport.files(levels(options, kernel)),
            "figures",
            (comparison, input, networks) -> {
              options.split().ifPresent(comparison::requireDivisible);
              boolean levels = levels(options, comparison.kernel());
              return new ManyMatchReport(
                  networks,
                  MatchRun.ofMany(comparison, input, networks, options, levels),
                  options.labels().spread(),
                  options.shown());
            });
  }

  private static boolean levels(MatchOptions options, ProjectionKernel kernel) {
    return options.spectrum().orElse(kernel.hasCheapRemovals());
  }

  static void measures(MeasuresOptions options, long start, Console console) throws IOException {
    new ManyNetworks(
            options.comparing(), options.labels(), options.out(), options.json(), start, console)
        .run(
            kernel -> MeasuresReport.FILES,
            "figure",
            (comparison, input, networks) ->
                new ManyMeasuresReport(
                    networks,
                    input.split(
                        MeasuresCommand.layers(comparison, options),
                        (part, layers) ->
                            MeasuresCommand.result(
                                comparison,
                                part.input(),
                                networks.two(part.x(), part.y()),
                                layers)),
                    options.measures(),
                    options.labels().spread()));
  }

  static void spectrum(SpectrumOptions options, long start, Console console) throws IOException {
    new ManyNetworks(
            options.comparing(), options.labels(), options.out(), options.json(), start, console)
        .run(
            kernel -> SpectrumCommand.FILES,
            "figure",
            (comparison, input, networks) ->
                new ManySpectrumReport(
                    networks,
                    input.split(
                        SpectrumCommand.layers(comparison, options),
                        (part, layers) ->
                            SpectrumCommand.result(
                                comparison,
                                part.input(),
                                networks.two(part.x(), part.y()),
                                layers,
                                options)),
                    options.labels().spread()));
  }

  /**
   * Runs it.
   *
   * @param files the names of the files that the report writes
   * @param figures "figure" or "figures"
   */
  private void run(
      Function<ProjectionKernel, List<String>> files, String figures, Work<ManyReport> work)
      throws IOException {
    boolean quiet = comparing.computing().quiet();
    ManyReport report;
    ProjectionKernel.Info backend;
    FailedPairs failed;
    int layers;
    Kernels.Search search = Kernels.search(comparing.computing().backend());
    ManyInput input;
    try {
      input = ManyInput.open(comparing.input());
    } finally {
      search.close();
    }
    Networks networks = labels.networks(input.files());
    try (Comparison comparison = Comparison.open(input, comparing, console)) {
      out.ifPresent(target -> target.check(files.apply(comparison.kernel())));
      out.ifPresent(target -> target.noteMissingFigures(console.err()));
      json.check();
      if (!quiet) {
        input.noteSkipped(networks, console);
      }
      report = work.of(comparison, input, networks);
      backend = comparison.backend();
      failed = comparison.failed();
      layers = input.all().pairs().size() + input.all().failed().size() - failed.pairs().size();
    }
    if (!json.isStandardOutput()) {
      labels.print(networks, console.out());
      report.printTable(console.out());
      if (!quiet) {
        Footer.printPairs(backend, layers, false, start, console.out());
      }
    }
    if (!quiet) {
      report.printNotes(console.err());
    }
    if (out.isPresent()) {
      report.write(out.get());
      if (!json.isStandardOutput()) {
        console.out().println(out.get().holds(figures));
      }
    }
    json.write(report.result(), console.out());
    failed.requireNone(layers);
  }
}
