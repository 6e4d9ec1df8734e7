package org.spanmatch.cli.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.cli.output.Version;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.Footer;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.Question;
import org.spanmatch.compare.Warning;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.report.MatchReport;
import org.spanmatch.report.ResultFiles;
import org.spanmatch.report.SpectrumReport;
import org.spanmatch.report.page.ReportPage;
import org.spanmatch.report.results.LayerLevels;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.PairNames;
import org.spanmatch.report.results.SpectrumResult;
import org.spanmatch.report.text.TextTable;
import org.spanmatch.similarity.Chance;

/** {@code spanmatch spectrum}: the maximum match at every ε at once. */
public final class SpectrumCommand implements Command {
  /** The files that a result takes. */
  static final List<String> FILES =
      Stream.of(List.of(ResultFiles.RESULT), SpectrumReport.FILES, List.of(ReportPage.FILE))
          .flatMap(List::stream)
          .toList();

  @Override
  public String name() {
    return "spectrum";
  }

  @Override
  public String summary() {
    return "the ε at which each neuron begins to match, and at which shares of a layer match";
  }

  @Override
  public String arguments() {
    return "A B…";
  }

  @Override
  public List<Option> options() {
    return SpectrumOptions.definitions();
  }

  @Override
  public String details() {
    return """
        The match level of a neuron is the smallest ε at which it is in the maximum match; it is in
        the maximum match for every ε from there on. The table shows for each layer the ε at which
        10, 25, 50, 75 and 100 % of the neurons of both networks match, or - where dead neurons
        prevent it. The JSON holds the level of every neuron, with a bound on its error.

        The JSON and the CSV also hold each neuron's distance to the full span of the other network,
        and its level by chance, that is, with the samples of one network in another order.

        One Gram file, as 'spanmatch gram' writes it, may stand in the place of A and B. Of more
        than two networks, all pairs are compared, and the table has means over the pairs.

        Examples:
          spanmatch spectrum seed0.npz seed1.npz --out result
          spanmatch spectrum seed0.npz seed1.npz --layers classifier.4 --min-size 5
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    long start = System.nanoTime();
    SpectrumOptions options = SpectrumOptions.of(arguments);
    Optional<ResultFolder> folder = options.out();
    JsonTarget json = options.json();
    if (options.comparing().input().networks() > 2) {
      ManyNetworks.spectrum(options, start, console);
      return;
    }
    SpectrumResult result;
    FailedPairs failed;
    try (Comparison comparison = Comparison.openForgiving(options.comparing(), console)) {
      folder.ifPresent(target -> target.check(FILES));
      folder.ifPresent(target -> target.noteMissingFigures(console.err()));
      json.check();
      Input<?> input = comparison.input();
      List<SpectrumResult.Layer> layers = PairAnswers.found(layers(comparison, options));
      failed = comparison.failed();
      result =
          result(
              comparison,
              input,
              options.labels().networks(List.of(input.x(), input.y())),
              layers,
              options);
    }
    if (!json.isStandardOutput()) {
      options.labels().print(result.networks(), console.out());
      SpectrumReport.Levels levels = SpectrumReport.levels(result);
      if (SpectrumReport.isMatrix(levels)) {
        SpectrumReport.printMatrix(result.networks(), List.of(levels), console.out());
      } else {
        printTable(result, options.minSize(), console.out());
      }
      if (!options.comparing().computing().quiet()) {
        Footer.printPairs(
            result.backend(),
            result.layers().size(),
            options.comparing().input().pairs().isSame(),
            start,
            console.out());
      }
    }
    if (!options.comparing().computing().quiet()) {
      SpectrumReport.printNotes(result, console.err());
    }
    if (folder.isPresent()) {
      SpectrumReport.write(result, folder.get());
      if (!json.isStandardOutput()) {
        console.out().println(folder.get().holds("figure"));
      }
    }
    json.write(result, console.out());
    failed.requireNone(result.layers().size());
  }

  /** The match levels of all pairs of layers, null of one that could not be compared. */
  static List<SpectrumResult.Layer> layers(Comparison comparison, SpectrumOptions options) {
    ByChance byChance = ByChance.of(comparison, options.chance());
    List<String> steps =
        byChance.looksAtGram()
            ? List.of("compress", "chance", "spectrum")
            : List.of("compress", "spectrum");
    return comparison.answersOrNull(
        "spectrum", steps, layer -> new Levels(byChance, byChance.shuffled(layer)));
  }

  /** The result of two networks. */
  static SpectrumResult result(
      Comparison comparison,
      Input<?> input,
      Networks networks,
      List<SpectrumResult.Layer> layers,
      SpectrumOptions options) {
    return new SpectrumResult(
        Version.TEXT,
        comparison.backend(),
        input.x(),
        input.y(),
        networks,
        comparison.options().centred(),
        layers,
        input.skipped(),
        input.leftOut(),
        comparison.missing(),
        options.chance().method().toString(),
        options.chance().usedSeed(),
        input.pool());
  }

  /** The match levels of both networks' neurons. */
  private record Levels(ByChance byChance, Optional<Chance> chance)
      implements Question<SpectrumResult.Layer> {
    @Override
    public boolean looksAtGram() {
      return byChance.looksAtGram();
    }

    @Override
    public Levels lookingAt(LayerPair.OfGram added, LayerComparison.Steps steps) {
      return new Levels(byChance, Optional.of(byChance.of(added, steps)));
    }

    @Override
    public SpectrumResult.Layer answer(
        String layer, ProjectionTable table, LayerComparison.Steps steps) {
      PerGroup<Distances> full = steps.run("spectrum", () -> PerGroup.from(table::distances));
      MatchSpectrum spectrum =
          steps.run("spectrum", () -> MatchSpectrum.of(table, steps.progress()));
      return SpectrumResult.Layer.of(
          table,
          steps.layers().masked(),
          LayerLevels.of(
              PairNames.of(steps.layers()),
              table,
              full,
              warnings(table, full, spectrum),
              spectrum,
              chance));
    }

    private List<Warning> warnings(
        ProjectionTable table, PerGroup<Distances> full, MatchSpectrum spectrum) {
      return Stream.concat(
              Warning.of(table, full).stream(),
              chance.flatMap(found -> Warning.ofChance(spectrum, found)).stream())
          .toList();
    }

    @Override
    public boolean asksUncentred() {
      return true;
    }

    @Override
    public SpectrumResult.Layer besideUncentred(
        SpectrumResult.Layer centred, SpectrumResult.Layer uncentred) {
      return centred.beside(uncentred);
    }

    @Override
    public boolean inDoubt(SpectrumResult.Layer layer) {
      return Question.anyInDoubt(layer.neuronLevels().levelErrors());
    }

    @Override
    public SpectrumResult.Layer better(
        SpectrumResult.Layer standard, SpectrumResult.Layer precise) {
      return precise.sharpened(standard);
    }
  }

  private static void printTable(
      SpectrumResult result, Optional<Integer> minSize, PrintStream out) {
    List<String> heads = new ArrayList<>(List.of("layer", "neurons", "dead", "samples"));
    for (int percentage : SpectrumReport.PERCENTAGES) {
      heads.add(percentage + " %");
    }
    minSize.ifPresent(size -> heads.add(size + "+" + size));
    TextTable table = new TextTable(heads);
    for (SpectrumResult.Layer layer : result.layers()) {
      List<String> cells = new ArrayList<>();
      cells.add(layer.name());
      cells.add(layer.neurons().x() + "/" + layer.neurons().y());
      cells.add(layer.dead().x().size() + "/" + layer.dead().y().size());
      cells.add(Long.toString(layer.samples()));
      cells.addAll(epsilons(layer, layer.neuronLevels().spectrum(), minSize));
      table.add(cells);
      if (layer.uncentred() != null) {
        List<String> uncentred = new ArrayList<>(List.of(MatchReport.UNCENTRED, "", "", ""));
        uncentred.addAll(epsilons(layer, layer.uncentred().spectrum(), minSize));
        table.add(uncentred);
      }
    }
    table.print(out);
  }

  private static List<String> epsilons(
      SpectrumResult.Layer layer, MatchSpectrum spectrum, Optional<Integer> minSize) {
    List<String> cells = new ArrayList<>();
    int neurons = layer.neurons().x() + layer.neurons().y();
    for (int percentage : SpectrumReport.PERCENTAGES) {
      cells.add(number(SpectrumReport.epsilon(spectrum, neurons, percentage)));
    }
    minSize.ifPresent(size -> cells.add(number(spectrum.epsilonForEach(size))));
    return cells;
  }

  private static String number(OptionalDouble epsilon) {
    return epsilon.isPresent() ? String.format(Locale.ROOT, "%.4f", epsilon.getAsDouble()) : "-";
  }
}
