package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.validation.contract.BruteForceMatch;
import org.spanmatch.validation.contract.PlantedProblem;

/** Tests the maximum match and its properties. */
class MaximumMatchTest {
  private static final double[] EPSILONS = {0, 1e-3, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1};

  private ProjectionKernel kernel;

  @BeforeEach
  void open() {
    kernel = Kernels.open("reference", new KernelOptions(1));
  }

  @AfterEach
  void close() {
    kernel.close();
  }

  private ProjectionTable table(int samples, double[][] x, double[][] y) {
    return kernel.compress(
        Layers.of("x", samples, x.length, PlantedProblem.rows(samples, x)),
        Layers.of("y", samples, y.length, PlantedProblem.rows(samples, y)),
        GramOptions.defaults());
  }

  private ProjectionTable table(PlantedProblem problem) {
    return problem.compress(kernel);
  }

  // Against a search of all pairs of subsets.

  @Test
  void isTheUnionOfAllMatches() {
    int problems = 4000;
    int compared = 0;
    int skipped = 0;
    int partial = 0;
    for (int seed = 0; seed < problems; seed++) {
      PlantedProblem problem = PlantedProblem.of(seed);
      try (ProjectionTable table = table(problem)) {
        BruteForceMatch all = new BruteForceMatch(problem, table);
        List<Match> found = MaximumMatch.find(table, EPSILONS);
        for (int i = 0; i < EPSILONS.length; i++) {
          if (all.isUndecided(EPSILONS[i])) {
            skipped++;
            continue;
          }
          compared++;
          Match match = found.get(i);
          String message = "problem " + seed + ", epsilon " + EPSILONS[i];
          assertEquals(EPSILONS[i], match.epsilon());
          assertEquals(all.maximum(EPSILONS[i], Group.X), match.x(), message);
          assertEquals(all.maximum(EPSILONS[i], Group.Y), match.y(), message);
          int size = match.x().size() + match.y().size();
          int neurons = problem.neurons(Group.X) + problem.neurons(Group.Y);
          assertEquals((double) size / neurons, match.similarity(), message);
          partial += size > 0 && size < neurons ? 1 : 0;
        }
      }
    }
    assertTrue(skipped < compared / 100, skipped + " skipped, " + compared + " compared");
    assertTrue(partial > compared / 10, "only " + partial + " of " + compared + " are of interest");
  }

  /** Coverage is what is within ε before any removal, and has the match in it. */
  @Test
  void whatMatchesIsCovered() {
    int more = 0;
    for (int seed = 0; seed < 200; seed++) {
      PlantedProblem problem = PlantedProblem.of(seed);
      try (ProjectionTable table = table(problem)) {
        PerGroup<Distances> full = PerGroup.from(table::distances);
        for (double epsilon : new double[] {0, 0.2, 0.5, 1}) {
          Match match = MaximumMatch.of(table, epsilon);
          PerGroup<List<Integer>> covered = MaximumMatch.covered(table, full, epsilon);
          assertTrue(covered.x().containsAll(match.x()), "problem " + seed + ", " + epsilon);
          assertTrue(covered.y().containsAll(match.y()), "problem " + seed + ", " + epsilon);
          more += covered.x().size() - match.x().size();
          Distances x = full.x();
          for (int i = 0; epsilon > 0 && i < x.size(); i++) {
            assertEquals(x.distance(i) <= epsilon, covered.x().contains(x.neuron(i)));
          }
        }
        assertThrows(IllegalArgumentException.class, () -> MaximumMatch.covered(table, full, 1.5));
      }
    }
    assertTrue(more > 30, "only " + more);
  }

  // Properties, on larger problems.

