package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * The result of a comparison of more than two networks, in the shape of its JSON.
 *
 * @param <L> the result of a pair of layers
 * @param version the program's version
 * @param backend the backend that computed it
 * @param networks all networks, and what figures of them are called
 * @param centred whether each neuron's mean was subtracted; absent for measures
 * @param pairs one per pair of networks
 * @param summary means over the pairs
 * @param leftOut what else the files hold, such as labels, and why it is not taken for a layer
 * @param missing layers without a partner, and pairs of layers that could not be compared
 * @param split how examples were divided; absent if they were not
 * @param chanceBy how the similarity by chance was found; absent for measures
 * @param seed what chose the order of shuffled samples; absent if none were
 * @param pool how the samples of an example became one, "mean" or "max"; absent if they did not
 */
public record NetworksResult<L>(
    @JsonProperty("spanmatch") String version,
    ProjectionKernel.Info backend,
    @JsonUnwrapped Networks networks,
    @JsonInclude(Include.NON_NULL) Boolean centred,
    List<Pair<L>> pairs,
    List<Summary> summary,
    List<LeftOut> leftOut,
    @JsonUnwrapped MissingPairs missing,
    @JsonInclude(Include.NON_NULL) SplitResult split,
    @JsonInclude(Include.NON_NULL) String chanceBy,
    @JsonInclude(Include.NON_NULL) Long seed,
    @JsonInclude(Include.NON_NULL) String pool) {
  /**
   * Puts the results of all pairs of networks together.
   *
   * @param <L> the result of a pair of layers
   * @param networks all networks
   * @param pairs the results of all pairs of them, at least one
   * @param summary means over the pairs
   * @param centred null for measures
   * @param split null if examples were not divided
   * @param chanceBy null for measures
   * @param seed null if no samples were shuffled
   */
  public static <L> NetworksResult<L> of(
      Networks networks,
      List<? extends NetworkPair<? extends TwoNetworksResult<L>>> pairs,
      List<Summary> summary,
      Boolean centred,
      SplitResult split,
      String chanceBy,
      Long seed) {
    TwoNetworksResult<L> first = pairs.get(0).result();
    return new NetworksResult<>(
        first.version(),
        first.backend(),
        networks,
        centred,
        pairs.stream()
            .map(
                pair ->
                    new Pair<>(pair.x(), pair.y(), pair.result().layers(), pair.result().skipped()))
            .toList(),
        summary,
        pairs.stream().flatMap(pair -> pair.result().leftOut().stream()).distinct().toList(),
        first.missing(),
        split,
        chanceBy,
        seed,
        first.pool());
  }

  /**
   * A pair of networks.
   *
   * @param <L> the result of a pair of layers
   * @param x the position of the first network among all, from 0
   * @param y the position of the second network
   * @param layers as in a result of these two networks alone
   * @param skipped layers that only one of the two has
   */
  public record Pair<L>(int x, int y, List<L> layers, PerGroup<List<String>> skipped) {}

  /**
   * A number of the same two layers in all pairs of networks that have both.
   *
   * @param names the layers
   * @param epsilon the ε of a similarity; absent for other numbers
   * @param measure the name of a measure; absent for other numbers
   * @param share the percentage of the neurons that match from the number, an ε, on; absent for
   *     other numbers
   * @param spread the number
   */
  public record Summary(
      @JsonUnwrapped PairNames names,
      @JsonInclude(Include.NON_NULL) Double epsilon,
      @JsonInclude(Include.NON_NULL) String measure,
      @JsonInclude(Include.NON_NULL) Integer share,
      @JsonUnwrapped Spread spread) {}
}
