package org.spanmatch.tuning;

import java.util.List;
import org.spanmatch.kernel.Group;
import org.spanmatch.match.Match;

/** Checks the matches that a benchmark finds. */
public final class LayerChecks {
  private LayerChecks() {}

  /**
   * Compares matches at the same ε.
   *
   * @param by what found the matches, for the message
   * @throws IllegalStateException if a neuron is in only one of two matches, and its decision was
   *     borderline in neither
   */
  public static void requireSameMatches(String by, List<Match> found, List<Match> expected) {
    if (found.size() != expected.size()) {
      throw new IllegalStateException(
          by + " found " + found.size() + " matches, expected " + expected.size());
    }
    for (int i = 0; i < expected.size(); i++) {
      Match mine = found.get(i);
      Match other = expected.get(i);
      if (mine.epsilon() != other.epsilon()) {
        throw new IllegalStateException(
            by + " has a match at ε = " + mine.epsilon() + ", expected one at " + other.epsilon());
      }
      for (Group group : Group.values()) {
        List<Integer> differing = mine.contradictions(other, group);
        if (!differing.isEmpty()) {
          throw new IllegalStateException(
              by
                  + " and another method disagree on neurons of "
                  + group.label()
                  + " at ε = "
                  + mine.epsilon()
                  + ", which are not borderline: "
                  + differing);
        }
      }
    }
  }
}
