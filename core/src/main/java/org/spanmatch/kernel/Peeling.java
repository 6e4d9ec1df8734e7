package org.spanmatch.kernel;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.ProjectionTable.Peeled;

/**
 * Peels a table by asking for distances before each removal, of the other group's neurons only:
 * those of the removed neuron's own group are projected on a span that has not changed.
 */
final class Peeling {
  private final ProjectionTable table;
  private final PerGroup<Asked> asked;

  private Peeling(ProjectionTable table) {
    this.table = table;
    this.asked = PerGroup.from(group -> new Asked());
  }

  /** Removes all neurons as {@link ProjectionTable#peel} specifies, and returns the steps. */
  static List<Peeled> all(ProjectionTable table, Progress progress) {
    int total = table.remaining(Group.X).length + table.remaining(Group.Y).length;
    Peeling peeling = new Peeling(table);
    List<Peeled> peeled = new ArrayList<>(total);
    for (Group group : Group.values()) {
      peeling.ask(group);
    }
    while (peeled.size() < total) {
      Peeled next = peeling.next();
      table.remove(next.group(), next.neuron());
      peeled.add(next);
      progress.update("spectrum", peeled.size(), total);
      peeling.ask(next.group().other());
    }
    return peeled;
  }

  /** The distances of one group, without the neurons that were removed since. */
  private static final class Asked {
    private Distances distances;
    private final BitSet removed = new BitSet(); // by index in the distances
    private int farthest; // −1 if none is left
    private double highest;

    void renew(Distances answer) {
      distances = answer;
      removed.clear();
      survey();
    }

    void removeFarthest() {
      removed.set(farthest);
      survey();
    }

    private void survey() {
      farthest = -1;
      highest = 0;
      for (int i = removed.nextClearBit(0); i < distances.size(); i = removed.nextClearBit(i + 1)) {
        if (farthest < 0 || distances.distance(i) > distances.distance(farthest)) {
          farthest = i;
        }
        highest = Math.max(highest, distances.distance(i) + distances.errorBound(i));
      }
    }

    double largest() {
      return farthest < 0 ? Double.NEGATIVE_INFINITY : distances.distance(farthest);
    }
  }

  private void ask(Group group) {
    asked.get(group).renew(table.distances(group));
  }

  /** Chooses the neuron to remove, and drops it from its group's distances. */
  private Peeled next() {
    Asked x = asked.get(Group.X);
    Asked y = asked.get(Group.Y);
    Group group = x.largest() >= y.largest() ? Group.X : Group.Y;
    Asked from = asked.get(group);
    Peeled next =
        new Peeled(
            group,
            from.distances.neuron(from.farthest),
            from.largest(),
            from.distances.errorBound(from.farthest),
            Math.max(x.highest, y.highest));
    from.removeFarthest();
    return next;
  }
}
