package org.spanmatch.report;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.report.figures.Figure;
import org.spanmatch.report.figures.SpectrumFigure;
import org.spanmatch.report.page.ReportPage;
import org.spanmatch.report.results.LayerLevels;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.RunResult;
import org.spanmatch.report.results.SpectrumResult;
import org.spanmatch.report.text.DisplayName;

/** Writes the match levels of layers. */
public final class SpectrumReport {
  private static final String CSV = "spectrum.csv";
  private static final String SVG = "spectrum.svg";
  private static final String PNG = "spectrum.png";

  /** The files that {@link #write} writes. */
  public static final List<String> FILES = List.of(CSV, SVG, PNG);

  private static final int HALF = 50;

  /** Shares of the neurons, in percent, from whose ε on they match. */
  public static final List<Integer> PERCENTAGES = List.of(10, 25, 50, 75, 100);

  private SpectrumReport() {}

  /**
   * The match levels of a pair of networks.
   *
   * @param networks the two
   * @param layers their layers
   */
  public record Levels(Networks networks, List<LayerLevels> layers) {}

  /** The levels of a result. */
  public static Levels levels(SpectrumResult result) {
    return new Levels(
        result.networks(),
        result.layers().stream().map(SpectrumResult.Layer::neuronLevels).toList());
  }

  /** Whether some layer is in several pairs, so that a matrix shows them better than a table. */
  public static boolean isMatrix(Levels levels) {
    return isMatrix(levels.layers());
  }

  /** Prints the ε at which half of the neurons match as a matrix of layers. */
  public static void printMatrix(Networks networks, List<Levels> pairs, PrintStream out) {
    maps(networks, pairs.stream().map(Levels::layers).toList())
        .print(
            "ε at which " + HALF + " % of the neurons match",
            pooled -> {
              Double mean = pooled.spread(epsilon(HALF)).mean();
              return mean == null ? MatchReport.NONE : String.format(Locale.ROOT, "%.4f", mean);
            },
            out);
  }

  /** Prints notes that a reader of the table should know. */
  public static void printNotes(SpectrumResult result, PrintStream err) {
    WarningNotes.printCentred(result.centred(), err);
    if (isMatrix(levels(result))) {
      ManyNotes notes = new ManyNotes();
      for (SpectrumResult.Layer layer : result.layers()) {
        notes.add("layer '" + DisplayName.printable(layer.name()) + "'", layer.warnings());
      }
      notes.print(err);
      return;
    }
    result.layers().forEach(layer -> WarningNotes.print(layer.name(), layer.warnings(), err));
  }

  /** Writes the levels that matches were found with, if there are any. */
  static void write(Networks networks, List<RunResult> results, ResultFiles files) {
    List<Levels> pairs =
        results.stream().map(each -> new Levels(each.networks(), each.neuronLevels())).toList();
    if (pairs.stream().anyMatch(pair -> !pair.layers().isEmpty())) {
      write(networks, pairs, results.get(0).centred(), files);
    }
  }

  /** Writes the whole result as JSON, CSV, a figure and a page. */
  public static void write(SpectrumResult result, ResultFiles files) {
    files.writeResult(result);
    write(result.networks(), List.of(levels(result)), result.centred(), files);
    files.write(ReportPage.FILE, ReportPage.of(result)::write);
  }

  /**
   * Writes levels and their figure.
   *
   * @param networks all networks
   * @param pairs one per pair of networks
   * @param centred whether each neuron's mean was subtracted
   */
  static void write(Networks networks, List<Levels> pairs, boolean centred, ResultFiles files) {
    files.write(CSV, out -> Csv.writeSpectrum(pairs, out));
    Figure figure = figure(networks, pairs, centred);
    files.write(SVG, figure::writeSvg);
    files.write(PNG, figure::writePng);
  }

  private static Figure figure(Networks networks, List<Levels> all, boolean centred) {
    List<List<LayerLevels>> pairs = all.stream().map(Levels::layers).toList();
    String about = centred ? ", centred" : "";
    if (pairs.stream().anyMatch(SpectrumReport::isMatrix)) {
      return maps(networks, pairs)
          .figure(
              networks.titleOr("Where neurons begin to match" + about),
              "ε from which a share of the neurons matches",
              PERCENTAGES.stream()
                  .map(share -> new PairMaps.Numbers<>(share + " %", epsilon(share), true))
                  .toList());
    }
    return new SpectrumFigure(
        networks.titleOr("Maximum matching similarity at every ε" + about),
        Pooled.of(all.stream().map(Levels::networks).toList(), pairs, LayerLevels::names).stream()
            .map(SpectrumReport::curve)
            .toList(),
        networks.label());
  }

  private static boolean isMatrix(List<LayerLevels> layers) {
    return PairMaps.areNeeded(layers, LayerLevels::names);
  }

  private static PairMaps<LayerLevels> maps(Networks networks, List<List<LayerLevels>> pairs) {
    return PairMaps.of(networks, pairs, LayerLevels::names, LayerLevels::warnings);
  }

  /** Returns what finds the ε at which a share of the neurons of both layers matches, or null. */
  static Function<LayerLevels, Double> epsilon(int percentage) {
    return layer -> {
      int neurons = layer.levels().x().size() + layer.levels().y().size();
      OptionalDouble epsilon = epsilon(layer.spectrum(), neurons, percentage);
      return epsilon.isPresent() ? epsilon.getAsDouble() : null;
    };
  }

  /**
   * Returns the ε from which a share of the neurons matches; empty where dead neurons prevent it.
   *
   * @param neurons number of neurons of both layers
   */
  public static OptionalDouble epsilon(MatchSpectrum spectrum, int neurons, int percentage) {
    int size = Math.max(1, (int) Math.ceil(neurons * (percentage / 100.0)));
    return spectrum.epsilonFor(size);
  }

  private static SpectrumFigure.Curve curve(Pooled<LayerLevels> pooled) {
    List<LayerLevels> found = pooled.found();
    return new SpectrumFigure.Curve(
        pooled.names().name(),
        living(found, LayerLevels::levels),
        found.stream().mapToInt(each -> each.levels().x().size() + each.levels().y().size()).sum(),
        pooled.codes(LayerLevels::warnings),
        found.stream().anyMatch(each -> each.chanceLevels() == null)
            ? List.of()
            : living(found, LayerLevels::chanceLevels));
  }

  private static List<Double> living(
      List<LayerLevels> layers, Function<LayerLevels, PerGroup<List<Double>>> levels) {
    return layers.stream().flatMap(each -> living(levels.apply(each)).stream()).toList();
  }

  private static List<Double> living(PerGroup<List<Double>> levels) {
    return Stream.concat(levels.x().stream(), levels.y().stream())
        .filter(Objects::nonNull)
        .toList();
  }
}
