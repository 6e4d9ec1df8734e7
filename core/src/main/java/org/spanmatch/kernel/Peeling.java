package org.spanmatch.kernel;

import java.util.ArrayList;
import java.util.List;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.ProjectionTable.Peeled;

/** Peels a table by computing all distances before each removal. */
final class Peeling {
  private Peeling() {}

  /** Removes all neurons as {@link ProjectionTable#peel} specifies, and returns the steps. */
  static List<Peeled> all(ProjectionTable table, Progress progress) {
    int total = table.remaining(Group.X).length + table.remaining(Group.Y).length;
    List<Peeled> peeled = new ArrayList<>(total);
    while (peeled.size() < total) {
      Peeled next = next(table.distances(Group.X), table.distances(Group.Y));
      table.remove(next.group(), next.neuron());
      peeled.add(next);
      progress.update("spectrum", peeled.size(), total);
    }
    return peeled;
  }

  private static Peeled next(Distances x, Distances y) {
    int farthestX = farthest(x);
    int farthestY = farthest(y);
    boolean fromX =
        y.size() == 0 || (x.size() > 0 && x.distance(farthestX) >= y.distance(farthestY));
    Distances distances = fromX ? x : y;
    int index = fromX ? farthestX : farthestY;
    return new Peeled(
        fromX ? Group.X : Group.Y,
        distances.neuron(index),
        distances.distance(index),
        distances.errorBound(index),
        Math.max(highest(x), highest(y)));
  }

  private static double highest(Distances distances) {
    double highest = 0;
    for (int i = 0; i < distances.size(); i++) {
      highest = Math.max(highest, distances.distance(i) + distances.errorBound(i));
    }
    return highest;
  }

  private static int farthest(Distances distances) {
    int farthest = 0;
    for (int i = 1; i < distances.size(); i++) {
      if (distances.distance(i) > distances.distance(farthest)) {
        farthest = i;
      }
    }
    return farthest;
  }
}
