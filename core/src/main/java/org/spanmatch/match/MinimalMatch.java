package org.spanmatch.match;

import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Mark;

/**
 * A v-minimal match (Wang et al. 2018, algorithm 2): a match that contains a neuron v and has no
 * proper sub-match that contains v.
 *
 * @param neuron v
 * @param x the match's neurons in the first layer, ascending
 * @param y the match's neurons in the second layer, ascending
 * @param epsilon the largest distance in the match, which is the smallest ε for which it is one
 * @param borderlineX neurons of the first group whose decisions the match rests on and were
 *     borderline, ascending
 * @param borderlineY such neurons of the second group, ascending
 */
public record MinimalMatch(
    Neuron neuron,
    List<Integer> x,
    List<Integer> y,
    double epsilon,
    List<Integer> borderlineX,
    List<Integer> borderlineY) {
  /**
   * Copies the lists.
   *
   * @param neuron v
   * @param x the match's neurons in the first layer, ascending
   * @param y the match's neurons in the second layer, ascending
   * @param epsilon the largest distance in the match, which is the smallest ε for which it is one
   * @param borderlineX neurons of the first group whose decisions the match rests on and were
   *     borderline, ascending
   * @param borderlineY such neurons of the second group, ascending
   */
  public MinimalMatch {
    Objects.requireNonNull(neuron, "neuron");
    x = List.copyOf(Objects.requireNonNull(x, "x"));
    y = List.copyOf(Objects.requireNonNull(y, "y"));
    borderlineX = List.copyOf(Objects.requireNonNull(borderlineX, "borderlineX"));
    borderlineY = List.copyOf(Objects.requireNonNull(borderlineY, "borderlineY"));
  }

  /**
   * Finds a v-minimal match by removing neurons of the maximum match in turn; leaves the table
   * unchanged.
   *
   * <p>Costs the maximum match and at most one trial per neuron of it. A trial removes the neuron
   * and those that then no longer match, and usually asks for distances once.
   *
   * @param table the two groups
   * @param epsilon ε, in [0, 1]
   * @param neuron the neuron v
   * @param order the order of trial, which decides which of several minimal matches is found
   * @return empty if the neuron is not in the maximum match; dead neurons never are
   * @throws IllegalArgumentException if ε is outside [0, 1], or the order lacks a neuron of the
   *     maximum match
   */
  public static Optional<MinimalMatch> find(
      ProjectionTable table, double epsilon, Neuron neuron, TrialOrder order) {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(neuron, "neuron");
    Objects.requireNonNull(order, "order");
    Mark start = table.mark();
    Limits limits = Limits.of(table, epsilon);
    Match maximum = MaximumMatch.of(table, limits);
    List<Integer> members = neuron.group() == Group.X ? maximum.x() : maximum.y();
    if (!members.contains(neuron.position())) {
      return Optional.empty();
    }
    Trials trials = Trials.of(table, maximum, limits);
    Numbering numbering = trials.numbering();
    BitSet wanted = new BitSet();
    wanted.set(numbering.number(neuron));
    AtomicReference<MinimalMatch> found = new AtomicReference<>();
    try {
      new TrialTree(
              order.numbers(numbering, trials.left()),
              Dependents.UNKNOWN,
              () -> false,
              SearchThreads.NONE,
              (match, v) -> found.set(of(neuron, match)))
          .search(trials, wanted);
    } finally {
      table.rollback(start);
    }
    return Optional.of(found.get());
  }

  private static MinimalMatch of(Neuron neuron, Trials match) {
    Numbering numbering = match.numbering();
    return new MinimalMatch(
        neuron,
        numbering.positions(Group.X, match.left()),
        numbering.positions(Group.Y, match.left()),
        match.largestDistance(),
        numbering.positions(Group.X, match.borderline()),
        numbering.positions(Group.Y, match.borderline()));
  }

  /**
   * {@return whether the neurons form a match in a table}
   *
   * @param table the table that was searched, or one of the same neurons from another backend
   * @param epsilon ε, in [0, 1]
   */
  public boolean isMatch(ProjectionTable table, double epsilon) {
    return MatchChecks.isMatch(table, epsilon, x, y);
  }

  /**
   * {@return whether the match is minimal for its neuron: removing any other neuron drops it from
   * the maximum match of the rest} Costs one maximum match per neuron.
   *
   * @param table the table that was searched, or one of the same neurons from another backend
   * @param epsilon ε, in [0, 1]
   */
  public boolean isMinimal(ProjectionTable table, double epsilon) {
    return MatchChecks.isMinimalFor(table, epsilon, x, y, neuron);
  }

  /** Such as "minimal match of x:3 at epsilon 0.25: x [3, 7], y [1]". */
  @Override
  public String toString() {
    return "minimal match of " + neuron + " at epsilon " + epsilon + ": x " + x + ", y " + y;
  }
}
