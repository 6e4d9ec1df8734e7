package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.validation.contract.MatchingContract.assertAgree;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.validation.Problem;
import org.spanmatch.validation.contract.BruteForceMatch;
import org.spanmatch.validation.contract.PlantedProblem;

/** Tests matches at ε = 0, where each neuron has a limit that is fixed before the first removal. */
class ExactMatchTest {
  private static final GramOptions HIGH =
      new GramOptions(GramOptions.DEFAULT_DEAD_THRESHOLD, Precision.HIGH, Progress.NONE);
  private static final List<Integer> EIGHT = IntStream.range(0, 8).boxed().toList();

  private ProjectionKernel kernel;

  private void open(String backend) {
    kernel = Kernels.open(backend, new KernelOptions(1));
  }

  @AfterEach
  void close() {
    kernel.close();
  }

  private ProjectionTable table(String x, String y) {
    ActivationFile first = ActivationFile.open(TestData.resource("/org/spanmatch/match/" + x));
    ActivationFile second = ActivationFile.open(TestData.resource("/org/spanmatch/match/" + y));
    LayerPair.OfActivations pair =
        LayerPairs.of(first, second, name -> true, List.of()).pairs().get(0);
    return kernel.compress(pair.x(), pair.y(), HIGH);
  }

  /**
   * Two layers of 8 neurons, each of rank 3 before it was stored as float32, and unrelated:
   * rounding has given them full rank, and spans that mean nothing.
   */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void blurredSpansAreUndecidable(String backend) {
    open(backend);
    try (ProjectionTable table = table("bottleneck_a.npy", "bottleneck_b.npy")) {
      Match match = MaximumMatch.of(table, 0);
      assertEquals(0, match.similarity());
      assertEquals(List.of(EIGHT, EIGHT), List.of(match.undecidableX(), match.undecidableY()));
      assertEquals(List.of(), match.borderlineX(), "no other precision could decide");
      assertEquals(0, MaximumMatch.of(table, 0.5).similarity());
      assertEquals(List.of(), MaximumMatch.of(table, 0.5).undecidableX());
      assertEquals(
          List.of(), SimpleSearch.inOrder(TrialOrder.byIndex(table)).run(table, 0).matches());
      assertEquals(
          Optional.empty(),
          MinimalMatch.find(table, 0, new Neuron(Group.X, 0), TrialOrder.byIndex(table)));
    }
  }

  /** With limits that followed the coefficients, one order gave 0.0 and the other 0.8. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void swappedNetworksHaveTheSameExactMatch(String backend) {
    open(backend);
    try (ProjectionTable table = table("float16_a.npy", "float16_b.npy");
        ProjectionTable swapped = table("float16_b.npy", "float16_a.npy")) {
      Match match = MaximumMatch.of(table, 0);
      Match other = MaximumMatch.of(swapped, 0);
      assertEquals(List.of(match.x(), match.y()), List.of(other.y(), other.x()));
      assertEquals(0, match.similarity());
      assertEquals(List.of(), match.borderlineX());
      assertEquals(1, MaximumMatch.of(table, 0.01).similarity());
    }
  }

  /** A layer against itself matches whole, also one whose span rounding has blurred. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void everyLayerMatchesItself(String backend) {
    open(backend);
    for (String file : List.of("bottleneck_a.npy", "float16_b.npy", "cascade_a.npy")) {
      try (ProjectionTable table = table(file, file)) {
        assertEquals(1, MaximumMatch.of(table, 0).similarity(), file);
      }
    }
  }

  // Properties, of problems whose mixtures are exact but for the rounding of a number format.

  private static List<PlantedProblem> problems(ElementType type) {
    List<PlantedProblem> problems = new ArrayList<>();
    for (int seed = 0; seed < 60; seed++) {
      problems.add(
          (seed % 6 == 0 ? PlantedProblem.larger(seed) : PlantedProblem.small(seed))
              .aThirdStoredAs(type));
    }
    return problems;
  }

  private static int matched(Match match) {
    return match.size() > 0 ? 1 : 0;
  }

  /** Returns a match with the groups exchanged. */
  private static Match swapped(Match match) {
    return new Match(
        match.epsilon(),
        match.y(),
        match.x(),
        match.similarity(),
        match.borderlineY(),
        match.borderlineX(),
        match.undecidableY(),
        match.undecidableX());
  }

