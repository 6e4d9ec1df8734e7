package org.spanmatch.cli.report;

import java.util.List;

/**
 * What was found for one layer, in the shape of the JSON result.
 *
 * @param name the layer's name
 * @param samples number of samples used
 * @param neurons number of neurons, dead ones included
 * @param dead the dead neurons, ascending
 * @param fillsSpace whether a network has so many living neurons that its span fills the space of
 *     all samples, so that distances to it are trivially 0
 * @param matches one for each ε
 * @param seconds where the time went
 */
public record LayerResult(
    String name,
    long samples,
    Both<Integer> neurons,
    Both<List<Integer>> dead,
    Both<Boolean> fillsSpace,
    List<MatchResult> matches,
    Seconds seconds) {
  /**
   * Elapsed time.
   *
   * @param read reading and decoding both files
   * @param compress reducing them, reading apart
   * @param match finding the matches
   */
  public record Seconds(double read, double compress, double match) {}
}
