package org.spanmatch.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.spanmatch.report.page.ReportPage;
import org.spanmatch.report.results.LayerLevels;
import org.spanmatch.report.results.NetworkPair;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.NetworksResult;
import org.spanmatch.report.results.NetworksResult.Summary;
import org.spanmatch.report.results.SpectrumResult;
import org.spanmatch.report.text.TextTable;

/**
 * Prints and writes the result of {@code spanmatch spectrum} of more than two networks.
 *
 * @param networks all networks
 * @param pairs the results of all pairs of them; at least one has a layer
 * @param spread how to show what varies over the pairs
 */
public record ManySpectrumReport(
    Networks networks, List<NetworkPair<SpectrumResult>> pairs, Spreads spread)
    implements ManyReport {
  private List<SpectrumResult> results() {
    return pairs.stream().map(NetworkPair::result).toList();
  }

  private List<SpectrumReport.Levels> levels() {
    return results().stream().map(SpectrumReport::levels).toList();
  }

  private List<Pooled<LayerLevels>> layers() {
    return Pooled.of(
        levels().stream().map(SpectrumReport.Levels::networks).toList(),
        levels().stream().map(SpectrumReport.Levels::layers).toList(),
        LayerLevels::names);
  }

  @Override
  public void printTable(PrintStream out) {
    spread.printHead(networks, pairs.size(), out);
    if (levels().stream().anyMatch(SpectrumReport::isMatrix)) {
      SpectrumReport.printMatrix(networks, levels(), out);
      return;
    }
    List<String> heads = new ArrayList<>(List.of("layer", "neurons", "pairs"));
    for (int share : SpectrumReport.PERCENTAGES) {
      heads.add(share + " %");
    }
    TextTable table = new TextTable(heads);
    for (Pooled<LayerLevels> layer : layers()) {
      List<String> cells = new ArrayList<>();
      cells.add(layer.names().name());
      cells.add(
          Spreads.neurons(
              layer.found().stream()
                  .flatMap(each -> Stream.of(each.levels().x().size(), each.levels().y().size()))
                  .toList()));
      cells.add(Integer.toString(layer.found().size()));
      for (int share : SpectrumReport.PERCENTAGES) {
        cells.add(spread.cell(layer.spread(SpectrumReport.epsilon(share))));
      }
      table.add(cells);
    }
    table.print(out);
  }

  @Override
  public void printNotes(PrintStream err) {
    WarningNotes.printCentred(results().get(0).centred(), err);
    ManyNotes notes = new ManyNotes();
    for (SpectrumReport.Levels pair : levels()) {
      for (LayerLevels layer : pair.layers()) {
        notes.add(ManyNotes.where(pair.networks(), layer.names()), layer.warnings());
      }
    }
    notes.print(err);
  }

  @Override
  public NetworksResult<SpectrumResult.Layer> result() {
    SpectrumResult first = results().get(0);
    List<Summary> summary = new ArrayList<>();
    for (Pooled<LayerLevels> layer : layers()) {
      for (int share : SpectrumReport.PERCENTAGES) {
        summary.add(
            new Summary(
                layer.names(), null, null, share, layer.spread(SpectrumReport.epsilon(share))));
      }
    }
    return NetworksResult.of(
        networks, pairs, summary, first.centred(), null, first.chanceBy(), first.seed());
  }

  @Override
  public void write(ResultFiles files) {
    NetworksResult<SpectrumResult.Layer> result = result();
    files.writeResult(result);
    SpectrumReport.write(networks, levels(), result.centred(), files);
    files.write(ReportPage.FILE, ReportPage.of(result)::write);
  }
}
