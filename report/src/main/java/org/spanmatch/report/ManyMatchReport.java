package org.spanmatch.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.spanmatch.report.figures.Figure;
import org.spanmatch.report.figures.SimilarityFigure;
import org.spanmatch.report.page.ReportPage;
import org.spanmatch.report.results.LayerResult;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.report.results.NetworkPair;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.NetworksResult;
import org.spanmatch.report.results.NetworksResult.Summary;
import org.spanmatch.report.results.RunResult;
import org.spanmatch.report.text.TextTable;

/**
 * Prints and writes the result of {@code spanmatch match} of more than two networks.
 *
 * @param networks all networks
 * @param pairs the results of all pairs of them; at least one has a layer
 * @param spread how to show what varies over the pairs
 * @param shown the ε of which matrices are printed, where a layer is in several pairs
 */
public record ManyMatchReport(
    Networks networks, List<NetworkPair<RunResult>> pairs, Spreads spread, double shown)
    implements ManyReport {
  private List<RunResult> results() {
    return pairs.stream().map(NetworkPair::result).toList();
  }

  private List<Pooled<LayerResult>> layers() {
    return Pooled.of(
        results().stream().map(RunResult::networks).toList(),
        results().stream().map(RunResult::layers).toList(),
        LayerResult::names);
  }

  private boolean isMatrix() {
    return results().stream().anyMatch(MatchReport::isMatrix);
  }

  private boolean centred() {
    return results().get(0).centred();
  }

  private static List<Double> epsilons(List<Pooled<LayerResult>> layers) {
    return layers.get(0).found().get(0).matches().stream().map(MatchResult::epsilon).toList();
  }

  private static Function<LayerResult, Double> similarity(int index) {
    return layer -> layer.matches().get(index).similarity();
  }

  private static Function<LayerResult, Double> coverage(int index) {
    return layer -> layer.matches().get(index).coverage().coverage();
  }

  private static Function<LayerResult, Double> chance(int index) {
    return layer -> layer.chance() == null ? null : layer.chance().get(index);
  }

  @Override
  public void printTable(PrintStream out) {
    spread.printHead(networks, pairs.size(), out);
    if (isMatrix()) {
      MatchMaps.of(networks, results()).print(shown, out);
      return;
    }
    List<Pooled<LayerResult>> layers = layers();
    List<Double> epsilons = epsilons(layers);
    List<String> heads = new ArrayList<>(List.of("layer", "neurons", "samples", "pairs"));
    epsilons.forEach(epsilon -> heads.add("ε=" + MatchReport.number(epsilon)));
    TextTable table = new TextTable(heads);
    for (Pooled<LayerResult> layer : layers) {
      List<LayerResult> found = layer.found();
      List<String> cells = new ArrayList<>();
      cells.add(layer.names().name());
      cells.add(
          Spreads.neurons(
              found.stream()
                  .flatMap(each -> Stream.of(each.neurons().x(), each.neurons().y()))
                  .toList()));
      cells.add(Long.toString(found.get(0).samples()));
      cells.add(Integer.toString(found.size()));
      for (int i = 0; i < epsilons.size(); i++) {
        cells.add(spread.cell(layer.spread(similarity(i))));
      }
      table.add(cells);
    }
    table.print(out);
    out.println();
    printBeside(layers, epsilons, out);
  }

  private static void printBeside(
      List<Pooled<LayerResult>> layers, List<Double> epsilons, PrintStream out) {
    boolean chance = layers.get(0).found().get(0).chance() != null;
    List<String> heads =
        new ArrayList<>(List.of(chance ? "mean coverage/chance" : "mean coverage"));
    epsilons.forEach(epsilon -> heads.add("ε=" + MatchReport.number(epsilon)));
    TextTable table = new TextTable(heads);
    for (Pooled<LayerResult> layer : layers) {
      List<String> cells = new ArrayList<>(List.of(layer.names().name()));
      for (int i = 0; i < epsilons.size(); i++) {
        String covered = shortly(layer.spread(coverage(i)).mean());
        cells.add(chance ? covered + "/" + shortly(layer.spread(chance(i)).mean()) : covered);
      }
      table.add(cells);
    }
    table.print(out);
  }

  private static String shortly(Double share) {
    return share == null ? MatchReport.NONE : String.format(Locale.ROOT, "%.2f", share);
  }

  @Override
  public void printNotes(PrintStream err) {
    WarningNotes.printCentred(centred(), err);
    ManyNotes notes = new ManyNotes();
    for (RunResult result : results()) {
      for (LayerResult layer : result.layers()) {
        MatchReport.addNotes(ManyNotes.where(result.networks(), layer.names()), layer, notes);
      }
    }
    notes.print(err);
  }

  @Override
  public NetworksResult<LayerResult> result() {
    RunResult first = results().get(0);
    List<Summary> summary = new ArrayList<>();
    for (Pooled<LayerResult> layer : layers()) {
      List<Double> epsilons = epsilons(List.of(layer));
      for (int i = 0; i < epsilons.size(); i++) {
        summary.add(
            new Summary(layer.names(), epsilons.get(i), null, null, layer.spread(similarity(i))));
      }
    }
    return NetworksResult.of(
        networks, pairs, summary, first.centred(), first.split(), first.chanceBy(), first.seed());
  }

  @Override
  public void write(ResultFiles files) {
    NetworksResult<LayerResult> result = result();
    files.writeResult(result);
    List<RunResult> results = results();
    MatchReport.write(results, figure(results), files);
    SpectrumReport.write(networks, results, files);
    files.write(ReportPage.FILE, ReportPage.of(result)::write);
  }

  private Figure figure(List<RunResult> results) {
    if (isMatrix()) {
      return MatchMaps.of(networks, results).figure();
    }
    List<Pooled<LayerResult>> layers = layers();
    List<Double> epsilons = epsilons(layers);
    return new SimilarityFigure(
        networks.titleOr(MatchReport.title(centred()) + spread.ofPairs(pairs.size())),
        layers.stream().map(layer -> layer.names().name()).toList(),
        IntStream.range(0, epsilons.size())
            .mapToObj(i -> line(epsilons.get(i), i, layers))
            .toList(),
        layers.stream().map(layer -> layer.codes(LayerResult::warnings)).toList(),
        networks.label(),
        spread.bars());
  }

  private SimilarityFigure.Line line(double epsilon, int index, List<Pooled<LayerResult>> layers) {
    List<Double> chance =
        layers.stream()
            .map(layer -> layer.spread(chance(index)).mean())
            .filter(mean -> mean != null)
            .toList();
    List<List<Double>> each = new ArrayList<>();
    for (int pair = 0; pair < pairs.size(); pair++) {
      List<Double> values = new ArrayList<>();
      for (Pooled<LayerResult> layer : layers) {
        values.add(layer.numbers(similarity(index)).get(pair));
      }
      each.add(values);
    }
    return new SimilarityFigure.Line(
        epsilon,
        layers.stream().map(layer -> layer.spread(similarity(index)).mean()).toList(),
        layers.stream().map(layer -> spread.bar(layer.spread(similarity(index)))).toList(),
        chance.size() == layers.size() ? chance : List.of(),
        each);
  }
}
