package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * The result of {@code spanmatch spectrum}, in the shape of its JSON.
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
 * @param chanceBy how the levels by chance were found: "formula", "shuffle" or "none"
 * @param seed what chose the order of shuffled samples; null if none were
 * @param pool how the samples of an example became one, "mean" or "max"; null if they did not
 */
public record SpectrumResult(
    @JsonProperty("spanmatch") String version,
    ProjectionKernel.Info backend,
    String x,
    String y,
    @JsonUnwrapped Networks networks,
    boolean centred,
    List<Layer> layers,
    PerGroup<List<String>> skipped,
    List<LeftOut> leftOut,
    @JsonUnwrapped MissingPairs missing,
    String chanceBy,
    Long seed,
    @JsonInclude(JsonInclude.Include.NON_NULL) String pool)
    implements TwoNetworksResult<SpectrumResult.Layer> {
  /**
   * One layer.
   *
   * @param names the names of the two layers
   * @param samples number of samples used
   * @param masked number of samples that a mask left out, beside these
   * @param neurons number of neurons, dead ones included
   * @param dead the dead neurons, ascending
   * @param warnings reasons why the result may say little
   * @param precision how the activations were compressed
   * @param neuronLevels the match levels
   * @param uncentred the match levels with the means, where these were subtracted and are so large
   *     that they would deserve a warning; null and absent otherwise
   */
  public record Layer(
      @JsonUnwrapped PairNames names,
      long samples,
      long masked,
      PerGroup<Integer> neurons,
      PerGroup<List<Integer>> dead,
      List<Warning> warnings,
      Precision precision,
      @JsonUnwrapped LayerLevels neuronLevels,
      @JsonInclude(JsonInclude.Include.NON_NULL) LayerLevels uncentred) {
    /** The name of the two layers. */
    public String name() {
      return names.name();
    }

    /** Returns the result of a table's layer. */
    public static Layer of(ProjectionTable table, long masked, LayerLevels levels) {
      return new Layer(
          levels.names(),
          table.samples(),
          masked,
          PerGroup.from(table::neurons),
          PerGroup.from(table::dead),
          levels.warnings(),
          table.precision(),
          levels,
          null);
    }

    /** Returns this result with the levels of the layer as it is stored beside it. */
    public Layer beside(Layer stored) {
      return new Layer(
          names,
          samples,
          masked,
          neurons,
          dead,
          warnings,
          precision,
          neuronLevels,
          stored.neuronLevels);
    }

    /**
     * Returns these results of high precision, with the levels of another where their errors are
     * smaller.
     */
    public Layer sharpened(Layer other) {
      return new Layer(
          names,
          samples,
          masked,
          neurons,
          dead,
          warnings,
          precision,
          neuronLevels.sharpened(other.neuronLevels),
          uncentred);
    }
  }
}
