package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.match.Match;
import org.spanmatch.similarity.Jackknife;

/**
 * A maximum match, in the shape of the JSON result.
 *
 * @param epsilon ε
 * @param x the matched neurons of the first network, ascending
 * @param y the matched neurons of the second network, ascending
 * @param similarity size of the match / number of neurons
 * @param borderline neurons that may belong to the match or not, within the error bounds
 * @param undecidable neurons that can't be decided at ε = 0, and so don't match
 * @param heldOut what held-out samples say of the match; null if none were asked, and at ε = 0
 * @param confidence an interval of the similarity; null if it was not asked for, and at ε = 0
 * @param coverage how many neurons are near before any is removed; null where it was not asked for
 */
public record MatchResult(
    double epsilon,
    List<Integer> x,
    List<Integer> y,
    double similarity,
    PerGroup<List<Integer>> borderline,
    PerGroup<List<Integer>> undecidable,
    @JsonInclude(JsonInclude.Include.NON_NULL) HeldOutResult heldOut,
    @JsonInclude(JsonInclude.Include.NON_NULL) Jackknife.Interval confidence,
    @JsonUnwrapped Coverage coverage) {
  /**
   * The neurons within ε of the full span of the other network, matched or not.
   *
   * @param coverage their share of the living neurons of both networks; null if none lives
   * @param covered their number
   */
  public record Coverage(Double coverage, PerGroup<Integer> covered) {
    /**
     * The coverage by some neurons.
     *
     * @param living number of living neurons of both networks
     */
    public static Coverage of(PerGroup<List<Integer>> covered, int living) {
      PerGroup<Integer> counts = covered.map(List::size);
      return new Coverage(living == 0 ? null : (double) (counts.x() + counts.y()) / living, counts);
    }
  }

  /** A match alone. */
  public MatchResult(
      double epsilon,
      List<Integer> x,
      List<Integer> y,
      double similarity,
      PerGroup<List<Integer>> borderline,
      PerGroup<List<Integer>> undecidable) {
    this(epsilon, x, y, similarity, borderline, undecidable, null, null, null);
  }

  /** The result for a match alone. */
  public static MatchResult of(Match match) {
    return of(match, null);
  }

  /** The result for a match, with what is near. */
  public static MatchResult of(Match match, Coverage coverage) {
    return new MatchResult(
        match.epsilon(),
        match.x(),
        match.y(),
        match.similarity(),
        PerGroup.of(match.borderlineX(), match.borderlineY()),
        PerGroup.of(match.undecidableX(), match.undecidableY()),
        null,
        null,
        coverage);
  }

  /** Returns the matched neurons of a network, ascending. */
  public List<Integer> members(Group group) {
    return group == Group.X ? x : y;
  }

  /** Returns this match with what held-out samples say of it. */
  public MatchResult withHeldOut(HeldOutResult found) {
    return new MatchResult(
        epsilon, x, y, similarity, borderline, undecidable, found, confidence, coverage);
  }

  /** Returns this match with an interval of the similarity. */
  public MatchResult withConfidence(Jackknife.Interval interval) {
    return new MatchResult(
        epsilon, x, y, similarity, borderline, undecidable, heldOut, interval, coverage);
  }
}