  private static List<PlantedProblem> larger() {
    List<PlantedProblem> problems = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      problems.add(PlantedProblem.larger(seed));
    }
    return problems;
  }

  private static Map<Group, List<Integer>> members(Match match) {
    return Map.of(Group.X, match.x(), Group.Y, match.y());
  }

  @Test
  void whatIsKeptSatisfiesAndWhatIsGoneMustGo() {
    for (PlantedProblem problem : larger()) {
      try (ProjectionTable table = table(problem)) {
        for (Match match : MaximumMatch.find(table, EPSILONS)) {
          Limits limits = Limits.of(table, match.epsilon());
          ProjectionTable.Mark mark = table.mark();
          for (Group group : Group.values()) {
            table.remove(
                group,
                Arrays.stream(table.remaining(group))
                    .filter(n -> !members(match).get(group).contains(n))
                    .toArray());
          }
          for (Group group : Group.values()) {
            Distances distances = table.distances(group);
            for (int i = 0; i < distances.size(); i++) {
              assertTrue(limits.within(group, distances, i));
            }
          }
          table.rollback(mark);
          assertArrayEquals(
              slowly(table, limits).toArray(),
              new Object[] {match.x(), match.y()},
              "one at a time, the farthest first");
        }
      }
    }
  }

  /** Finds the match by another order of removal: always only the farthest neuron. */
  private static List<List<Integer>> slowly(ProjectionTable table, Limits limits) {
    ProjectionTable.Mark mark = table.mark();
    while (true) {
      Group worstGroup = null;
      int worst = -1;
      double farthest = -1;
      for (Group group : Group.values()) {
        Distances distances = table.distances(group);
        for (int i = 0; i < distances.size(); i++) {
          if (!limits.within(group, distances, i) && distances.distance(i) > farthest) {
            farthest = distances.distance(i);
            worst = distances.neuron(i);
            worstGroup = group;
          }
        }
      }
      if (worstGroup == null) {
        break;
      }
      table.remove(worstGroup, worst);
    }
    List<List<Integer>> left = new ArrayList<>();
    for (Group group : Group.values()) {
      left.add(Arrays.stream(table.remaining(group)).boxed().toList());
    }
    table.rollback(mark);
    return left;
  }

  @Test
  void matchesAreNestedAndTheSameInEveryOrderOfEpsilons() {
    double[] descending = {1, 0.8, 0.5, 0.35, 0.2, 0.1, 0.05, 1e-3, 0};
    double[] mixed = {0.2, 0, 1, 0.2, 0.05, 0, 0.8};
    for (PlantedProblem problem : larger()) {
      try (ProjectionTable table = table(problem)) {
        Map<Double, Match> alone = new HashMap<>();
        for (double epsilon : EPSILONS) {
          alone.put(epsilon, MaximumMatch.find(table, epsilon).get(0));
        }
        for (double[] epsilons : List.of(EPSILONS, descending, mixed)) {
          List<Match> matches = MaximumMatch.find(table, epsilons);
          assertEquals(epsilons.length, matches.size());
          for (int i = 0; i < epsilons.length; i++) {
            Match expected = alone.get(epsilons[i]);
            assertEquals(epsilons[i], matches.get(i).epsilon());
            assertEquals(members(expected), members(matches.get(i)));
            assertEquals(expected.similarity(), matches.get(i).similarity());
          }
        }
        for (int i = 1; i < EPSILONS.length; i++) {
          Match smaller = alone.get(EPSILONS[i - 1]);
          Match larger = alone.get(EPSILONS[i]);
          assertTrue(larger.x().containsAll(smaller.x()));
          assertTrue(larger.y().containsAll(smaller.y()));
        }
        Match everything = alone.get(1.0);
        assertEquals(table.remaining(Group.X).length, everything.x().size());
        assertEquals(table.remaining(Group.Y).length, everything.y().size());
      }
    }
  }

  @Test
  void theTableIsLeftAsItWas() {
    PlantedProblem problem = PlantedProblem.larger(3);
    try (ProjectionTable table = table(problem)) {
      table.remove(Group.X, 1, 4);
      int[] x = table.remaining(Group.X);
      int[] y = table.remaining(Group.Y);
      double before = table.distances(Group.Y).distance(0);
      ProjectionTable.Mark mark = table.mark();
      List<Match> first = MaximumMatch.find(table, EPSILONS);
      assertArrayEquals(x, table.remaining(Group.X));
      assertArrayEquals(y, table.remaining(Group.Y));
      Distances after = table.distances(Group.Y);
      assertEquals(before, after.distance(0), 2 * after.errorBound(0));
      for (Match match : first) {
        assertFalse(match.x().contains(1) || match.x().contains(4), "removed before");
      }
      List<Match> second = MaximumMatch.find(table, EPSILONS);
      for (int i = 0; i < EPSILONS.length; i++) {
        assertEquals(members(first.get(i)), members(second.get(i)));
      }
      table.rollback(mark);
      assertArrayEquals(x, table.remaining(Group.X));
    }
  }

  @Test
  void membersAscendAndBorderlineNeuronsAreAmongTheLiving() {
    for (PlantedProblem problem : larger()) {
      try (ProjectionTable table = table(problem)) {
        for (Match match : MaximumMatch.find(table, EPSILONS)) {
          for (List<Integer> list :
              List.of(match.x(), match.y(), match.borderlineX(), match.borderlineY())) {
            assertEquals(list.stream().sorted().distinct().toList(), list);
          }
          for (int neuron : match.borderlineX()) {
            assertTrue(neuron >= 0 && neuron < problem.neurons(Group.X));
          }
        }
      }
    }
  }

  // Certain and borderline decisions.

  @Test
  void aDistanceOfExactlyEpsilonIsWithinAndBorderline() {
    // Sines 3/5 and 4/5.
    double[][] x = {{4, 3, 0}, {0, 0, 1}};
    double[][] y = {{1, 0, 0}, {0, 0, 2}};
    try (ProjectionTable table = table(3, x, y)) {
      double computed = table.distances(Group.X).distance(0);
      double error = table.distances(Group.X).errorBound(0);
      assertEquals(0.6, computed, error);
      List<Match> matches =
          MaximumMatch.find(table, computed, computed + 3 * error, computed - 3 * error);
      assertEquals(List.of(0, 1), matches.get(0).x());
      assertEquals(List.of(0), matches.get(0).borderlineX());
      assertEquals(List.of(0, 1), matches.get(1).x());
      assertEquals(List.of(), matches.get(1).borderlineX());
      assertEquals(List.of(1), matches.get(2).x());
      assertEquals(List.of(1), matches.get(2).y());
      assertEquals(List.of(), matches.get(2).borderlineX());
      assertEquals(1, matches.get(0).similarity());
      assertEquals(0.5, matches.get(2).similarity());

      Match removed = MaximumMatch.find(table, computed - error / 2).get(0);
      assertEquals(List.of(1), removed.x());
      assertEquals(List.of(0), removed.borderlineX(), "a close call that went the other way");
    }
  }

  @Test
  void removalsOfOneGroupCanCauseOthers() {
    // x0 needs y0, y0 needs x1, x1 needs nothing that exists.
    double[][] x = {{1, 0, 0}, {1, 1, 1}};
    double[][] y = {{1, 0.1, 0.1}};
    try (ProjectionTable table = table(3, x, y)) {
      Match match = MaximumMatch.find(table, 0.05).get(0);
      assertEquals(List.of(), match.x());
      assertEquals(List.of(), match.y());
      assertEquals(0, match.similarity());
      Match loose = MaximumMatch.find(table, 0.2).get(0);
      assertEquals(List.of(0), loose.x());
      assertEquals(List.of(0), loose.y());
    }
  }

  // Corner cases.

  @Test
  void deadNeuronsNeverMatchButCount() {
    double[][] x = {{1, 2, 3}, {0, 0, 0}, {3, 2, 1}};
    double[][] y = {{3, 2, 1}, {1, 2, 3}};
    try (ProjectionTable table = table(3, x, y)) {
      for (Match match : MaximumMatch.find(table, 0, 0.5, 1)) {
        assertEquals(List.of(0, 2), match.x());
        assertEquals(List.of(0, 1), match.y());
        assertEquals(4.0 / 5, match.similarity());
      }
    }
  }

  @Test
  void emptyGroups() {
    double[][] none = {};
    double[][] some = {{1, 2, 3}, {3, 2, 1}};
    double[][] dead = {{0, 0, 0}};
    try (ProjectionTable table = table(3, some, none)) {
      Match match = MaximumMatch.find(table, 0.5).get(0);
      assertEquals(List.of(), match.x());
      assertEquals(0, match.similarity());
    }
    try (ProjectionTable table = table(3, dead, some)) {
      Match match = MaximumMatch.find(table, 0.5).get(0);
      assertEquals(List.of(), match.y());
      assertEquals(0, match.similarity());
    }
    try (ProjectionTable table = table(3, none, none)) {
      Match match = MaximumMatch.find(table, 0.5).get(0);
      assertEquals(0, match.similarity());
    }
    try (ProjectionTable table = table(3, some, some)) {
      assertEquals(List.of(), MaximumMatch.find(table));
    }
  }

  @Test
  void groupsOfDifferentSizeThatSpanTheSame() {
    double[][] x = {{1, 0, 0, 0}, {0, 1, 0, 0}, {1, 1, 0, 0}, {1, -1, 0, 0}, {0, 0, 0, 1}};
    double[][] y = {{2, 1, 0, 0}, {1, 2, 0, 0}, {0, 0, 1, 0}};
    try (ProjectionTable table = table(4, x, y)) {
      for (Match match : MaximumMatch.find(table, 0, 1e-6, 0.9)) {
        assertEquals(List.of(0, 1, 2, 3), match.x());
        assertEquals(List.of(0, 1), match.y());
        assertEquals(6.0 / 8, match.similarity());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {-1e-9, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void epsilonOutsideItsRangeIsRefused(double epsilon) {
    double[][] some = {{1, 2, 3}, {3, 2, 1}};
    try (ProjectionTable table = table(3, some, some)) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> MaximumMatch.find(table, 0.5, epsilon))
              .getMessage();
      assertTrue(message.contains(Double.toString(epsilon)), message);
      assertArrayEquals(new int[] {0, 1}, table.remaining(Group.X));
    }
  }

  @Test
  void epsilonZeroIsExactnessAndNotSmallness() {
    // 1e-9 apart: far more than float64 loses, and less than any ε in use.
    double[][] x = {{1, 0, 0}, {0, 1, 0}};
    double[][] y = {{1, 0, 1e-9}, {0, 1, 0}};
    try (ProjectionTable table = table(3, x, y)) {
      Map<Double, Set<Integer>> found = new LinkedHashMap<>();
      for (Match match : MaximumMatch.find(table, 0, 1e-8)) {
        found.put(match.epsilon(), new HashSet<>(match.x()));
      }
      assertEquals(Map.of(0.0, Set.of(1), 1e-8, Set.of(0, 1)), found);
    }
  }

  @Test
  void randomOrderOfNeuronsGivesTheSameMatch() {
    SplittableRandom random = new SplittableRandom(8);
    for (PlantedProblem problem : larger()) {
      double[][] x = problem.vectors(Group.X);
      Integer[] order = new Integer[x.length];
      Arrays.setAll(order, i -> i);
      for (int i = order.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
      double[][] permuted = new double[x.length][];
      Arrays.setAll(permuted, i -> x[order[i]]);
      try (ProjectionTable table = table(problem);
          ProjectionTable other = table(problem.samples(), permuted, problem.vectors(Group.Y))) {
        List<Match> expected = MaximumMatch.find(table, 0.1, 0.35);
        List<Match> found = MaximumMatch.find(other, 0.1, 0.35);
        for (int i = 0; i < 2; i++) {
          assertEquals(
              expected.get(i).x(), found.get(i).x().stream().map(n -> order[n]).sorted().toList());
          assertEquals(expected.get(i).y(), found.get(i).y());
        }
      }
    }
  }
}
