package org.spanmatch.match;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Mark;

/**
 * The maximum match (Wang et al. 2018, algorithm 1): neurons farther than ε from the span of what
 * is left of the other group are removed until none is.
 *
 * <p>The result does not depend on the order of removal, because removing neurons only makes spans
 * smaller and distances larger. As the authors' program does, each round removes all such neurons
 * of X, then all such neurons of Y.
 */
public final class MaximumMatch {
  private final ProjectionTable table;
  private final Set<Integer> borderlineX = new TreeSet<>();
  private final Set<Integer> borderlineY = new TreeSet<>();

  private MaximumMatch(ProjectionTable table) {
    this.table = table;
  }

  /**
   * The maximum matches of the neurons that remain in a table, for several ε; the table is left as
   * it was.
   *
   * <p>Works from the largest ε to the smallest: matches are nested, so each search starts from the
   * match before. Each round costs two questions to the table; there are at most as many rounds as
   * neurons, usually fewer than ten.
   *
   * @param epsilons each in [0, 1]
   * @return one match for each ε, in the order given
   * @throws IllegalArgumentException if an ε is outside [0, 1]
   */
  public static List<Match> find(ProjectionTable table, double... epsilons) {
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
    for (int i : descending) {
      if (epsilons[i] == 0) {
        // Exactness within storage precision may be wider than a tiny ε, so it starts afresh.
        table.rollback(start);
      }
      matches[i] = new MaximumMatch(table).find(epsilons[i]);
    }
    table.rollback(start);
    return List.of(matches);
  }

  private Match find(double epsilon) {
    removeOutside(Group.X, epsilon, borderlineX);
    // One group needs another look only after the other has shrunk.
    boolean shrunk = true;
    while (shrunk) {
      shrunk =
          removeOutside(Group.Y, epsilon, borderlineY)
              && removeOutside(Group.X, epsilon, borderlineX);
    }
    addBorderline(table.distances(Group.X), epsilon, borderlineX);
    addBorderline(table.distances(Group.Y), epsilon, borderlineY);
    int[] x = table.remaining(Group.X);
    int[] y = table.remaining(Group.Y);
    int neurons = table.neurons(Group.X) + table.neurons(Group.Y);
    double similarity = neurons == 0 ? 0 : (double) (x.length + y.length) / neurons;
    return new Match(
        epsilon, list(x), list(y), similarity, List.copyOf(borderlineX), List.copyOf(borderlineY));
  }

  private boolean removeOutside(Group group, double epsilon, Set<Integer> borderline) {
    Distances distances = table.distances(group);
    int[] outside =
        IntStream.range(0, distances.size()).filter(i -> !distances.within(i, epsilon)).toArray();
    for (int i : outside) {
      if (distances.borderline(i, epsilon)) {
        borderline.add(distances.neuron(i));
      }
    }
    table.remove(group, Arrays.stream(outside).map(distances::neuron).toArray());
    return outside.length > 0;
  }

  private static void addBorderline(Distances distances, double epsilon, Set<Integer> borderline) {
    for (int i = 0; i < distances.size(); i++) {
      if (distances.borderline(i, epsilon)) {
        borderline.add(distances.neuron(i));
      }
    }
  }

  private static List<Integer> list(int[] neurons) {
    return Arrays.stream(neurons).boxed().toList();
  }
}
