package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.match.MatchSpectrum.Jump;

/**
 * The result of one layer, in the shape of the JSON result.
 *
 * @param names the names of the two layers
 * @param samples number of samples used
 * @param masked number of samples that a mask left out, beside these
 * @param neurons number of neurons, dead ones included
 * @param dead the dead neurons, ascending
 * @param fillsSpace whether a network has so many living neurons that its span fills the space of
 *     all samples, so that distances to it are trivially 0
 * @param warnings reasons why the result may say little
 * @param precision how the activations were compressed for this result
 * @param matches one match per ε
 * @param chance the similarity by chance at each ε of the matches, in order; null if it was not
 *     asked for
 * @param nearestJumps beside each ε of the matches, in order, the place where the similarity jumps,
 *     or null if it never does; null without a spectrum
 * @param neuronLevels the match levels, or null without a spectrum
 * @param uncentred the result with the means, where these were subtracted and are so large that it
 *     would deserve a warning; null and absent otherwise
 * @param seconds elapsed time by step
 */
public record LayerResult(
    @JsonUnwrapped PairNames names,
    long samples,
    long masked,
    PerGroup<Integer> neurons,
    PerGroup<List<Integer>> dead,
    PerGroup<Boolean> fillsSpace,
    List<Warning> warnings,
    Precision precision,
    List<MatchResult> matches,
    List<Double> chance,
    @JsonInclude(Include.NON_NULL) List<Jump> nearestJumps,
    @JsonUnwrapped LayerLevels neuronLevels,
    @JsonInclude(Include.NON_NULL) Uncentred uncentred,
    Seconds seconds) {
  /** The name of the two layers. */
  public String name() {
    return names.name();
  }

  /**
   * The result of a layer as it is stored.
   *
   * @param matches one match per ε
   */
  public record Uncentred(List<MatchResult> matches) {}

  /**
   * Returns this result with that of the layer as it is stored beside it.
   *
   * @param stored the later result, whose time includes this one's
   */
  public LayerResult beside(LayerResult stored) {
    return new LayerResult(
        names,
        samples,
        masked,
        neurons,
        dead,
        fillsSpace,
        warnings,
        precision,
        matches,
        chance,
        nearestJumps,
        neuronLevels,
        new Uncentred(stored.matches),
        stored.seconds);
  }

  /**
   * Elapsed time by step, in seconds. Every moment counts once, so the sum is the layer's time. If
   * a layer was computed again at high precision, both computations count.
   *
   * @param read while a file was being read or inflated; the java backend computes meanwhile
   * @param compress until the layer was compressed, without reading
   * @param chance finding the similarity by chance from the Gram matrix; a pass over shuffled
   *     samples is not in it
   * @param spectrum finding the match levels; 0 without a spectrum
   * @param match finding the matches
   * @param heldOut finding held-out distances; not in the JSON without them
   * @param confidence finding match levels without each block of examples; not in the JSON without
   *     intervals
   */
  public record Seconds(
      double read,
      double compress,
      double chance,
      double spectrum,
      double match,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) double heldOut,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) double confidence) {}
}
