package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * The result of {@code spanmatch measures}, in the shape of its JSON.
 *
 * @param version the program's version
 * @param backend the backend that computed it
 * @param x the first network's file
 * @param y the second network's file
 * @param networks both networks by name, and what figures of them are called
 * @param layers one per common layer, in file order
 * @param skipped layers that only one file has
 * @param leftOut what else the files hold, such as labels, and why it is not taken for a layer
 * @param missing layers without a partner, and pairs that could not be compared
 * @param pool how the samples of an example became one, "mean" or "max"; null if they did not
 */
public record MeasuresResult(
    @JsonProperty("spanmatch") String version,
    ProjectionKernel.Info backend,
    String x,
    String y,
    @JsonUnwrapped Networks networks,
    List<Layer> layers,
    PerGroup<List<String>> skipped,
    List<LeftOut> leftOut,
    @JsonUnwrapped MissingPairs missing,
    @JsonInclude(JsonInclude.Include.NON_NULL) String pool)
    implements TwoNetworksResult<MeasuresResult.Layer> {
  /**
   * One layer.
   *
   * @param names the names of the two layers
   * @param samples number of samples used
   * @param masked number of samples that a mask left out, beside these
   * @param neurons number of neurons, dead ones included
   * @param dead the dead neurons, ascending
   * @param warnings reasons why the measures may say little
   * @param precision how the activations were compressed
   * @param measures the value of each measure by its name, in the order of the measures; null where
   *     it is undefined or can't be had
   * @param note why a measure is null that could be had; not part of the JSON
   */
  public record Layer(
      @JsonUnwrapped PairNames names,
      long samples,
      long masked,
      PerGroup<Integer> neurons,
      PerGroup<List<Integer>> dead,
      List<Warning> warnings,
      Precision precision,
      Map<String, Double> measures,
      @JsonIgnore Optional<String> note) {
    /** Copies the measures, some of which may be null. */
    public Layer {
      measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
    }

    /** The name of the two layers. */
    public String name() {
      return names.name();
    }
  }
}
