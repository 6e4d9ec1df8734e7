package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/** Checks that answers stay true while neurons are removed and restored. */
final class Changes {
  private static final int COMPARISONS = 4;
  private static final long SEED = 1;

  private Changes() {}

  /**
   * Returns what a disagreement means on sets at some ε: a violation, unless they rest on
   * coefficients that are not unique, as those of dependent neurons at ε = 0.
   */
  static Outcome disagreement(Subject subject, ProjectionTable table, double epsilon) {
    return epsilon > 0 || subject.truth().isIndependent(table.precision())
        ? Outcome.VIOLATED
        : Outcome.BORDERLINE;
  }

  /**
   * Removes neurons one by one and in batches until none is left, and checks the distances of the
   * rest on the way.
   */
  static void removals(Subject subject, Evidence evidence) {
    SplittableRandom random = new SplittableRandom(SEED);
    try (ProjectionTable table = subject.table()) {
      int total = left(table);
      int next = total;
      while (left(table) > 0) {
        if (left(table) <= next) {
          compareWithFresh(subject, table, evidence);
          if (subject.truth().affords(table)) {
            for (Group group : Group.values()) {
              subject.truth().judge(table, group, evidence);
            }
          }
          next = left(table) - Math.max(1, total / COMPARISONS);
        }
        // Ask only sometimes, so that several removals follow each other; less often in large
        // groups, where each answer takes a large factorisation.
        if (random.nextInt(2 + total / 50) == 0) {
          table.distances(random.nextBoolean() ? Group.X : Group.Y);
        }
        int most = random.nextInt(4) == 0 ? 4 + total / 16 : 1;
        removeSome(table, random, 1 + random.nextInt(most));
      }
    }
  }

  private static int left(ProjectionTable table) {
    return table.remaining(Group.X).length + table.remaining(Group.Y).length;
  }

  private static void removeSome(ProjectionTable table, SplittableRandom random, int count) {
    Group group = random.nextBoolean() ? Group.X : Group.Y;
    int[] remaining = table.remaining(group);
    table.remove(
        group,
        Arrays.stream(Problem.permutation(remaining.length, random.nextLong()))
            .limit(count)
            .map(i -> remaining[i])
            .toArray());
  }

  /** Compares a table with a fresh one that never had the removed neurons. */
  private static void compareWithFresh(Subject subject, ProjectionTable table, Evidence evidence) {
    Problem rest = Truth.rest(subject.example().problem(), table);
    try (ProjectionTable fresh = subject.table(rest)) {
      for (Group group : Group.values()) {
        Distances expected = fresh.distances(group);
        Distances found = table.distances(group);
        for (int i = 0; i < expected.size(); i++) {
          String what = "after removals the distance of " + group.label() + " " + found.neuron(i);
          evidence.compare(
              found.distance(i),
              expected.distance(i),
              found.errorBound(i) + expected.errorBound(i),
              () -> what);
        }
      }
    }
  }

  /** A table's answers at one time. */
  private record State(Map<Group, List<Integer>> remaining, Map<Group, Distances> distances) {
    static State of(ProjectionTable table) {
      Map<Group, List<Integer>> remaining = new EnumMap<>(Group.class);
      Map<Group, Distances> distances = new EnumMap<>(Group.class);
      for (Group group : Group.values()) {
        remaining.put(group, Arrays.stream(table.remaining(group)).boxed().toList());
        distances.put(group, table.distances(group));
      }
      return new State(remaining, distances);
    }

    void compare(State expected, Evidence evidence) {
      if (!remaining.equals(expected.remaining)) {
        evidence.note(
            Outcome.VIOLATED,
            () -> "a roll-back left " + remaining + ", expected " + expected.remaining);
        return;
      }
      for (Group group : Group.values()) {
        Distances before = expected.distances.get(group);
        Distances after = distances.get(group);
        for (int i = 0; i < after.size(); i++) {
          String what =
              "after a roll-back the distance of " + group.label() + " " + after.neuron(i);
          evidence.compare(
              after.distance(i),
              before.distance(i),
              after.errorBound(i) + before.errorBound(i),
              () -> what);
        }
      }
    }
  }

  /** Checks that nested trials leave no trace. */
  static void rollbacks(Subject subject, Evidence evidence) {
    SplittableRandom random = new SplittableRandom(SEED);
    try (ProjectionTable table = subject.table()) {
      List<ProjectionTable.Mark> marks = new ArrayList<>();
      List<State> states = new ArrayList<>();
      for (int depth = 0; depth < 3; depth++) {
        states.add(State.of(table));
        marks.add(table.mark());
        removeSome(table, random, 1 + left(table) / 5);
        removeSome(table, random, 2);
      }
      for (int depth = 2; depth >= 0; depth--) {
        for (int trial = 0; trial < 2; trial++) {
          table.rollback(marks.get(depth));
          State.of(table).compare(states.get(depth), evidence);
          removeSome(table, random, 1 + left(table) / 4);
          table.distances(random.nextBoolean() ? Group.X : Group.Y);
        }
      }
      table.rollback(marks.get(0));
      for (Group group : Group.values()) {
        subject.truth().judge(table, group, evidence);
      }
    }
  }
}
