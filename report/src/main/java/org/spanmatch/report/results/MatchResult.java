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
 * @param borderline neurons whose decision was within the error bound
 */
public record MatchResult(
    double epsilon,
    List<Integer> x,
    List<Integer> y,
    double similarity,
    PerGroup<List<Integer>> borderline) {
  /** The result for a match. */
  public static MatchResult of(Match match) {
    return new MatchResult(
        match.epsilon(),
        match.x(),
        match.y(),
        match.similarity(),
        PerGroup.of(match.borderlineX(), match.borderlineY()));
  }
}
