package org.spanmatch.report.results;

import java.util.List;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.match.Match;

/**
 * A maximum match, in the shape of the JSON result.
 *
 * @param epsilon ε
 * @param x the matched neurons of the first network, ascending
 * @param y the matched neurons of the second network, ascending
 * @param similarity size of the match / number of neurons
 * @param borderline neurons that may belong to the match or not, within the error bounds
 * @param undecidable neurons that can't be decided at ε = 0, and so don't match
 */
public record MatchResult(
    double epsilon,
    List<Integer> x,
    List<Integer> y,
    double similarity,
    PerGroup<List<Integer>> borderline,
    PerGroup<List<Integer>> undecidable) {
  /** The result for a match. */
  public static MatchResult of(Match match) {
    return new MatchResult(
        match.epsilon(),
        match.x(),
        match.y(),
        match.similarity(),
        PerGroup.of(match.borderlineX(), match.borderlineY()),
        PerGroup.of(match.undecidableX(), match.undecidableY()));
  }
}