  /** Returns a match whose neurons of X have the positions before a permutation. */
  private static Match unpermuted(Match match, int[] order) {
    return new Match(
        match.epsilon(),
        unpermuted(match.x(), order),
        match.y(),
        match.similarity(),
        unpermuted(match.borderlineX(), order),
        match.borderlineY(),
        unpermuted(match.undecidableX(), order),
        match.undecidableY());
  }

  private static List<Integer> unpermuted(List<Integer> neurons, int[] order) {
    return neurons.stream().map(n -> order[n]).sorted().toList();
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void orderDoesNotMatter(ElementType type) {
    open("java");
    SplittableRandom random = new SplittableRandom(1);
    int matched = 0;
    int undecidable = 0;
    for (PlantedProblem problem : problems(type)) {
      int[] order = Problem.permutation(problem.neurons(Group.X), 7);
      try (ProjectionTable table = problem.compress(kernel, HIGH);
          ProjectionTable swapped = problem.swapped().compress(kernel, HIGH);
          ProjectionTable permuted = problem.permuted(Group.X, order).compress(kernel, HIGH)) {
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        for (double epsilon : new double[] {0, 0.05, 0.2}) {
          Match match = MaximumMatch.of(table, epsilon);
          assertAgree(match, swapped(MaximumMatch.of(swapped, epsilon)), "networks swapped");
          assertAgree(
              match, unpermuted(MaximumMatch.of(permuted, epsilon), order), "neurons permuted");
          assertAgree(
              match, MaximumMatch.find(table, spectrum, epsilon).get(0), "with the spectrum");
          assertAgree(match, inRandomOrder(table, match, random), "neurons removed at random");
          matched += epsilon == 0 ? matched(match) : 0;
          undecidable += match.undecidableX().size() + match.undecidableY().size();
        }
      }
    }
    assertTrue(matched > 10, matched + " with a match");
    assertTrue(type != ElementType.FLOAT16 || undecidable > 10, undecidable + " undecidable");
  }

  /** Finds the match by removing one neuron at a time, any that is too far. */
  private static Match inRandomOrder(ProjectionTable table, Match match, SplittableRandom random) {
    Limits limits = Limits.of(table, match.epsilon());
    ProjectionTable.Mark mark = table.mark();
    while (true) {
      List<Neuron> outside = new ArrayList<>();
      for (Group group : Group.values()) {
        Distances distances = table.distances(group);
        for (int i = 0; i < distances.size(); i++) {
          if (!limits.within(group, distances, i)) {
            outside.add(new Neuron(group, distances.neuron(i)));
          }
        }
      }
      if (outside.isEmpty()) {
        break;
      }
      Neuron removed = outside.get(random.nextInt(outside.size()));
      table.remove(removed.group(), removed.position());
    }
    List<Integer> x = Arrays.stream(table.remaining(Group.X)).boxed().toList();
    List<Integer> y = Arrays.stream(table.remaining(Group.Y)).boxed().toList();
    table.rollback(mark);
    // Its borderline neurons are those of the match, so that none but those may differ.
    return new Match(
        match.epsilon(),
        x,
        y,
        0,
        match.borderlineX(),
        match.borderlineY(),
        match.undecidableX(),
        match.undecidableY());
  }

  /** From the largest limit on, which is at most 0.01, a larger ε never keeps fewer neurons. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void theExactMatchIsWithinThoseOfLargerEpsilons(ElementType type) {
    open("java");
    int matched = 0;
    for (PlantedProblem problem : problems(type)) {
      try (ProjectionTable table = problem.compress(kernel, HIGH)) {
        double largest = Limits.of(table, 0).highest();
        assertTrue(largest <= 0.01, "" + largest);
        List<Match> matches = MaximumMatch.find(table, 0, Math.max(largest, 1e-300), 0.01, 0.1, 1);
        for (int i = 1; i < matches.size(); i++) {
          for (Group group : Group.values()) {
            Set<Integer> more = new TreeSet<>(matches.get(i - 1).members(group));
            more.removeAll(matches.get(i).members(group));
            more.removeAll(matches.get(i - 1).borderline(group));
            more.removeAll(matches.get(i).borderline(group));
            assertEquals(Set.of(), more, "below " + matches.get(i).epsilon());
          }
        }
        matched += matched(matches.get(0));
      }
    }
    assertTrue(matched > 10, matched + " with a match");
  }

  /** ε = 0 allows for rounding, and a tiny ε > 0 does not. */
  @Test
  void atATinyEpsilonFewerNeuronsMayMatch() {
    open("reference");
    float[] x = {1, 1, 1, 1};
    float[] y = {1, 1, 1, Math.nextUp(1f)};
    try (ProjectionTable table =
        kernel.compress(Layers.of("x", 4, 1, x), Layers.of("y", 4, 1, y), HIGH)) {
      List<Match> matches = MaximumMatch.find(table, 1e-7, 1e-9, 0);
      assertEquals(List.of(2, 0, 2), matches.stream().map(Match::size).toList());
      matches.forEach(match -> assertEquals(List.of(), match.borderlineX()));
    }
  }

  /** All pairs of subsets are tried: matches are closed under union, and the largest is found. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void theUnionOfMatchesIsAMatch(ElementType type) {
    open("reference");
    int compared = 0;
    int partial = 0;
    for (int seed = 0; seed < 400; seed++) {
      PlantedProblem whole = PlantedProblem.of(seed);
      // A third in float64 is blurred below what the kernel takes for dependent.
      PlantedProblem problem = type == ElementType.FLOAT64 ? whole : whole.aThirdStoredAs(type);
      try (ProjectionTable table = problem.compress(kernel)) {
        BruteForceMatch all = new BruteForceMatch(problem, table);
        for (double epsilon : new double[] {0, 0.05, 0.2}) {
          if (all.isUndecided(epsilon)) {
            continue;
          }
          compared++;
          List<Integer> matches = all.matches(epsilon);
          Set<Integer> known = new HashSet<>(matches);
          for (int one : matches) {
            for (int other : matches) {
              assertTrue(known.contains(one | other), "problem " + seed);
            }
          }
          Match match = MaximumMatch.of(table, epsilon);
          String message = "problem " + seed + ", epsilon " + epsilon;
          assertEquals(all.maximum(epsilon, Group.X), match.x(), message);
          assertEquals(all.maximum(epsilon, Group.Y), match.y(), message);
          if (epsilon == 0) {
            assertEquals(all.undecidable(Group.X), match.undecidableX(), message);
            assertEquals(all.undecidable(Group.Y), match.undecidableY(), message);
            int neurons = problem.neurons(Group.X) + problem.neurons(Group.Y);
            partial += match.size() > 0 && match.size() < neurons ? 1 : 0;
          }
        }
      }
    }
    assertTrue(compared > 1000, compared + " compared");
    assertTrue(partial > 20, partial + " of interest at 0");
  }

  // Ambiguous limits: several subsets of dependent neurons span the same, with other coefficients.

  /** Returns the match at 0 of whole numbers or fractions that a format has exactly. */
  private Match match(ElementType type, double[][] x, double[][] y) {
    Problem problem = new Problem(x[0].length, List.of(x), List.of(y));
    int samples = problem.samples();
    try (ProjectionTable table =
        kernel.compress(
            problem.blockedLayer(Group.X, type, ByteOrder.LITTLE_ENDIAN, samples, 1),
            problem.blockedLayer(Group.Y, type, ByteOrder.LITTLE_ENDIAN, samples, 1),
            HIGH)) {
      return MaximumMatch.of(table, 0);
    }
  }

  /**
   * Returns the matches at 0 with the neurons of y in many orders, and times whole numbers, which
   * moves roundings, so that backends choose one subset or another.
   */
  private List<Match> matchesInManyOrders(ElementType type, double[][] x, double[][] y) {
    SplittableRandom random = new SplittableRandom(1);
    List<Match> matches = new ArrayList<>();
    for (int seed = 0; seed < 24; seed++) {
      int[] order = Problem.permutation(y.length, seed);
      double[][] reordered = new double[y.length][];
      for (int i = 0; i < y.length; i++) {
        int factor = random.nextInt(1, 8);
        reordered[i] = Arrays.stream(y[order[i]]).map(v -> factor * v).toArray();
      }
      matches.add(swapped(unpermuted(match(type, reordered, x), order)));
    }
    for (Match one : matches) {
      for (Match other : matches) {
        assertAgree(one, other, "neurons of y in another order");
      }
    }
    return matches;
  }

  /**
   * y0, y1 and y2 lie in a plane, and y1 and y2 are undecidable. Without them x1 is at 2.5 u. Its
   * limit is 2 u if y0 was in the subset taken, and 3 u if it was y2 − y1 there, of unit norm.
   */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void aLimitThatDependsOnTheSubsetIsInDoubt(String backend) {
    open(backend);
    double height = (float) (2.5 * 0x1p-24 / Math.sqrt(3));
    double[][] x = {{1, -1, 0, 0, 0}, {1, -1, height, height, 2 * height}};
    double[][] y = {{1, -1, 0, 0, 0}, {-1, 1, 1, 1, 2}, {1, -1, 1, 1, 2}};
    Set<List<Integer>> found = new HashSet<>();
    for (Match match : matchesInManyOrders(ElementType.FLOAT32, x, y)) {
      found.add(match.x());
      assertEquals(List.of(1), match.borderlineX());
      assertEquals(List.of(0), match.y());
      assertEquals(List.of(), match.borderlineY());
      assertEquals(List.of(1, 2), match.undecidableY());
    }
    assertEquals(Set.of(List.of(0), List.of(0, 1)), found);
  }

  /** Of unit norm, multiples are equal up to sign, so that it doesn't matter which one is taken. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void multiplesLeaveNoDoubt(String backend) {
    open(backend);
    double height = (float) (2.2 * 0x1p-24 * Math.sqrt(2));
    double[][] x = {{1, 0, 0, 0}, {0, 1, 0, 0}, {1, 1, height, 0}};
    double[][] y = {{1, 0, 0, 0}, {-3, 0, 0, 0}, {0, 1, 0, 0}, {0, 1, 0, 0}};
    for (double[][] group : List.of(y, new double[][] {y[3], y[1], y[2], y[0]})) {
      Match match = match(ElementType.FLOAT32, x, group);
      assertEquals(1, match.similarity());
      assertEquals(
          List.of(List.of(), List.of()), List.of(match.borderlineX(), match.borderlineY()));
    }
  }

  /**
   * Two samples, three neurons. With y0 and y2, an eighth apart, the limit of x0 is 0.0083; with y1
   * and a neighbour, a sixteenth apart, it is 0.016, and x0 is undecidable.
   */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void whatAnotherSubsetLeavesUndecidedIsInDoubt(String backend) {
    open(backend);
    double[][] x = {{0, 1}, {1, 0}};
    double[][] y = {{1, 0}, {1, 1.0 / 16}, {1, 1.0 / 8}};
    Set<List<Integer>> undecidable = new HashSet<>();
    for (Match match : matchesInManyOrders(ElementType.FLOAT16, x, y)) {
      undecidable.add(match.undecidableX());
      assertEquals(List.of(0), match.borderlineX());
      assertEquals(List.of(1, 2), match.borderlineY(), "they follow from x0");
    }
    assertEquals(Set.of(List.of(), List.of(0)), undecidable);
  }

  /** More neurons than samples: what is inside the span is so by any subset. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void fewerSamplesThanNeuronsNeedLeaveNoDoubt(String backend) {
    open(backend);
    float[] x = {1, 2, 3, 5, 8, 4};
    float[] y = {3, 1, 4, 1, 5, 9};
    try (ProjectionTable table =
        kernel.compress(Layers.of("x", 2, 3, x), Layers.of("y", 2, 3, y), HIGH)) {
      Match match = MaximumMatch.of(table, 0);
      assertEquals(1, match.similarity());
      assertEquals(
          List.of(List.of(), List.of()), List.of(match.borderlineX(), match.borderlineY()));
    }
  }

  /** Mixtures, copies and opposite signs without rounding, some of them moved by a few units. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void whichSubsetIsTakenDoesNotMatter(ElementType type) {
    int listed = 0;
    int certain = 0;
    for (int seed = 0; seed < 90; seed++) {
      int samples = seed % 3 == 0 ? 5 : 30;
      Problem problem =
          moved(Problem.exactMixtures(seed, samples, 4 + seed % 7, 4 + seed % 5), type, seed);
      int[] order = Problem.permutation(problem.x().size(), seed);
      int[] other = Problem.permutation(problem.y().size(), seed);
      Problem permuted = new Problem(samples, Problem.permuted(problem.x(), order), problem.y());
      Problem both =
          new Problem(samples, problem.x(), Problem.permuted(problem.y(), other)).swapped();
      List<Match> matches = new ArrayList<>();
      for (String backend : List.of("java", "reference")) {
        open(backend);
        matches.add(match(type, problem));
        matches.add(unpermuted(match(type, permuted), order));
        matches.add(swapped(match(type, problem.swapped())));
        matches.add(swapped(unpermuted(match(type, both), other)));
        close();
      }
      for (Match one : matches) {
        for (Match another : matches) {
          assertAgree(one, another, type + ", seed " + seed);
        }
        listed += one.borderlineX().size() + one.borderlineY().size();
        Set<Integer> sure = new TreeSet<>(one.x());
        one.borderlineX().forEach(sure::remove);
        certain += sure.size();
      }
    }
    open("java"); // to be closed
    assertTrue(listed > 100, listed + " listed");
    // float64 arithmetic can't prove float64 data exact.
    assertTrue(type == ElementType.FLOAT64 || certain > 100, certain + " certain");
  }

  /** Moves a third of the vectors by a few roundings of a format, which it stores exactly. */
  private static Problem moved(Problem problem, ElementType type, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (double[] vector : problem.x()) {
      if (random.nextInt(3) == 0) {
        Arrays.setAll(vector, i -> vector[i] * (1 + 2 * type.roundoff() * random.nextInt(6)));
      }
    }
    return problem.storedAs(type);
  }

  private Match match(ElementType type, Problem problem) {
    return match(type, problem.x().toArray(double[][]::new), problem.y().toArray(double[][]::new));
  }

  /** Rounding that moves distances by up to 0.01 is the most that exactness can stand. */
  @Test
  void undecidableFromOneHundredthOn() {
    open("reference");
    for (double step : new double[] {1.0 / 8, 1.0 / 16}) {
      // y0 and y1 are step apart, and x needs their difference: its coefficients are 1 / step.
      List<double[]> x = List.of(new double[] {0, 1, 0});
      List<double[]> y = List.of(new double[] {1, 0, 0}, new double[] {1, step, 0});
      Problem problem = new Problem(3, x, y);
      try (ProjectionTable table =
          kernel.compress(
              problem.blockedLayer(Group.X, ElementType.FLOAT16, ByteOrder.BIG_ENDIAN, 3, 1),
              problem.blockedLayer(Group.Y, ElementType.FLOAT16, ByteOrder.BIG_ENDIAN, 3, 1),
              HIGH)) {
        Match match = MaximumMatch.of(table, 0);
        double rounding = 0x1p-11 * (1 + 2 / step);
        assertEquals(rounding > 0.01 ? List.of(0) : List.of(), match.undecidableX());
        assertEquals(List.of(), match.undecidableY(), "the other way, coefficients are small");
      }
    }
  }
}
