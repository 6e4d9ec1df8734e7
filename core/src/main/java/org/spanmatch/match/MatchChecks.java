package org.spanmatch.match;

import java.util.List;
import java.util.function.Supplier;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Mark;

/**
 * Checks found matches against the theory (Wang et al. 2018, section 3).
 *
 * <p>All checks ask a table and leave it unchanged; none reuses a decision of the search. At ε = 0
 * the neurons that remain in the table fix the limits, so it must be the table that was searched.
 */
final class MatchChecks {
  private MatchChecks() {}

  /**
   * {@return whether two sets of neurons that remain in a table form a match} Two empty sets do.
   *
   * @param table the two groups
   * @param epsilon ε, in [0, 1]
   * @param x neurons of the first group
   * @param y neurons of the second group
   */
  static boolean isMatch(ProjectionTable table, double epsilon, List<Integer> x, List<Integer> y) {
    Limits limits = Limits.of(table, epsilon);
    return within(table, x, y, () -> allWithin(table, limits));
  }

  private static boolean allWithin(ProjectionTable table, Limits limits) {
    for (Group group : Group.values()) {
      Distances distances = table.distances(group);
      for (int i = 0; i < distances.size(); i++) {
        if (!limits.within(group, distances, i)) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * {@return whether a match is minimal for a neuron: it contains the neuron, and removing any
   * other neuron drops the neuron from the maximum match of the rest} Costs one maximum match per
   * neuron.
   *
   * @param table the two groups
   * @param epsilon ε, in [0, 1]
   * @param x neurons of the first group
   * @param y neurons of the second group
   * @param neuron the neuron v
   */
  static boolean isMinimalFor(
      ProjectionTable table, double epsilon, List<Integer> x, List<Integer> y, Neuron neuron) {
    Limits limits = Limits.of(table, epsilon);
    boolean inside = (neuron.group() == Group.X ? x : y).contains(neuron.position());
    return inside
        && within(
            table,
            x,
            y,
            () ->
                neededBy(table, limits, Group.X, x, neuron)
                    && neededBy(table, limits, Group.Y, y, neuron));
  }

  private static boolean neededBy(
      ProjectionTable table, Limits limits, Group group, List<Integer> members, Neuron neuron) {
    for (int member : members) {
      if (!neuron.equals(new Neuron(group, member))) {
        Mark mark = table.mark();
        table.remove(group, member);
        Match rest = MaximumMatch.of(table, limits);
        table.rollback(mark);
        if ((neuron.group() == Group.X ? rest.x() : rest.y()).contains(neuron.position())) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean within(
      ProjectionTable table, List<Integer> x, List<Integer> y, Supplier<Boolean> question) {
    Mark start = table.mark();
    Trials.keepOnly(table, Group.X, x);
    Trials.keepOnly(table, Group.Y, y);
    boolean answer = question.get();
    table.rollback(start);
    return answer;
  }
}
