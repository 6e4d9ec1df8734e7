package org.spanmatch.cli.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.Precision;
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
    Both<List<String>> skipped) {
  /**
   * One layer.
   *
   * @param name its name
   * @param samples number of samples used
   * @param neurons number of neurons, dead ones included
   * @param dead the dead neurons, ascending
   * @param precision how the activations were compressed
   * @param levels the match level of each neuron, in [0, 1], by position; null for dead neurons
   * @param levelErrors bounds on the errors of the levels; null for dead neurons
   * @param spectrum what the levels are from; not part of the JSON
   */
  public record Layer(
      String name,
      long samples,
      Both<Integer> neurons,
      Both<List<Integer>> dead,
      Precision precision,
      Both<List<Double>> levels,
      Both<List<Double>> levelErrors,
      @JsonIgnore MatchSpectrum spectrum) {
    /** The layer that a table holds. */
    public static Layer of(String name, ProjectionTable table, MatchSpectrum spectrum) {
      return new Layer(
          name,
          table.samples(),
          new Both<>(table.neurons(Group.X), table.neurons(Group.Y)),
          new Both<>(table.dead(Group.X), table.dead(Group.Y)),
          table.precision(),
          new Both<>(levels(table, spectrum, Group.X), levels(table, spectrum, Group.Y)),
          new Both<>(errors(table, spectrum, Group.X), errors(table, spectrum, Group.Y)),
          spectrum);
    }

    private static List<Double> levels(ProjectionTable table, MatchSpectrum spectrum, Group group) {
      List<Double> levels = new ArrayList<>();
      for (int neuron = 0; neuron < table.neurons(group); neuron++) {
        OptionalDouble level = spectrum.level(group, neuron);
        levels.add(level.isPresent() ? level.getAsDouble() : null);
      }
      return Collections.unmodifiableList(levels);
    }

    private static List<Double> errors(ProjectionTable table, MatchSpectrum spectrum, Group group) {
      List<Double> errors = new ArrayList<>();
      for (int neuron = 0; neuron < table.neurons(group); neuron++) {
        boolean living = spectrum.level(group, neuron).isPresent();
        errors.add(living ? spectrum.levelError(group, neuron) : null);
      }
      return Collections.unmodifiableList(errors);
    }
  }
}
