package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchSpectrum;

/**
 * The result of {@code spanmatch spectrum}, in the shape of its JSON.
 *
 * @param version the program's version
 * @param backend what computed
 * @param x the first network's file
 * @param y the second network's file
 * @param layers one for each common layer, in file order
 * @param skipped layers that only one file has
 */
public record SpectrumResult(
    @JsonProperty("spanmatch") String version,
    KernelInfo backend,
    String x,
    String y,
    List<Layer> layers,
    PerGroup<List<String>> skipped) {
  /**
   * One layer.
   *
   * @param name its name
   * @param samples number of samples used
   * @param neurons number of neurons, dead ones included
   * @param dead the dead neurons, ascending
   * @param precision how the activations were compressed
   * @param neuronLevels the match levels
   */
  public record Layer(
      String name,
      long samples,
      PerGroup<Integer> neurons,
      PerGroup<List<Integer>> dead,
      Precision precision,
      @JsonUnwrapped LayerLevels neuronLevels) {
    /** The layer that a table holds. */
    public static Layer of(String name, ProjectionTable table, MatchSpectrum spectrum) {
      return new Layer(
          name,
          table.samples(),
          PerGroup.from(table::neurons),
          PerGroup.from(table::dead),
          table.precision(),
          LayerLevels.of(name, table, spectrum));
    }
  }
}
