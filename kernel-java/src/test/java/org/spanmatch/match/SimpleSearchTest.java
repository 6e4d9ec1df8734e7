package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.SimpleMatches.SimpleMatch;
import org.spanmatch.validation.contract.BruteForceMatch;
import org.spanmatch.validation.contract.PlantedProblem;

/** Tests simple matches against a search of all pairs of subsets. */
@Tag("once") // on one JDK: nothing here depends on which
class SimpleSearchTest {
  private static final double[] EPSILONS = {0, 0.05, 0.1, 0.2, 0.35, 0.6};
  private static final int PROBLEMS = 2000;

  private final List<ProjectionKernel> kernels = new ArrayList<>();

  private ProjectionKernel kernel(String name) {
    kernels.add(Kernels.open(name, new KernelOptions(1)));
    return kernels.get(kernels.size() - 1);
  }

  @AfterEach
  void close() {
    kernels.forEach(ProjectionKernel::close);
  }

  /** Each problem is compared on one backend or the other, the first few on both. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void agreesWithASearchOfAllSubsets(String backend) {
    ProjectionKernel kernel = kernel(backend);
    Map<String, Integer> counts = new TreeMap<>();
    for (int seed = 0; seed < PROBLEMS; seed++) {
      if (seed > 100 && seed % 2 == (backend.equals("java") ? 0 : 1)) {
        continue;
      }
      PlantedProblem problem = seed % 8 == 7 ? PlantedProblem.small(seed) : PlantedProblem.of(seed);
      try (ProjectionTable table = problem.compress(kernel)) {
        BruteForceMatch all = new BruteForceMatch(problem, table);
        for (double epsilon : EPSILONS) {
          if (all.isUndecided(epsilon)) {
            counts.merge("skipped", 1, Integer::sum);
          } else {
            counts.merge("compared", 1, Integer::sum);
            compare(all, table, epsilon, seed, counts);
          }
        }
      }
    }
    assertTrue(counts.get("compared") > 2 * PROBLEMS, counts.toString());
    assertTrue(counts.get("overlapping") > 100, counts.toString());
    assertTrue(counts.get("ambiguous") > 100, counts.toString());
  }

  private static void compare(
      BruteForceMatch all,
      ProjectionTable table,
      double epsilon,
      int seed,
      Map<String, Integer> counts) {
    String message = "problem " + seed + ", epsilon " + epsilon;
    List<Integer> matches = all.matches(epsilon);
    Set<Integer> simple = BruteForceMatch.simple(matches);
    TrialOrder order =
        switch (seed % 3) {
          case 0 -> TrialOrder.byIndex(table);
          case 1 -> TrialOrder.random(table, seed);
          default -> TrialOrder.byLevel(table, MatchSpectrum.of(table, Progress.NONE));
        };
    SimpleSearch search = SimpleSearch.inOrder(order);

    SimpleMatches every = search.exhaustive(Long.MAX_VALUE).run(table, epsilon);
    assertTrue(every.complete(), message);
    assertEquals(simple, masks(every), message);
    assertEquals(1, every.coverage(), message);
    SimpleMatches one = search.run(table, epsilon);
    assertTrue(one.complete(), message);
    assertTrue(simple.containsAll(masks(one)), message);
    assertEquals(1, one.coverage(), message);

    int maximum = matches.stream().reduce(0, (a, b) -> a | b);
    for (Neuron v : all.neurons(maximum)) {
      Set<Integer> minimal = BruteForceMatch.minimal(matches, v);
      for (SimpleMatches found : List.of(every, one)) {
        for (SimpleMatch match : found.matches()) {
          int mask = mask(match);
          assertEquals(minimal.contains(mask), match.minimalFor().contains(v), message + v);
          assertEquals(minimal.equals(Set.of(mask)), match.minimumFor().contains(v), message + v);
        }
      }
      assertTrue(
          one.matches().stream().anyMatch(match -> match.minimalFor().contains(v)), message + v);
      MinimalMatch alone = MinimalMatch.find(table, epsilon, v, order).orElseThrow();
      int mask = BruteForceMatch.mask(alone.x(), alone.y());
      assertTrue(minimal.contains(mask), message + v);
      assertTrue(masks(one).contains(mask), message + v);
      counts.merge("ambiguous", minimal.size() > 1 ? 1 : 0, Integer::sum);
      // A limit equal to the number of matches is enough, and no smaller one: none is counted
      // twice.
      SimpleSearch ofOne = search.of(List.of(v));
      int size = minimal.size();
      assertTrue(ofOne.exhaustive(size).run(table, epsilon).complete(), message + v);
      assertFalse(ofOne.exhaustive(size - 1).run(table, epsilon).complete(), message + v);
    }
    boolean overlap =
        simple.stream().anyMatch(a -> simple.stream().anyMatch(b -> a < b && (a & b) != 0));
    counts.merge("overlapping", overlap ? 1 : 0, Integer::sum);
    counts.merge("matches", simple.size(), Integer::sum);
  }

  private static int mask(SimpleMatch match) {
    return BruteForceMatch.mask(match.x(), match.y());
  }

  private static Set<Integer> masks(SimpleMatches found) {
    return found.matches().stream().map(SimpleSearchTest::mask).collect(Collectors.toSet());
  }
}
