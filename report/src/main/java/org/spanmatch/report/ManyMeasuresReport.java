package org.spanmatch.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.spanmatch.report.figures.Figure;
import org.spanmatch.report.page.ReportPage;
import org.spanmatch.report.results.MeasuresResult;
import org.spanmatch.report.results.NetworkPair;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.NetworksResult;
import org.spanmatch.report.results.NetworksResult.Summary;
import org.spanmatch.report.text.TextTable;
import org.spanmatch.similarity.Measure;

/**
 * Prints and writes the result of {@code spanmatch measures} of more than two networks.
 *
 * @param networks all networks
 * @param pairs the results of all pairs of them; at least one has a layer
 * @param measures what was computed
 * @param spread how to show what varies over the pairs
 */
public record ManyMeasuresReport(
    Networks networks,
    List<NetworkPair<MeasuresResult>> pairs,
    List<Measure> measures,
    Spreads spread)
    implements ManyReport {
  private List<MeasuresResult> results() {
    return pairs.stream().map(NetworkPair::result).toList();
  }

  private List<Pooled<MeasuresResult.Layer>> layers() {
    return Pooled.of(
        results().stream().map(MeasuresResult::networks).toList(),
        results().stream().map(MeasuresResult::layers).toList(),
        MeasuresResult.Layer::names);
  }

  private boolean isMatrix() {
    return results().stream().anyMatch(MeasuresReport::isMatrix);
  }

  @Override
  public void printTable(PrintStream out) {
    spread.printHead(networks, pairs.size(), out);
    if (isMatrix()) {
      MeasuresReport.printMatrix(networks, results(), measures.get(0), out);
      return;
    }
    List<String> heads = new ArrayList<>(List.of("layer", "neurons", "samples", "pairs"));
    measures.forEach(measure -> heads.add(measure.title()));
    TextTable table = new TextTable(heads);
    for (Pooled<MeasuresResult.Layer> layer : layers()) {
      List<MeasuresResult.Layer> found = layer.found();
      List<String> cells = new ArrayList<>();
      cells.add(layer.names().name());
      cells.add(
          Spreads.neurons(
              found.stream()
                  .flatMap(each -> Stream.of(each.neurons().x(), each.neurons().y()))
                  .toList()));
      cells.add(Long.toString(found.get(0).samples()));
      cells.add(Integer.toString(found.size()));
      for (Measure measure : measures) {
        cells.add(
            spread.cell(layer.spread(MeasuresReport.value(measure)), MeasuresReport::shortNumber));
      }
      table.add(cells);
    }
    table.print(out);
  }

  @Override
  public void printNotes(PrintStream err) {
    ManyNotes notes = new ManyNotes();
    for (MeasuresResult result : results()) {
      for (MeasuresResult.Layer layer : result.layers()) {
        MeasuresReport.addNotes(ManyNotes.where(result.networks(), layer.names()), layer, notes);
      }
    }
    notes.print(err);
  }

  @Override
  public NetworksResult<MeasuresResult.Layer> result() {
    List<Summary> summary = new ArrayList<>();
    for (Pooled<MeasuresResult.Layer> layer : layers()) {
      for (Measure measure : measures) {
        summary.add(
            new Summary(
                layer.names(),
                null,
                measure.name(),
                null,
                layer.spread(MeasuresReport.value(measure))));
      }
    }
    return NetworksResult.of(networks, pairs, summary, null, null, null, null);
  }

  @Override
  public void write(ResultFiles files) {
    NetworksResult<MeasuresResult.Layer> result = result();
    files.writeResult(result);
    MeasuresReport.write(results(), figure(), ReportPage.of(result), files);
  }

  private Figure figure() {
    if (isMatrix()) {
      return MeasuresReport.mapsFigure(networks, results(), measures);
    }
    String title = networks.titleOr(MeasuresReport.TITLE + ", mean of " + pairs.size() + " pairs");
    return MeasuresReport.figure(networks, title, layers(), measures);
  }
}
