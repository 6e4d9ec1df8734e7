package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Objects;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * The result of {@code spanmatch match}, in the shape of its JSON.
 *
 * @param version the program's version
 * @param backend the backend that computed it
 * @param x the first network's file
 * @param y the second network's file
 * @param networks both networks by name, and what figures of them are called
 * @param centred whether each neuron's mean was subtracted
 * @param layers one per common layer, in file order
 * @param skipped layers that only one file has
 * @param leftOut what else the files hold, such as labels, and why it is not taken for a layer
 * @param missing layers without a partner, and pairs that could not be compared
 * @param split how examples were divided; null if they were not
 * @param chanceBy how the similarity by chance was found: "formula", "shuffle" or "none"
 * @param seed what chose the order of shuffled samples; null if none were
 * @param pool how the samples of an example became one, "mean" or "max"; null if they did not
 */
public record RunResult(
    @JsonProperty("spanmatch") String version,
    ProjectionKernel.Info backend,
    String x,
    String y,
    @JsonUnwrapped Networks networks,
    boolean centred,
    List<LayerResult> layers,
    PerGroup<List<String>> skipped,
    List<LeftOut> leftOut,
    @JsonUnwrapped MissingPairs missing,
    @JsonInclude(JsonInclude.Include.NON_NULL) SplitResult split,
    String chanceBy,
    Long seed,
    @JsonInclude(JsonInclude.Include.NON_NULL) String pool)
    implements TwoNetworksResult<LayerResult> {
  /** The match levels of the layers; none without a spectrum. */
  public List<LayerLevels> neuronLevels() {
    return layers.stream().map(LayerResult::neuronLevels).filter(Objects::nonNull).toList();
  }
}
