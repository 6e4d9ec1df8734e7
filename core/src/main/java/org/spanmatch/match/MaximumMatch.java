package org.spanmatch.match;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
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
  /** A removed neuron and its distance then: element {@code index} of {@code distances}. */
  private record Removal(Group group, Distances distances, int index) {}

  private final ProjectionTable table;
  // Kept for the smaller ε too: a removal that was certain at a larger ε may be borderline there.
  private final List<Removal> removals = new ArrayList<>();

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

  /**
   * Returns the maximum matches of the neurons that remain in a table for several ε, and leaves the
   * table unchanged.
   *
   * <p>Works from the largest ε to the smallest: matches are nested, so each search starts from the
   * match before. A round asks the table for distances twice; there are at most as many rounds as
   * neurons, usually fewer than ten.
   *
   * @param table the two groups
   * @param epsilons each in [0, 1]
   * @return one match for each ε, in the order given
   * @throws IllegalArgumentException if an ε is outside [0, 1]
   */
  public static List<Match> find(ProjectionTable table, double... epsilons) {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(epsilons, "epsilons");
    for (double epsilon : epsilons) {
      if (!(epsilon >= 0 && epsilon <= 1)) {
        throw new IllegalArgumentException("expected an epsilon in [0, 1], found " + epsilon);
      }
    }
    Mark start = table.mark();
    Match[] matches = new Match[epsilons.length];
    int[] descending =
        IntStream.range(0, epsilons.length)
            .boxed()
            .sorted((a, b) -> Double.compare(epsilons[b], epsilons[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    MaximumMatch search = new MaximumMatch(table);
    for (int i : descending) {
      if (epsilons[i] == 0) {
        // Exactness within storage precision may be wider than a tiny ε, so start afresh.
        table.rollback(start);
        search = new MaximumMatch(table);
      }
      matches[i] = search.find(epsilons[i]);
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

  private Match find(double epsilon) {
    removeOutside(Group.X, epsilon);
    // One group needs another look only after the other has shrunk.
    boolean shrunk = true;
    while (shrunk) {
      shrunk = removeOutside(Group.Y, epsilon) && removeOutside(Group.X, epsilon);
    }
    int[] x = table.remaining(Group.X);
    int[] y = table.remaining(Group.Y);
    int neurons = table.neurons(Group.X) + table.neurons(Group.Y);
    double similarity = neurons == 0 ? 0 : (double) (x.length + y.length) / neurons;
    return new Match(
        epsilon,
        list(x),
        list(y),
        similarity,
        borderline(Group.X, epsilon),
        borderline(Group.Y, epsilon));
  }

  private boolean removeOutside(Group group, double epsilon) {
    if (epsilon == 0) {
      table.sharpen(); // the limit at ε = 0 depends on the coefficients
    }
    Distances distances = table.distances(group);
    int[] outside =
        IntStream.range(0, distances.size()).filter(i -> !distances.within(i, epsilon)).toArray();
    for (int i : outside) {
      removals.add(new Removal(group, distances, i));
    }
    table.remove(group, Arrays.stream(outside).map(distances::neuron).toArray());
    return outside.length > 0;
  }

  /** Returns the neurons of a group that were removed or kept by a borderline decision. */
  private List<Integer> borderline(Group group, double epsilon) {
    Set<Integer> borderline = new TreeSet<>();
    for (Removal removal : removals) {
      if (removal.group() == group && removal.distances().borderline(removal.index(), epsilon)) {
        borderline.add(removal.distances().neuron(removal.index()));
      }
    }
    Distances kept = table.distances(group);
    for (int i = 0; i < kept.size(); i++) {
      if (kept.borderline(i, epsilon)) {
        borderline.add(kept.neuron(i));
      }
    }
    return List.copyOf(borderline);
  }

  private static List<Integer> list(int[] neurons) {
    return Arrays.stream(neurons).boxed().toList();
  }
}
