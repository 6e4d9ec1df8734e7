package org.spanmatch.match;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Mark;

/**
 * Finds the maximum match (Wang et al. 2018, algorithm 1): removes neurons farther than ε from the
 * span of the other group's remaining neurons until none is left.
 *
 * <p>The result does not depend on the order of removal, because removing neurons only makes spans
 * smaller and distances larger. As the authors' program does, each round removes all such neurons
 * of X, then all such neurons of Y.
 */
public final class MaximumMatch {
  /** Which neurons stay: a decision on an element of a group's distances. */
  private interface Rule {
    boolean keeps(Group group, Distances distances, int index);
  }

  private final ProjectionTable table;

  private MaximumMatch(ProjectionTable table) {
    this.table = table;
  }

  /**
   * The maximum match of the neurons that remain in a table, which is left as it was. Costs what
   * {@link #find(ProjectionTable, double...)} does.
   *
   * @param table the two groups
   * @param epsilon ε, in [0, 1]
   * @return the match
   * @throws IllegalArgumentException if ε is outside [0, 1]
   */
  public static Match of(ProjectionTable table, double epsilon) {
    return find(table, epsilon).get(0);
  }

  /** The maximum match of the neurons that remain in a table, with limits fixed before. */
  static Match of(ProjectionTable table, Limits limits) {
    return find(table, List.of(limits)).get(0);
  }

  /**
   * Returns the maximum matches of the neurons that remain in a table for several ε, and leaves the
   * table unchanged.
   *
   * <p>Works from the largest ε to the smallest: matches are nested, so each search starts from the
   * match before. A round asks the table for distances twice; there are at most as many rounds as
   * neurons, usually fewer than ten. Where a decision is borderline, the rounds from there on are
   * made for both of its outcomes.
   *
   * <p>At ε = 0 a neuron v matches within e_v + u_data·(1 + ‖c_v‖₁), where e_v is the error bound
   * and c_v are the coefficients of its projection on all neurons of the other group that remain in
   * the table now. If that exceeds 0.01 it is undecidable, and does not match. The limit may exceed
   * a tiny ε > 0, at which fewer neurons may then match.
   *
   * @param table the two groups
   * @param epsilons each in [0, 1]
   * @return one match for each ε, in the order given
   * @throws IllegalArgumentException if an ε is outside [0, 1]
   */
  public static List<Match> find(ProjectionTable table, double... epsilons) {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(epsilons, "epsilons");
    return find(
        table, Arrays.stream(epsilons).mapToObj(epsilon -> Limits.of(table, epsilon)).toList());
  }

  private static List<Match> find(ProjectionTable table, List<Limits> all) {
    Mark start = table.mark();
    Match[] matches = new Match[all.size()];
    int[] descending =
        IntStream.range(0, matches.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> all.get(i).highest()).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    MaximumMatch search = new MaximumMatch(table);
    for (int i : descending) {
      Limits limits = all.get(i);
      if (limits.epsilon() > 0) {
        matches[i] = search.find(limits);
      } else {
        // Some limits at ε = 0 are below the next ε.
        Mark larger = table.mark();
        matches[i] = search.find(limits);
        table.rollback(larger);
      }
    }
    table.rollback(start);
    return List.of(matches);
  }

  /**
   * {@return the maximum matches for several ε, given the match spectrum of the same neurons: looks
   * up each ε > 0 in it and searches for ε = 0 only, which follows another rule} The matches equal
   * those of {@link #find(ProjectionTable, double...)} wherever no decision is borderline.
   *
   * @param table the two groups
   * @param spectrum the match levels of the neurons in the table
   * @param epsilons each in [0, 1]
   */
  public static List<Match> find(
      ProjectionTable table, MatchSpectrum spectrum, double... epsilons) {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(spectrum, "spectrum");
    Objects.requireNonNull(epsilons, "epsilons");
    return Arrays.stream(epsilons)
        .mapToObj(epsilon -> epsilon == 0 ? of(table, epsilon) : spectrum.maximumMatch(epsilon))
        .toList();
  }

  /**
   * Returns the neurons that lie within ε of the span of all of the other group that remain in a
   * table, which is left as it was. Those of the maximum match are among them; many more show a
   * chain of dependences, not a lack of shared structure. Costs O(neurons), and {@link
   * ProjectionTable#distances} of both groups at ε = 0, whose limits are those of {@link
   * #find(ProjectionTable, double...)}.
   *
   * @param table the two groups
   * @param distances of both groups, before any removal
   * @param epsilon ε, in [0, 1]
   * @return positions in the layer, ascending
   * @throws IllegalArgumentException if ε is outside [0, 1]
   */
  public static PerGroup<List<Integer>> covered(
      ProjectionTable table, PerGroup<Distances> distances, double epsilon) {
    Limits limits = Limits.of(table, epsilon);
    return PerGroup.from(
        group -> {
          Distances of = epsilon == 0 ? table.distances(group) : distances.get(group);
          return IntStream.range(0, of.size())
              .filter(i -> limits.within(group, of, i))
              .mapToObj(of::neuron)
              .toList();
        });
  }

  /**
   * Finds a match, and leaves in the table the neurons that may match at this ε, whatever the
   * errors of the distances are.
   */
  private Match find(Limits limits) {
    shrink(limits::maybeWithin);
    PerGroup<List<Integer>> possible = left();
    if (allKept(limits::surelyWithin)) {
      return match(limits, possible, PerGroup.of(List.of(), List.of()));
    }
    Mark mark = table.mark();
    shrink(limits::within);
    PerGroup<List<Integer>> found = left();
    shrink(limits::surelyWithin);
    PerGroup<List<Integer>> certain = left();
    table.rollback(mark);
    return match(
        limits,
        found,
        PerGroup.from(
            group -> {
              Set<Integer> borderline = new TreeSet<>(possible.get(group));
              certain.get(group).forEach(borderline::remove);
              return List.copyOf(borderline);
            }));
  }

  private Match match(
      Limits limits, PerGroup<List<Integer>> found, PerGroup<List<Integer>> borderline) {
    int neurons = table.neurons(Group.X) + table.neurons(Group.Y);
    int size = found.x().size() + found.y().size();
    return new Match(
        limits.epsilon(),
        found.x(),
        found.y(),
        neurons == 0 ? 0 : (double) size / neurons,
        borderline.x(),
        borderline.y(),
        limits.undecidable(Group.X),
        limits.undecidable(Group.Y));
  }

  private PerGroup<List<Integer>> left() {
    return PerGroup.from(group -> Arrays.stream(table.remaining(group)).boxed().toList());
  }

  /** Removes neurons until a rule keeps all that are left. */
  private void shrink(Rule rule) {
    removeOutside(Group.X, rule);
    // One group needs another look only after the other has shrunk.
    boolean shrunk = true;
    while (shrunk) {
      shrunk = removeOutside(Group.Y, rule) && removeOutside(Group.X, rule);
    }
  }

  private boolean removeOutside(Group group, Rule rule) {
    Distances distances = table.distances(group);
    int[] outside =
        IntStream.range(0, distances.size())
            .filter(i -> !rule.keeps(group, distances, i))
            .map(distances::neuron)
            .toArray();
    table.remove(group, outside);
    return outside.length > 0;
  }

  private boolean allKept(Rule rule) {
    for (Group group : Group.values()) {
      Distances distances = table.distances(group);
      if (!IntStream.range(0, distances.size()).allMatch(i -> rule.keeps(group, distances, i))) {
        return false;
      }
    }
    return true;
  }
}
