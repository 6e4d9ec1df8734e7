package org.spanmatch.cli.commands;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.cli.output.Version;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.Footer;
import org.spanmatch.report.MeasuresReport;
import org.spanmatch.report.results.MeasuresResult;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.text.TerminalStream;
import org.spanmatch.similarity.Measure;

/** {@code spanmatch measures}: CKA, CCA, R² and other measures from the same Gram matrix. */
public final class MeasuresCommand implements Command {
  private static final int WIDTH = 94; // as the options below

  @Override
  public String name() {
    return "measures";
  }

  @Override
  public String summary() {
    return "other measures of similarity of every layer: CKA, CCA, R² and more, from one pass";
  }

  @Override
  public String arguments() {
    return "A B…";
  }

  @Override
  public List<Option> options() {
    return MeasuresOptions.definitions();
  }

  @Override
  public String details() {
    return """
        A and B are as for 'match'. The table has a row for each layer and a column for each
        measure, with - where one is undefined, such as for a layer without living neurons. All
        come from the Gram matrix of one pass; docs/measures.md explains them. X is A's layer, Y
        is B's. The measures:

        %s
        One Gram file, as 'spanmatch gram' writes it, may stand in the place of A and B. Of more
        than two networks, all pairs are compared, and the table has means over the pairs.

        Examples:
          spanmatch measures seed0.npz seed1.npz
          spanmatch measures seed0.npz seed1.npz --measures linearCka,r2X,r2Y --out result
          spanmatch measures seeds.gram.npz --layers 'features.*' --json measures.json
        """
        .formatted(list());
  }

  /** A paragraph for each measure, folded. */
  private static String list() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new TerminalStream(bytes, WIDTH);
    for (Measure measure : Measure.all()) {
      TerminalStream.printFolded(
          measure.name() + " (" + measure.title() + "): " + measure.description(), out);
    }
    return bytes.toString(StandardCharsets.UTF_8).indent(2);
  }

  /** The measures of all pairs of layers, null of one that could not be compared. */
  static List<MeasuresResult.Layer> layers(Comparison comparison, MeasuresOptions options) {
    MeasuresRun question = new MeasuresRun(options.measures(), comparison.kernel());
    return comparison.answersOrNull("measures", List.of("compress", "measures"), layer -> question);
  }

  /** The result of two networks. */
  static MeasuresResult result(
      Comparison comparison, Input<?> input, Networks networks, List<MeasuresResult.Layer> layers) {
    return new MeasuresResult(
        Version.TEXT,
        comparison.backend(),
        input.x(),
        input.y(),
        networks,
        layers,
        input.skipped(),
        input.leftOut(),
        comparison.missing(),
        input.pool());
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    long start = System.nanoTime();
    MeasuresOptions options = MeasuresOptions.of(arguments);
    Optional<ResultFolder> folder = options.out();
    JsonTarget json = options.json();
    if (options.comparing().input().networks() > 2) {
      ManyNetworks.measures(options, start, console);
      return;
    }
    MeasuresResult result;
    FailedPairs failed;
    try (Comparison comparison = Comparison.openForgiving(options.comparing(), console)) {
      folder.ifPresent(target -> target.check(MeasuresReport.FILES));
      folder.ifPresent(target -> target.noteMissingFigures(console.err()));
      json.check();
      Input<?> input = comparison.input();
      List<MeasuresResult.Layer> layers = PairAnswers.found(layers(comparison, options));
      failed = comparison.failed();
      result =
          result(
              comparison, input, options.labels().networks(List.of(input.x(), input.y())), layers);
    }
    boolean quiet = options.comparing().computing().quiet();
    if (!json.isStandardOutput()) {
      options.labels().print(result.networks(), console.out());
      if (MeasuresReport.isMatrix(result)) {
        MeasuresReport.printMatrix(result, options.measures().get(0), console.out());
      } else {
        MeasuresReport.printTable(result, options.measures(), console.out());
      }
      if (!quiet) {
        Footer.printPairs(
            result.backend(),
            result.layers().size(),
            options.comparing().input().pairs().isSame(),
            start,
            console.out());
      }
    }
    if (!quiet) {
      MeasuresReport.printNotes(result, console.err());
    }
    if (folder.isPresent()) {
      MeasuresReport.write(result, options.measures(), folder.get());
      if (!json.isStandardOutput()) {
        console.out().println(folder.get().holds("figure"));
      }
    }
    json.write(result, console.out());
    failed.requireNone(result.layers().size());
  }
}
