package org.spanmatch.report;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.spanmatch.report.figures.HeatMapFigure;
import org.spanmatch.report.results.LayerResult;
import org.spanmatch.report.results.MatchResult;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.RunResult;

/**
 * Similarities of all pairs of layers.
 *
 * @param epsilons the values of ε
 * @param centred whether each neuron's mean was subtracted
 * @param maps the results of all pairs
 */
record MatchMaps(List<Double> epsilons, boolean centred, PairMaps<LayerResult> maps) {
  /** Arranges the results of pairs of networks. */
  static MatchMaps of(Networks networks, List<RunResult> results) {
    List<Double> epsilons =
        results.stream()
            .flatMap(result -> result.layers().stream())
            .findFirst()
            .orElseThrow()
            .matches()
            .stream()
            .map(MatchResult::epsilon)
            .toList();
    PairMaps<LayerResult> maps =
        PairMaps.of(
            networks,
            results.stream().map(RunResult::layers).toList(),
            LayerResult::names,
            LayerResult::warnings);
    return new MatchMaps(epsilons, results.get(0).centred(), maps);
  }

  /** Prints the similarity at one ε, and what stands beside it. */
  void print(double epsilon, PrintStream out) {
    int index = epsilons.indexOf(epsilon);
    String at = " at ε=" + MatchReport.number(epsilon);
    maps.print(
        "similarity" + at,
        pooled -> shown("%.4f", pooled, layer -> layer.matches().get(index).similarity()),
        out);
    out.println();
    boolean chance =
        maps.matrix().map(Function.identity(), null).stream()
            .flatMap(List::stream)
            .anyMatch(pooled -> pooled != null && pooled.found().get(0).chance() != null);
    Function<LayerResult, Double> covered =
        layer -> layer.matches().get(index).coverage().coverage();
    maps.print(
        (chance ? "coverage/chance" : "coverage") + at,
        pooled ->
            shown("%.2f", pooled, covered)
                + (chance
                    ? "/"
                        + shown(
                            "%.2f",
                            pooled,
                            layer -> layer.chance() == null ? null : layer.chance().get(index))
                    : ""),
        out);
  }

  private static String shown(
      String format, Pooled<LayerResult> pooled, Function<LayerResult, Double> number) {
    Double mean = pooled.spread(number).mean();
    return mean == null ? MatchReport.NONE : String.format(Locale.ROOT, format, mean);
  }

  /** Draws the similarity at every ε. */
  HeatMapFigure figure() {
    return maps.figure(
        maps.networks().titleOr(MatchReport.title(centred)),
        "size of maximum match / number of neurons",
        IntStream.range(0, epsilons.size())
            .mapToObj(
                i ->
                    new PairMaps.Numbers<LayerResult>(
                        "ε = " + MatchReport.number(epsilons.get(i)),
                        layer -> layer.matches().get(i).similarity(),
                        true))
            .toList());
  }
}
