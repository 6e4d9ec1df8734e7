package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.spanmatch.compare.Warning;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.similarity.Chance;

/**
 * The match levels of a layer's neurons, as a part of the layer's JSON.
 *
 * @param names the names of the two layers; the JSON has them elsewhere
 * @param levels the match level of each neuron, in [0, 1], by position; null for dead neurons
 * @param levelErrors bounds on the errors of the levels; null for dead neurons
 * @param storageErrors how far the rounding of the stored activations alone may have moved each
 *     neuron's distance to the full span of the other network, in [0, 1]; null for dead neurons
 * @param fullDistances each neuron's distance to the full span of the other network, before any is
 *     removed; null for dead neurons
 * @param chanceLevels the match level of each neuron by chance; null for dead neurons, and as a
 *     whole if it was not asked for
 * @param warnings reasons why the levels may say little; the JSON has them elsewhere
 * @param spectrum the source of the levels; not part of the JSON
 */
public record LayerLevels(
    @JsonIgnore PairNames names,
    PerGroup<List<Double>> levels,
    PerGroup<List<Double>> levelErrors,
    PerGroup<List<Double>> storageErrors,
    PerGroup<List<Double>> fullDistances,
    @JsonInclude(Include.NON_NULL) PerGroup<List<Double>> chanceLevels,
    @JsonIgnore List<Warning> warnings,
    @JsonIgnore MatchSpectrum spectrum) {
  /**
   * Returns the levels of a table's neurons.
   *
   * @param full the neurons' distances to the full span of the other network
   * @param chance the similarity by chance, if asked for
   */
  public static LayerLevels of(
      PairNames names,
      ProjectionTable table,
      PerGroup<Distances> full,
      List<Warning> warnings,
      MatchSpectrum spectrum,
      Optional<Chance> chance) {
    return new LayerLevels(
        names,
        PerGroup.from(group -> levels(spectrum, group)),
        PerGroup.from(group -> errors(spectrum, group)),
        PerGroup.from(group -> PerNeuron.storageErrors(table.neurons(group), full.get(group))),
        PerGroup.from(
            group ->
                PerNeuron.of(table.neurons(group), full.get(group), full.get(group)::distance)),
        chance.map(LayerLevels::levels).orElse(null),
        warnings,
        spectrum);
  }

  /** Returns these levels, with others where their errors are smaller. */
  LayerLevels sharpened(LayerLevels other) {
    MatchSpectrum sharper = other.spectrum.sharper(spectrum);
    return new LayerLevels(
        names,
        PerGroup.from(group -> levels(sharper, group)),
        PerGroup.from(group -> errors(sharper, group)),
        storageErrors,
        fullDistances,
        chanceLevels,
        warnings,
        sharper);
  }

  private static PerGroup<List<Double>> levels(Chance chance) {
    return PerGroup.from(
        group -> {
          List<Double> levels = new ArrayList<>();
          for (double level : chance.levels(group)) {
            levels.add(level <= 1 ? level : null);
          }
          return Collections.unmodifiableList(levels);
        });
  }

  private static List<Double> levels(MatchSpectrum spectrum, Group group) {
    List<Double> levels = new ArrayList<>();
    for (int neuron = 0; neuron < spectrum.levels(group).length; neuron++) {
      OptionalDouble level = spectrum.level(group, neuron);
      levels.add(level.isPresent() ? level.getAsDouble() : null);
    }
    return Collections.unmodifiableList(levels);
  }

  private static List<Double> errors(MatchSpectrum spectrum, Group group) {
    List<Double> errors = new ArrayList<>();
    for (int neuron = 0; neuron < spectrum.levels(group).length; neuron++) {
      boolean living = spectrum.level(group, neuron).isPresent();
      errors.add(living ? spectrum.levelError(group, neuron) : null);
    }
    return Collections.unmodifiableList(errors);
  }
}
