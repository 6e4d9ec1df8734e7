package org.spanmatch.validation.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Peeled;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.validation.DoubleDoubleProjection;
import org.spanmatch.validation.HardMatrices;
import org.spanmatch.validation.Problem;
import org.spanmatch.validation.TrueSpan;

/**
 * Tests of every kernel's promises, for the kernel's test class to inherit.
 *
 * <p>The arbiter is {@link TrueSpan}. A kernel may differ from it by the {@link
 * Distances#errorBound} that the kernel states, and by no more.
 */
public abstract class ProjectionKernelContract {
  private static final GramOptions EVERYTHING_LIVES =
      new GramOptions(0, Precision.STANDARD, Progress.NONE);

  private ProjectionKernel kernel;

  /** Opens the kernel to test. */
  protected abstract ProjectionKernel open();

  /**
   * Number of neurons per group in long series of removals; override it with fewer for a slow
   * kernel.
   */
  protected int longRemovals() {
    return 60;
  }

  /** Number of removals between two comparisons with a fresh table. */
  protected int removalsBetweenFreshTables() {
    return 7;
  }

  /**
   * Number of small problems with true distances; override it with fewer for a kernel that differs
   * from another one only where these are too small to show it.
   */
  protected int smallProblems() {
    return 1500;
  }

  /** Whether tables of standard precision are in the Java heap and not on a device. */
  protected boolean hasTablesInTheHeap() {
    return true;
  }

  @BeforeEach
  final void openKernel() {
    kernel = open();
  }

  @AfterEach
  final void closeKernel() {
    if (kernel != null) { // null if the test was skipped
      kernel.close();
    }
  }

  /** The kernel, open during a test. */
  protected final ProjectionKernel opened() {
    return kernel;
  }

  private ProjectionTable table(Problem problem) {
    return kernel.compress(problem.layer(Group.X), problem.layer(Group.Y), EVERYTHING_LIVES);
  }

  // Against the arbiter.

  /** Compares the distances of the neurons that remain in a table with the arbiter's. */
  private void assertTrueDistances(Problem problem, ProjectionTable table) {
    for (Group group : Group.values()) {
      assertTrueDistances(problem, table, group);
    }
  }

  private void assertTrueDistances(Problem problem, ProjectionTable table, Group group) {
    Distances distances = table.distances(group);
    int[] remaining = table.remaining(group);
    assertArrayEquals(
        remaining, IntStream.range(0, distances.size()).map(distances::neuron).toArray());
    for (int i = 0; i < distances.size(); i++) {
      assertTrue(distances.distance(i) >= 0 && distances.distance(i) <= 1);
      assertTrue(distances.errorBound(i) >= 0 && distances.errorBound(i) <= 1);
    }
    List<double[]> spanning =
        Arrays.stream(table.remaining(group.other()))
            .mapToObj(problem.vectors(group.other())::get)
            .toList();
    TrueSpan truth = TrueSpan.of(problem.samples(), spanning).orElseThrow();
    double[] expected =
        truth.distances(Arrays.stream(remaining).mapToObj(problem.vectors(group)::get).toList());
    for (int i = 0; i < distances.size(); i++) {
      double error = Math.abs(distances.distance(i) - expected[i]);
      if (!(error <= distances.errorBound(i))) {
        throw new AssertionError(
            "neuron "
                + distances.neuron(i)
                + " is at "
                + distances.distance(i)
                + " ± "
                + distances.errorBound(i)
                + ", expected "
                + expected[i]
                + " with rank "
                + truth.rank());
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> distancesAreTrueWithinTheirBounds() {
    Map<String, Problem> problems = new LinkedHashMap<>();
    for (int n : new int[] {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65}) {
      problems.put("random, n = " + n, Problem.random(n, 2 * n + 3, n, n));
    }
    problems.put("different sizes", Problem.random(100, 90, 5, 33));
    problems.put("many samples", Problem.random(101, 5000, 6, 5));
    problems.put("ReLU", Problem.relu(102, 300, 24, 20));
    problems.put("ReLU, many samples", Problem.relu(103, 3000, 8, 9));
    for (int exponent : new int[] {2, 4, 6, 8, 10, 12}) {
      double difference = Math.pow(10, -exponent);
      problems.put(
          "near duplicates 1e-" + exponent,
          Problem.nearDuplicates(exponent, 100, 14, 17, difference));
    }
    problems.put("duplicates", Problem.nearDuplicates(104, 100, 14, 17, 0));
    problems.put("rank 3n/4", Problem.threeQuarterRank(105, 90, 24, 16));
    problems.put("rank 3n/4 of float32", Problem.threeQuarterRank(106, 90, 24, 16).rounded());
    problems.put("as many samples as neurons", Problem.random(107, 12, 12, 12));
    problems.put("fewer samples than neurons", Problem.random(108, 7, 9, 12));
    problems.put("fewer samples than neurons of one group", Problem.random(109, 7, 3, 12));
    problems.put("one sample", Problem.random(110, 1, 3, 2));
    problems.put("one neuron each", Problem.random(111, 50, 1, 1));
    problems.put("one neuron against many", Problem.random(112, 50, 1, 20));
    Problem relu = Problem.relu(113, 120, 12, 15);
    problems.put("graded 1e±20", relu.graded(-20, 20, 1));
    problems.put("graded 1e±150", relu.graded(-150, 150, 2));
    problems.put("graded 1e±300", relu.graded(-300, 300, 3));
    problems.put("subnormal", relu.graded(-318, -310, 4));
    problems.putAll(HardMatrices.all(114));
    return problems.entrySet().stream()
        .map(
            problem ->
                dynamicTest(
                    problem.getKey(),
                    () -> {
                      try (ProjectionTable table = table(problem.getValue())) {
                        assertTrueDistances(problem.getValue(), table);
                      }
                    }));
  }

  @Test
  void distancesOfManySmallProblemsAreTrue() {
    SplittableRandom random = new SplittableRandom(99);
    for (int seed = 0; seed < smallProblems(); seed++) {
      int samples = 1 + random.nextInt(60);
      int x = 3 + random.nextInt(12);
      int y = 3 + random.nextInt(12);
      double difference = Math.pow(10, -random.nextDouble(0, 17));
      Problem problem =
          switch (seed % 5) {
            case 0 -> Problem.random(seed, samples, x, y);
            case 1 -> Problem.relu(seed, samples, x, y).rounded();
            case 2 -> Problem.nearDuplicates(seed, samples, x, y, difference);
            case 3 ->
                Problem.nearDuplicates(seed, samples, x, y, difference).graded(-100, 100, seed);
            default -> Problem.threeQuarterRank(seed, samples, x, y);
          };
      if (Stream.concat(problem.x().stream(), problem.y().stream())
          .allMatch(vector -> Arrays.stream(vector).anyMatch(value -> value != 0))) {
        try (ProjectionTable table = table(problem)) {
          assertTrueDistances(problem, table);
        }
      }
    }
  }

  /** Values of one neuron differ so much that squares of the small ones underflow. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-20, 1e-100, 1e-155, 1e-160, 1e-161, 1e-162, 1e-165, 1e-300, 0})
  void samplesOfDifferentSize(double small) {
    for (int large : new int[] {0, 299, 599}) {
      Problem problem = Problem.random(200 + large, 600, 5, 4);
      for (int neuron = 0; neuron < 2; neuron++) {
        for (Group group : Group.values()) {
          double[] vector = problem.vectors(group).get(neuron);
          Arrays.setAll(vector, i -> i == large ? vector[i] : vector[i] * small);
        }
      }
      try (ProjectionTable table = table(problem)) {
        assertTrueDistances(problem, table);
      }
    }
  }

  @Test
  void distancesOfAKernelAreThoseOfTheFirstGroup() {
    Problem problem = Problem.relu(7, 60, 6, 8);
    Distances distances = kernel.distances(problem.layer(Group.X), problem.layer(Group.Y));
    try (ProjectionTable table = table(problem)) {
      Distances expected = table.distances(Group.X);
      assertEquals(expected.size(), distances.size());
      for (int i = 0; i < distances.size(); i++) {
        assertEquals(expected.distance(i), distances.distance(i), expected.errorBound(i));
      }
    }
  }

  // Formats.

  @ParameterizedTest
  @EnumSource
  void everyFormatAndBlockShape(ElementType type) {
    Problem raw =
        Problem.relu(8, 600, 7, 9)
            .map(value -> Math.min(value, 6)); // so that 8-bit integers can hold them
    Problem problem =
        switch (type) {
          case BOOL -> raw.map(value -> value > 2 ? 1 : 0);
          case FLOAT16 -> raw.map(value -> Math.rint(value * 256) / 256);
          case BFLOAT16 -> raw.storedAs(type);
          case FLOAT32 -> raw.rounded();
          case FLOAT64 -> raw;
          case INT8, INT16, INT32, INT64 -> raw.map(value -> Math.rint((value - 2) * 20));
          case UINT8, UINT16, UINT32, UINT64 -> raw.map(value -> Math.rint(value * 20));
        };
    int[][] shapes = {{600, 1}, {7, 1}, {1, 600}, {1, 1}, {9, 4}, {2, 100}};
    for (int i = 0; i < shapes.length; i++) {
      int[] xShape = shapes[i];
      int[] yShape = shapes[(i + 1) % shapes.length];
      Layer x = problem.blockedLayer(Group.X, type, ByteOrder.BIG_ENDIAN, xShape[0], xShape[1]);
      Layer y = problem.blockedLayer(Group.Y, type, ByteOrder.LITTLE_ENDIAN, yShape[0], yShape[1]);
      try (ProjectionTable table = kernel.compress(x, y, EVERYTHING_LIVES)) {
        assertEquals(600, table.samples());
        assertTrueDistances(problem, table);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT16, FLOAT16",
    "BFLOAT16, BFLOAT16",
    "FLOAT32, FLOAT32",
    "FLOAT64, FLOAT64",
    "FLOAT64, FLOAT16",
    "FLOAT32, BFLOAT16"
  })
  void exactMeansWithinTheRoundingOfTheStoredValues(ElementType xType, ElementType yType) {
    double roundoff = Math.max(xType.roundoff(), yType.roundoff());
    // x − y is one rounding unit of x, or four; y is exact in every format.
    for (int units : new int[] {0, 1, 4}) {
      double[] y = {1, 1, 1, 1};
      double[] x = {1, 1, 1, 1};
      for (int i = 0; i < 2; i++) {
        x[i] += units * 2 * xType.roundoff();
      }
      Problem problem = new Problem(4, List.of(x), List.of(y));
      Layer xLayer = problem.blockedLayer(Group.X, xType, ByteOrder.BIG_ENDIAN, 4, 1);
      Layer yLayer = problem.blockedLayer(Group.Y, yType, ByteOrder.BIG_ENDIAN, 4, 1);
      try (ProjectionTable table = kernel.compress(xLayer, yLayer, EVERYTHING_LIVES)) {
        Distances distances = table.distances(Group.X);
        double limit = 2 * roundoff; // (1 + ‖c‖₁) u_data, where c is within u_data of 1
        double distance = new DoubleDoubleProjection(4, List.of(y)).project(x).distance(1);
        if (distance < limit * (1 - roundoff)) {
          assertEquals(List.of(0), MaximumMatch.of(table, 0).x(), units + " units");
        } else if (distance > limit * (1 + roundoff) + 2 * distances.errorBound(0)) {
          assertEquals(List.of(), MaximumMatch.of(table, 0).x(), units + " units");
        }
      }
    }
  }

  // Invariance.

  private static void assertAgree(Distances a, int indexA, Distances b, int indexB) {
    assertEquals(
        a.distance(indexA), b.distance(indexB), a.errorBound(indexA) + b.errorBound(indexB));
  }

  private static void assertAgree(
      ProjectionTable a, Group groupA, ProjectionTable b, Group groupB) {
    Distances distancesA = a.distances(groupA);
    Distances distancesB = b.distances(groupB);
    assertEquals(distancesA.size(), distancesB.size());
    for (int i = 0; i < distancesA.size(); i++) {
      assertEquals(distancesA.neuron(i), distancesB.neuron(i));
      assertAgree(distancesA, i, distancesB, i);
    }
  }

  private void assertAgree(Problem a, Problem b) {
    try (ProjectionTable tableA = table(a);
        ProjectionTable tableB = table(b)) {
      for (Group group : Group.values()) {
        assertAgree(tableA, group, tableB, group);
      }
    }
  }

  @Test
  void scalesAndSignsDoNotMatter() {
    Problem problem = Problem.relu(9, 100, 9, 7);
    SplittableRandom random = new SplittableRandom(9);
    List<List<double[]>> scaled = new ArrayList<>();
    for (Group group : Group.values()) {
      scaled.add(
          problem.vectors(group).stream()
              .map(
                  vector -> {
                    int exponent = random.nextInt(-400, 400);
                    double sign = random.nextBoolean() ? 1 : -1;
                    return Arrays.stream(vector).map(v -> sign * Math.scalb(v, exponent)).toArray();
                  })
              .toList());
    }
    assertAgree(problem, new Problem(100, scaled.get(0), scaled.get(1)));
    assertAgree(problem, problem.map(value -> -value));
  }

  @Test
  void theOrderOfSamplesDoesNotMatter() {
    Problem problem = Problem.relu(10, 700, 9, 7);
    int[] order = Problem.permutation(700, 1);
    List<List<double[]>> permuted = new ArrayList<>();
    for (Group group : Group.values()) {
      permuted.add(
          problem.vectors(group).stream()
              .map(vector -> Arrays.stream(order).mapToDouble(i -> vector[i]).toArray())
              .toList());
    }
    assertAgree(problem, new Problem(700, permuted.get(0), permuted.get(1)));
  }

  @Test
  void theOrderOfNeuronsDoesNotMatter() {
    Problem problem = Problem.relu(11, 100, 9, 7);
    int[] xOrder = Problem.permutation(9, 1);
    int[] yOrder = Problem.permutation(7, 2);
    Problem permuted =
        new Problem(
            100, Problem.permuted(problem.x(), xOrder), Problem.permuted(problem.y(), yOrder));
    try (ProjectionTable table = table(problem);
        ProjectionTable other = table(permuted)) {
      for (int i = 0; i < 9; i++) {
        assertAgree(table.distances(Group.X), xOrder[i], other.distances(Group.X), i);
      }
      for (int i = 0; i < 7; i++) {
        assertAgree(table.distances(Group.Y), yOrder[i], other.distances(Group.Y), i);
      }
    }
  }

  @Test
  void theNetworksMayBeSwapped() {
    Problem problem = Problem.relu(12, 100, 9, 7);
    try (ProjectionTable table = table(problem);
        ProjectionTable swapped = table(problem.swapped())) {
      assertAgree(table, Group.X, swapped, Group.Y);
      assertAgree(table, Group.Y, swapped, Group.X);
    }
  }

  // Dead neurons and empty groups.

  @Test
  void deadNeuronsAreLeftOut() {
    Problem problem = Problem.random(13, 40, 5, 4);
    Arrays.fill(problem.x().get(0), 0);
    Arrays.setAll(problem.x().get(3), i -> i == 7 ? 1e-16 : 0); // at the threshold
    Arrays.setAll(problem.y().get(2), i -> i == 7 ? -1e-17 : -0.0);
    Arrays.setAll(problem.y().get(3), i -> i == 7 ? 1.1e-16 : 0);
    try (ProjectionTable table =
        kernel.compress(problem.layer(Group.X), problem.layer(Group.Y), GramOptions.defaults())) {
      assertEquals(List.of(0, 3), table.dead(Group.X));
      assertEquals(List.of(2), table.dead(Group.Y));
      assertEquals(5, table.neurons(Group.X));
      assertEquals(4, table.neurons(Group.Y));
      assertArrayEquals(new int[] {1, 2, 4}, table.remaining(Group.X));
      assertArrayEquals(new int[] {0, 1, 3}, table.remaining(Group.Y));
      assertTrueDistances(problem, table);
    }
    try (ProjectionTable table =
        kernel.compress(
            problem.layer(Group.X),
            problem.layer(Group.Y),
            new GramOptions(2e-16, Precision.STANDARD, Progress.NONE))) {
      assertEquals(List.of(2, 3), table.dead(Group.Y));
      assertTrueDistances(problem, table);
    }
  }

  @Test
  void distancesToAnEmptyGroupAreOne() {
    Problem full = Problem.random(14, 20, 3, 2);
    List<Problem> problems =
        List.of(
            new Problem(20, full.x(), List.of()),
            new Problem(20, full.x(), List.of(new double[20], new double[20])));
    for (Problem problem : problems) {
      try (ProjectionTable table = table(problem)) {
        assertAllOne(table.distances(Group.X), 3);
        assertEquals(0, table.distances(Group.Y).size());
        assertFalse(table.fillsSpace(Group.Y));
      }
      try (ProjectionTable table = table(problem.swapped())) {
        assertAllOne(table.distances(Group.Y), 3);
        assertEquals(0, table.distances(Group.X).size());
      }
    }
    try (ProjectionTable table = table(full)) {
      table.remove(Group.Y, 0, 1);
      assertAllOne(table.distances(Group.X), 3);
      table.remove(Group.X, 2, 0, 1);
      assertEquals(0, table.distances(Group.X).size());
      assertEquals(0, table.distances(Group.Y).size());
    }
  }

  private static void assertAllOne(Distances distances, int size) {
    assertEquals(size, distances.size());
    for (int i = 0; i < size; i++) {
      assertEquals(1, distances.distance(i), "by definition");
    }
  }

  @Test
  void nothingAtAll() {
    Problem problem = new Problem(20, List.of(), List.of());
    try (ProjectionTable table = table(problem)) {
      assertEquals(20, table.samples());
      for (Group group : Group.values()) {
        assertEquals(0, table.neurons(group));
        assertEquals(List.of(), table.dead(group));
        assertEquals(0, table.distances(group).size());
      }
    }
  }

  @Test
  void fewerSamplesThanNeuronsFillTheSpace() {
    Problem problem = Problem.random(15, 6, 5, 6);
    try (ProjectionTable table = table(problem)) {
      assertFalse(table.fillsSpace(Group.X));
      assertTrue(table.fillsSpace(Group.Y));
      Distances distances = table.distances(Group.X);
      for (int i = 0; i < distances.size(); i++) {
        assertTrue(distances.distance(i) <= distances.errorBound(i));
      }
    }
    Arrays.fill(problem.y().get(0), 0);
    try (ProjectionTable table = table(problem)) {
      assertFalse(table.fillsSpace(Group.Y), "a dead neuron fills nothing");
    }
  }

  // Ranks.

  private static void assertTrueRanks(Problem problem, ProjectionTable table) {
    for (Group group : Group.values()) {
      List<double[]> left =
          Arrays.stream(table.remaining(group)).mapToObj(problem.vectors(group)::get).toList();
      assertEquals(
          TrueSpan.of(problem.samples(), left).orElseThrow().rank(),
          table.rank(group),
          () -> group.label() + " " + Arrays.toString(table.remaining(group)));
      int multiples = table.multiples(group);
      assertTrue(multiples == 0 || multiples == multiples(left), multiples + " multiples");
    }
  }

  /** Number of vectors that are multiples of one before them. */
  private static int multiples(List<double[]> vectors) {
    return (int)
        IntStream.range(0, vectors.size())
            .filter(
                i ->
                    vectors.subList(0, i).stream()
                        .anyMatch(before -> areMultiples(before, vectors.get(i))))
            .count();
  }

  /** Whether two vectors of small whole numbers, not all 0, are multiples of each other. */
  private static boolean areMultiples(double[] one, double[] other) {
    int first = 0;
    while (one[first] == 0) {
      first++;
    }
    double a = one[first];
    double b = other[first];
    return IntStream.range(0, one.length).allMatch(i -> one[i] * b == other[i] * a);
  }

  /** Exact mixtures, copies and opposite signs, with more and fewer samples than neurons. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theRankIsThatOfWhatRemains(boolean asked) {
    SplittableRandom random = new SplittableRandom(147);
    int dependent = 0;
    for (int seed = 0; seed < 24; seed++) {
      Problem problem =
          Problem.exactMixtures(seed, seed % 3 == 0 ? 5 : 40, 5 + seed % 9, 14 - seed % 9);
      try (ProjectionTable table = table(problem)) {
        if (asked) {
          table.distances(Group.X);
          table.distances(Group.Y);
        }
        assertTrueRanks(problem, table);
        ProjectionTable.Mark start = table.mark();
        removeSome(table, random, 2);
        assertTrueRanks(problem, table);
        try (ProjectionTable copy = copy(table)) {
          removeSome(copy, random, 1);
          assertTrueRanks(problem, copy);
          assertTrueRanks(problem, table);
        }
        table.rollback(start);
        assertTrueRanks(problem, table);
        while (table.remaining(Group.X).length + table.remaining(Group.Y).length > 0) {
          removeSome(table, random, 1 + random.nextInt(2));
          if (asked) {
            table.distances(Group.X);
          }
          assertTrueRanks(problem, table);
          dependent += table.remaining(Group.X).length - table.rank(Group.X);
        }
      }
    }
    assertTrue(dependent > 100, dependent + " dependent");
  }

  /** A dead neuron spans nothing, and no neurons at all span nothing either. */
  @Test
  void deadNeuronsDoNotCountInTheRank() {
    Problem problem = Problem.random(148, 20, 4, 3);
    Arrays.fill(problem.x().get(1), 0);
    try (ProjectionTable table = table(problem);
        ProjectionTable none = table(new Problem(20, List.of(), problem.y()))) {
      assertEquals(3, table.rank(Group.X));
      assertEquals(3, table.rank(Group.Y));
      assertEquals(0, none.rank(Group.X));
      assertEquals(3, none.rank(Group.Y));
    }
  }

  // Removing and restoring.

  @ParameterizedTest
  @CsvSource({"RANDOM, 12, 9", "RELU, 20, 20", "DUPLICATES, 16, 13", "RANK, 16, 12"})
  void whatRemainsIsAsIfTheRestHadNeverBeenThere(String kind, int xCount, int yCount) {
    Problem problem =
        switch (kind) {
          case "RANDOM" -> Problem.random(16, 60, xCount, yCount);
          case "RELU" -> Problem.relu(17, 60, xCount, yCount);
          case "DUPLICATES" -> Problem.nearDuplicates(18, 60, xCount, yCount, 0);
          default -> Problem.threeQuarterRank(19, 60, xCount, yCount);
        };
    SplittableRandom random = new SplittableRandom(20);
    try (ProjectionTable table = table(problem)) {
      while (table.remaining(Group.X).length + table.remaining(Group.Y).length > 0) {
        Group group = random.nextBoolean() ? Group.X : Group.Y;
        int[] remaining = table.remaining(group);
        if (remaining.length == 0) {
          continue;
        }
        int count = 1 + random.nextInt(Math.min(3, remaining.length));
        int[] removed =
            Arrays.stream(Problem.permutation(remaining.length, random.nextLong()))
                .limit(count)
                .map(i -> remaining[i])
                .toArray();
        if (random.nextBoolean()) {
          table.distances(group); // only sometimes, so that removals also follow each other
        }
        table.remove(group, removed);
        assertEquals(remaining.length - count, table.remaining(group).length);
        assertTrueDistances(problem, table);
        assertAgreesWithAFreshTable(problem, table);
      }
    }
  }

  /** Chooses the neurons to remove next. */
  private interface Order {
    /** Removes at least one neuron. */
    void remove(ProjectionTable table, SplittableRandom random);
  }

  private static void removeOneByOne(ProjectionTable table, SplittableRandom random) {
    removeSome(table, random, 1);
  }

  /** Removes batches that are a small part of a group, or nearly all of it. */
  private static void removeBatches(ProjectionTable table, SplittableRandom random) {
    removeSome(table, random, 1 + random.nextInt(random.nextInt(8) == 0 ? 30 : 12));
  }

  private static void removeSome(ProjectionTable table, SplittableRandom random, int count) {
    Group group = random.nextBoolean() ? Group.X : Group.Y;
    if (table.remaining(group).length == 0) {
      group = group.other();
    }
    removeSome(table, group, random, count);
  }

  private static void removeSome(
      ProjectionTable table, Group group, SplittableRandom random, int count) {
    int[] remaining = table.remaining(group);
    table.remove(
        group,
        Arrays.stream(Problem.permutation(remaining.length, random.nextLong()))
            .limit(count)
            .map(i -> remaining[i])
            .toArray());
  }

  private static void removeAlternately(ProjectionTable table, SplittableRandom random) {
    int x = table.remaining(Group.X).length;
    int y = table.remaining(Group.Y).length;
    Group group = x >= y ? Group.X : Group.Y;
    table.remove(group, table.remaining(group)[0]); // so partners go one after the other
  }

  /** Removes the farthest neuron, as the match spectrum does. */
  private static void removeFarthest(ProjectionTable table, SplittableRandom random) {
    Group farthest = null;
    int neuron = -1;
    double largest = -1;
    for (Group group : Group.values()) {
      Distances distances = table.distances(group);
      for (int i = 0; i < distances.size(); i++) {
        if (distances.distance(i) > largest) {
          farthest = group;
          neuron = distances.neuron(i);
          largest = distances.distance(i);
        }
      }
    }
    table.remove(farthest, neuron);
  }

  /**
   * Removes until no neuron is left, long enough to cover work that a kernel does only
   * occasionally.
   */
  @TestFactory
  Stream<DynamicTest> longRemovalsLeaveTrueDistances() {
    int n = longRemovals();
    Map<String, Problem> problems = new LinkedHashMap<>();
    problems.put("random", Problem.random(120, 2 * n + 3, n, n + 5));
    problems.put("ReLU", Problem.relu(121, 3 * n, n, n));
    problems.put("small beside large", Problem.random(122, 2 * n, 3, 2 * n - 2));
    problems.put("one neuron beside many", Problem.random(123, 2 * n, 1, n));
    problems.put("dominated by the mean", Problem.relu(124, 3 * n, n, n).map(v -> 1 + v / 4096));
    problems.put("graded 1e±20", Problem.relu(125, 2 * n, n, n / 2).graded(-20, 20, 5));
    problems.put("rank 3n/4", Problem.threeQuarterRank(126, 2 * n, n, n));
    problems.put("as many samples as neurons", Problem.random(127, n / 2, n / 2, n / 2));
    problems.put("fewer samples than neurons", Problem.random(128, n / 2, n, n));
    problems.put("the same twice", Problem.sameTwice(129, 2 * n, n, 0));
    problems.put("nearly the same twice", Problem.sameTwice(130, 2 * n, n, 1e-5));
    Map<String, Order> orders = new LinkedHashMap<>();
    orders.put("one by one", ProjectionKernelContract::removeOneByOne);
    orders.put("farthest first", ProjectionKernelContract::removeFarthest);
    orders.put("in batches", ProjectionKernelContract::removeBatches);
    orders.put("alternately", ProjectionKernelContract::removeAlternately);
    return problems.entrySet().stream()
        .flatMap(
            problem ->
                orders.entrySet().stream()
                    .map(
                        order ->
                            dynamicTest(
                                problem.getKey() + ", " + order.getKey(),
                                () -> assertTrueRemovals(problem.getValue(), order.getValue()))));
  }

  /** Sizes around those of vectors, tiles and blocks. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65})
  void removalsAtEverySize(int neurons) {
    Problem problem = Problem.random(131, 2 * neurons + 3, neurons, neurons);
    assertTrueRemovals(problem, ProjectionKernelContract::removeOneByOne);
  }

  /** One of each pair of duplicates is removed, and the other then takes its place in the span. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-2, 1e-4, 1e-5, 3e-6, 1e-6, 3e-7, 1e-8, 1e-10, 1e-12, 1e-14, 0})
  void partnersOfNearDuplicatesTakeTheirPlace(double difference) {
    int n = longRemovals();
    Problem problem = Problem.nearDuplicates(132, 2 * n, n / 4, n, difference);
    SplittableRandom random = new SplittableRandom(133);
    try (ProjectionTable table = table(problem)) {
      table.distances(Group.X);
      for (int i = 0; i + 1 < n; i += 3) {
        table.remove(Group.Y, random.nextBoolean() ? i : i + 1);
        assertAgreesWithAFreshTable(problem, table);
      }
      assertTrueDistances(problem, table);
      table.remove(Group.Y, table.remaining(Group.Y)[1]);
      assertAgreesWithAFreshTable(problem, table);
    }
  }

  private void assertTrueRemovals(Problem problem, Order order) {
    SplittableRandom random = new SplittableRandom(134);
    int total = problem.x().size() + problem.y().size();
    int arbitrated = total;
    try (ProjectionTable table = table(problem)) {
      for (int step = 0; ; step++) {
        if (random.nextInt(4) > 0) {
          table.distances(
              random.nextBoolean()
                  ? Group.X
                  : Group.Y); // only sometimes, so that removals also follow each other
        }
        order.remove(table, random);
        int left = table.remaining(Group.X).length + table.remaining(Group.Y).length;
        if (left == 0) {
          return;
        }
        if (step % removalsBetweenFreshTables() == 0) {
          assertAgreesWithAFreshTable(problem, table);
        }
        if (left <= arbitrated * 2 / 3) {
          assertTrueDistances(problem, table);
          arbitrated = left;
        }
      }
    }
  }

  private void assertAgreesWithAFreshTable(Problem problem, ProjectionTable table) {
    try (ProjectionTable fresh = table(rest(problem, table))) {
      for (Group group : Group.values()) {
        Distances expected = fresh.distances(group);
        Distances found = table.distances(group);
        for (int i = 0; i < expected.size(); i++) {
          assertAgree(expected, i, found, i);
        }
      }
    }
  }

  private static Problem rest(Problem problem, ProjectionTable table) {
    List<List<double[]>> rest = new ArrayList<>();
    for (Group group : Group.values()) {
      rest.add(
          Arrays.stream(table.remaining(group)).mapToObj(problem.vectors(group)::get).toList());
    }
    return new Problem(problem.samples(), rest.get(0), rest.get(1));
  }

  /** Coefficient norms may be too large after removals, and are exact after {@code sharpen}. */
  @Test
  void sharpeningMakesNormsOfCoefficientsExact() {
    int neurons = 40;
    int steps = 20;
    Problem problem = Problem.random(135, 3 * neurons, neurons, neurons);
    // The coefficients solve Gc = g with a relative error of n·κ(G) times the rounding of the sums
    // in G and of one update of each element per step. Neurons here are normal numbers, and
    // mixtures of as many, so κ is below 100: little more than ((1 + √r) / (1 − √r))² at most,
    // where r is 1/3, and 1/2 for mixtures (Davidson and Szarek 2001).
    double error = neurons * 100 * (problem.samples() + steps * neurons) * 0x1p-53;
    SplittableRandom random = new SplittableRandom(136);
    try (ProjectionTable table = table(problem)) {
      table.distances(Group.X);
      table.distances(Group.Y);
      for (int step = 0; step < steps; step++) {
        removeOneByOne(table, random);
        ProjectionTable.Mark mark = table.mark();
        table.sharpen();
        try (ProjectionTable fresh = table(rest(problem, table))) {
          for (Group group : Group.values()) {
            Distances expected = fresh.distances(group);
            Distances found = table.distances(group);
            for (int i = 0; i < expected.size(); i++) {
              assertAgree(expected, i, found, i);
              assertEquals(1, found.coefficientNorm(i) / expected.coefficientNorm(i), error);
            }
          }
        }
        if (step % 2 == 0) {
          table.rollback(mark);
        }
      }
    }
  }

  private static List<List<Double>> state(ProjectionTable table) {
    List<List<Double>> state = new ArrayList<>();
    for (Group group : Group.values()) {
      Distances distances = table.distances(group);
      state.add(Arrays.stream(table.remaining(group)).mapToDouble(n -> n).boxed().toList());
      state.add(IntStream.range(0, distances.size()).mapToObj(distances::distance).toList());
    }
    return state;
  }

  private static void assertRestored(
      Problem problem, List<List<Double>> expected, ProjectionTable table) {
    List<List<Double>> found = state(table);
    for (int i = 0; i < expected.size(); i += 2) {
      assertEquals(expected.get(i), found.get(i));
      Distances distances = table.distances(i == 0 ? Group.X : Group.Y);
      for (int j = 0; j < distances.size(); j++) {
        assertEquals(
            expected.get(i + 1).get(j), distances.distance(j), 2 * distances.errorBound(j));
      }
    }
    assertEquals(problem.samples(), table.samples());
  }

  @Test
  void rollbackBringsBackWhatWasRemovedSince() {
    Problem problem = Problem.relu(21, 60, 9, 8);
    try (ProjectionTable table = table(problem)) {
      List<List<Double>> atStart = state(table);
      ProjectionTable.Mark start = table.mark();
      table.rollback(start); // nothing to restore
      assertRestored(problem, atStart, table);

      table.remove(Group.X, 3, 5);
      table.remove(Group.Y, 0);
      List<List<Double>> atSecond = state(table);
      ProjectionTable.Mark second = table.mark();
      table.remove(Group.Y, 7);
      ProjectionTable.Mark third = table.mark();
      table.remove(Group.X, 0, 1, 2);
      table.rollback(third);
      assertArrayEquals(new int[] {0, 1, 2, 4, 6, 7, 8}, table.remaining(Group.X));
      assertArrayEquals(new int[] {1, 2, 3, 4, 5, 6}, table.remaining(Group.Y));
      assertTrueDistances(problem, table);

      table.rollback(second);
      assertRestored(problem, atSecond, table);
      table.remove(Group.X, 8);
      table.rollback(second); // a second time
      assertRestored(problem, atSecond, table);
      assertTrueDistances(problem, table);

      table.remove(Group.X, 0);
      table.rollback(start); // past the second mark
      assertRestored(problem, atStart, table);
      table.remove(Group.X, 3);
      assertTrueDistances(problem, table);
      table.rollback(start);
      assertRestored(problem, atStart, table);
    }
  }

  @Test
  void manyTrialsLeaveNoTrace() {
    Problem problem = Problem.relu(22, 60, 9, 8);
    SplittableRandom random = new SplittableRandom(23);
    try (ProjectionTable table = table(problem)) {
      ProjectionTable.Mark start = table.mark();
      for (int trial = 0; trial < 100; trial++) {
        table.remove(Group.X, Arrays.copyOf(Problem.permutation(9, trial), 1 + trial % 8));
        table.distances(Group.Y);
        table.remove(Group.Y, random.nextInt(8));
        table.distances(Group.X);
        table.rollback(start);
      }
      assertTrueDistances(problem, table);
    }
  }

  /** Nested trials, each long enough that a kernel applies pending updates in the middle. */
  @ParameterizedTest
  @CsvSource({"RANDOM, false", "RANDOM, true", "RELU, true", "RANK, false", "RANK, true"})
  void longTrialsInsideOfTrialsLeaveNoTrace(String kind, boolean asked) {
    int n = 2 * longRemovals();
    int few = n / 8;
    Problem problem =
        switch (kind) {
          case "RANDOM" -> Problem.random(135, 2 * n, few, n);
          case "RELU" -> Problem.relu(136, 2 * n, few, n);
          default -> Problem.threeQuarterRank(137, 2 * n, few, n);
        };
    try (ProjectionTable table = table(problem)) {
      assertNoTrace(problem, table, new SplittableRandom(138), 3, asked);
    }
  }

  /** Groups so large that a trial's removals leave no gaps worth closing. */
  @Test
  void aTrialOfASmallPartLeavesNoTrace() {
    int n = 3 * longRemovals();
    Problem problem = Problem.random(139, n + 50, 8, n);
    SplittableRandom random = new SplittableRandom(140);
    try (ProjectionTable table = table(problem)) {
      table.distances(Group.X);
      removeLargerGroup(table, random, 3, false);
      List<List<Double>> before = state(table);
      ProjectionTable.Mark mark = table.mark();
      for (int trial = 0; trial < 2; trial++) {
        removeLargerGroup(table, random, n / 6, trial == 0);
        assertAgreesWithAFreshTable(problem, table);
        table.rollback(mark);
        assertRestored(problem, before, table);
        removeLargerGroup(table, random, 1, false);
        assertAgreesWithAFreshTable(problem, table);
        table.rollback(mark);
      }
      removeLargerGroup(table, random, n / 4, true);
      assertAgreesWithAFreshTable(problem, table);
    }
  }

  /**
   * Removes, marks and tries removals, several times; then repeats the last trial's removals for
   * good.
   */
  private void assertNoTrace(
      Problem problem, ProjectionTable table, SplittableRandom random, int depth, boolean asked) {
    // From the larger group, and not a whole number of blocks.
    int count = longRemovals() * 2 / 5;
    removeLargerGroup(table, random, count / 3, asked);
    ProjectionTable.Mark mark = table.mark();
    int[] x = table.remaining(Group.X);
    int[] y = table.remaining(Group.Y);
    List<List<Double>> before = asked ? state(table) : null;
    for (int trial = 0; trial < 2; trial++) {
      if (depth > 1) {
        assertNoTrace(problem, table, random, depth - 1, asked);
      } else {
        removeLargerGroup(table, random, count, asked);
        assertAgreesWithAFreshTable(problem, table);
      }
      table.rollback(mark);
      assertArrayEquals(x, table.remaining(Group.X));
      assertArrayEquals(y, table.remaining(Group.Y));
      if (asked) {
        assertRestored(problem, before, table);
      }
      assertAgreesWithAFreshTable(problem, table);
    }
    table.rollback(mark); // before any removal
    removeLargerGroup(table, random, count, asked);
    assertAgreesWithAFreshTable(problem, table);
    table.rollback(mark);
    removeLargerGroup(table, random, 1, asked);
    assertAgreesWithAFreshTable(problem, table);
    assertTrueDistances(problem, table, Group.X);
  }

  private static void removeLargerGroup(
      ProjectionTable table, SplittableRandom random, int count, boolean asked) {
    for (int i = 0; i < count; i++) {
      removeSome(table, Group.Y, random, 1);
      if (asked && i % 3 == 0) {
        table.distances(Group.X);
      }
    }
    if (random.nextBoolean() && table.remaining(Group.X).length > 1) {
      removeSome(table, Group.X, random, 1);
    }
  }

  @Test
  void aDuplicateTakesItsPlaceAfterManyRemovals() {
    Problem problem = Problem.random(40, 300, 20, 80);
    System.arraycopy(problem.y().get(0), 0, problem.y().get(79), 0, 300);
    try (ProjectionTable table = table(problem)) {
      for (int neuron = 1; neuron <= 45; neuron++) {
        table.distances(Group.X);
        table.remove(Group.Y, neuron);
      }
      table.remove(Group.Y, 0);
      assertTrueDistances(problem, table);
      assertAgreesWithAFreshTable(problem, table);
      table.remove(Group.Y, 79);
      assertTrueDistances(problem, table);
    }
  }

  // Peeling.

  /** Replays every step with single distances and removals, which must allow it. */
  @TestFactory
  Stream<DynamicTest> peelingTakesTheFarthestNeuron() {
    int n = longRemovals();
    Map<String, Problem> problems = new LinkedHashMap<>();
    problems.put("random", Problem.random(150, 2 * n + 3, n, n + 5));
    problems.put("ReLU", Problem.relu(151, 3 * n, n, n / 2));
    problems.put("one neuron beside many", Problem.random(152, 2 * n, 1, n));
    problems.put("rank 3n/4", Problem.threeQuarterRank(153, 2 * n, n, n));
    problems.put("fewer samples than neurons", Problem.random(154, n / 2, n, n));
    problems.put("the same twice", Problem.sameTwice(155, 2 * n, n, 0));
    problems.put("nearly the same twice", Problem.sameTwice(156, 2 * n, n, 1e-5));
    problems.put("no partners", Problem.random(157, n, 5, 0));
    return problems.entrySet().stream()
        .map(problem -> dynamicTest(problem.getKey(), () -> assertPeels(problem.getValue())));
  }

  private void assertPeels(Problem problem) {
    try (ProjectionTable table = table(problem);
        ProjectionTable replay = table(problem)) {
      if (problem.y().size() > 1) {
        table.remove(Group.Y, 1); // so that peeling starts from the remaining neurons
        replay.remove(Group.Y, 1);
      }
      int total = table.remaining(Group.X).length + table.remaining(Group.Y).length;
      List<Long> progress = new ArrayList<>();
      ProjectionTable.Mark start = table.mark();
      List<Peeled> peeled =
          table.peel(
              (step, done, of) -> {
                assertEquals("spectrum", step);
                assertEquals(total, of);
                progress.add(done);
              });
      assertEquals(0, table.remaining(Group.X).length + table.remaining(Group.Y).length);
      assertEquals(total, peeled.size());
      assertEquals(progress.stream().sorted().toList(), progress);
      assertEquals(total, progress.get(progress.size() - 1));
      for (Peeled step : peeled) {
        assertTrueStep(step, replay);
        replay.remove(step.group(), step.neuron());
      }
      table.rollback(start);
      assertAgreesWithAFreshTable(problem, table);
    }
  }

  private static void assertTrueStep(Peeled step, ProjectionTable table) {
    assertTrue(step.distance() + step.errorBound() <= step.highest(), step.toString());
    for (Group group : Group.values()) {
      Distances distances = table.distances(group);
      for (int i = 0; i < distances.size(); i++) {
        double least = distances.distance(i) - distances.errorBound(i);
        assertTrue(least <= step.distance() + step.errorBound(), step + ", not the farthest");
        if (group == step.group() && distances.neuron(i) == step.neuron()) {
          double bound = distances.errorBound(i) + step.errorBound();
          assertEquals(distances.distance(i), step.distance(), bound, step.toString());
        }
      }
    }
  }

  /** Five orthogonal directions, so that all distances are exactly 1. */
  @Test
  void peelingTakesTheFirstOfEquals() {
    List<double[]> axes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      double[] axis = new double[5];
      axis[i] = 1;
      axes.add(axis);
    }
    Problem problem = new Problem(5, axes.subList(0, 2), axes.subList(2, 5));
    try (ProjectionTable table = table(problem)) {
      List<Peeled> peeled = table.peel(Progress.NONE);
      assertEquals(
          List.of("x0", "x1", "y0", "y1", "y2"),
          peeled.stream().map(step -> step.group().label() + step.neuron()).toList());
      for (Peeled step : peeled) {
        assertEquals(1, step.distance());
        assertTrue(step.highest() >= 1);
      }
    }
  }

  @Test
  void nothingIsPeeledOfNothing() {
    try (ProjectionTable table = table(new Problem(3, List.of(), List.of()))) {
      assertEquals(List.of(), table.peel(Progress.NONE));
    }
  }

  @Test
  void aMarkOfAnotherTableIsRefused() {
    Problem problem = Problem.random(24, 20, 3, 3);
    try (ProjectionTable table = table(problem);
        ProjectionTable other = table(problem)) {
      ProjectionTable.Mark mark = other.mark();
      table.remove(Group.X, 0);
      assertThrows(IllegalArgumentException.class, () -> table.rollback(mark));
      assertThrows(
          IllegalArgumentException.class, () -> table.rollback(new ProjectionTable.Mark() {}));
      assertArrayEquals(new int[] {1, 2}, table.remaining(Group.X));
    }
  }

  @Test
  void aClosedTableRefuses() {
    Problem problem = Problem.random(25, 20, 3, 4);
    ProjectionTable table = table(problem);
    ProjectionTable.Mark mark = table.mark();
    table.distances(Group.X);
    table.close();
    table.close(); // once more changes nothing
    assertClosed("the table is closed", () -> table.distances(Group.X));
    assertClosed("the table is closed", () -> table.distances(Group.Y));
    assertClosed("the table is closed", () -> table.rank(Group.X));
    assertClosed("the table is closed", () -> table.remaining(Group.X));
    assertClosed("the table is closed", () -> table.remove(Group.X, 0));
    assertClosed("the table is closed", () -> table.peel(Progress.NONE));
    assertClosed("the table is closed", table::mark);
    assertClosed("the table is closed", () -> table.rollback(mark));
    assertEquals(3, table.neurons(Group.X)); // what never changes may still be asked
    // Not every backend copies or sharpens, but none may do so after the end.
    try {
      assertTrue(table.copy().isEmpty());
    } catch (IllegalStateException e) {
      assertEquals("the table is closed", e.getMessage());
    }
  }

  @Test
  void aClosedKernelRefuses() {
    Problem problem = Problem.random(25, 20, 3, 4);
    List<Layer> layers = List.of(problem.layer(Group.X), problem.layer(Group.Y));
    ProjectionKernel other = open();
    Gram gram = other.gram(layers, GramPair.all(2), EVERYTHING_LIVES);
    other.close();
    other.close(); // once more changes nothing
    assertClosed(
        "the kernel is closed", () -> other.gram(layers, GramPair.all(2), EVERYTHING_LIVES));
    assertClosed("the kernel is closed", () -> other.table(gram, 0, 1));
    assertClosed(
        "the kernel is closed",
        () -> other.compress(layers.get(0), layers.get(1), EVERYTHING_LIVES));
  }

  private static void assertClosed(String message, Executable use) {
    assertEquals(message, assertThrows(IllegalStateException.class, use).getMessage());
  }

  @Test
  void onlyWhatRemainsCanBeRemoved() {
    Problem problem = Problem.random(25, 20, 4, 3);
    Arrays.fill(problem.x().get(1), 0);
    try (ProjectionTable table = table(problem)) {
      table.remove(Group.X, 0);
      List<List<Double>> before = state(table);
      for (int[] wrong : new int[][] {{0}, {1}, {4}, {-1}, {2, 0}, {2, 2}, {3, 99}}) {
        assertThrows(
            IllegalArgumentException.class,
            () -> table.remove(Group.X, wrong),
            Arrays.toString(wrong));
        assertEquals(
            before, state(table), "refused, so nothing happens: " + Arrays.toString(wrong));
      }
      table.remove(Group.Y);
      assertEquals(before, state(table));
    }
  }

  // A network against itself.

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aNetworkMatchesItself(boolean float32) {
    Map<String, Problem> problems =
        Map.of(
            "random", Problem.random(26, 100, 20, 1),
            "ReLU", Problem.relu(27, 400, 20, 1),
            "duplicates", Problem.nearDuplicates(28, 100, 20, 1, 0),
            "near duplicates", Problem.nearDuplicates(29, 100, 20, 1, 1e-9),
            "rank", Problem.threeQuarterRank(30, 100, 20, 4),
            "few samples", Problem.random(31, 9, 20, 1),
            "graded", Problem.relu(32, 100, 20, 1).graded(-30, 30, 3),
            "one neuron", Problem.random(33, 10, 1, 1));
    problems.forEach(
        (name, problem) -> {
          List<double[]> vectors = new ArrayList<>(problem.x());
          vectors.add(new double[problem.samples()]); // dead
          Problem self = new Problem(problem.samples(), vectors, vectors);
          Layer x = float32 ? self.floatLayer(Group.X) : self.layer(Group.X);
          Layer y = float32 ? self.floatLayer(Group.Y) : self.layer(Group.Y);
          try (ProjectionTable table = kernel.compress(x, y, EVERYTHING_LIVES)) {
            double error = 0;
            for (Group group : Group.values()) {
              Distances distances = table.distances(group);
              error =
                  Math.max(
                      error,
                      IntStream.range(0, distances.size())
                          .mapToDouble(distances::errorBound)
                          .max()
                          .orElseThrow());
            }
            int living = table.remaining(Group.X).length;
            double[] epsilons = DoubleStream.of(0, error, 2 * error, 0.1, 1).toArray();
            for (double epsilon : Arrays.stream(epsilons).filter(e -> e <= 1).toArray()) {
              var match = MaximumMatch.find(table, epsilon).get(0);
              String message = name + " at " + epsilon;
              assertEquals(living, match.x().size(), message);
              assertEquals(living, match.y().size(), message);
              assertEquals((double) living / vectors.size(), match.similarity(), message);
            }
          }
        });
  }

  // Bad input.

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void valuesThatAreNotFiniteAreRefused(double value) {
    for (Group group : Group.values()) {
      for (int sample : new int[] {0, 577, 699}) {
        Problem problem = Problem.relu(34, 700, 5, 4);
        problem.vectors(group).get(3)[sample] = value;
        String message =
            assertThrows(ActivationsException.class, () -> table(problem).close()).getMessage();
        assertTrue(message.contains("layer '" + group.label() + "'"), message);
        assertTrue(message.contains("neuron 3 "), message);
        assertTrue(message.contains("sample " + sample + ","), message);
        assertTrue(message.contains(Double.isNaN(value) ? "NaN" : "infinite"), message);
      }
    }
  }

  @Test
  void differentSampleCountsAreRefused() {
    Layer x = Problem.random(35, 10, 2, 2).layer(Group.X);
    Layer y = Problem.random(35, 12, 2, 2).layer(Group.Y);
    String message =
        assertThrows(
                ActivationsException.class,
                () -> kernel.compress(x, y, GramOptions.defaults()).close())
            .getMessage();
    for (String part : List.of("layer 'x'", "10", "layer 'y'", "12")) {
      assertTrue(message.contains(part), message);
    }
  }

  // Threads, memory, progress and closing.

  @Test
  void inputIsNotModified() {
    Problem problem = Problem.relu(36, 300, 5, 4);
    double[] x = problem.rows(Group.X);
    double[] y = problem.rows(Group.Y);
    double[] xBefore = x.clone();
    double[] yBefore = y.clone();
    try (ProjectionTable table =
        kernel.compress(
            Layers.of("x", 300, 5, x), Layers.of("y", 300, 4, y), GramOptions.defaults())) {
      table.distances(Group.X);
      table.remove(Group.Y, 0);
      table.distances(Group.X);
      table.distances(Group.Y);
    }
    assertArrayEquals(xBefore, x);
    assertArrayEquals(yBefore, y);
  }

  private record Report(String step, long done, long total) {}

  @Test
  void progressGrowsToItsTotal() {
    Problem problem = Problem.relu(37, 3000, 5, 4);
    List<Report> reports = new ArrayList<>();
    GramOptions options =
        new GramOptions(
            0,
            Precision.STANDARD,
            (step, done, total) -> reports.add(new Report(step, done, total)));
    kernel.compress(problem.layer(Group.X), problem.layer(Group.Y), options).close();
    assertFalse(reports.isEmpty());
    Report last = reports.get(reports.size() - 1);
    assertEquals(last.total(), last.done());
    long before = 0;
    for (Report report : reports) {
      assertFalse(report.step().isBlank());
      assertEquals(last.total(), report.total());
      assertTrue(report.done() >= before && report.done() <= report.total(), report.toString());
      before = report.done();
    }
  }

  @Test
  void saysWhatItRunsOn() {
    ProjectionKernel.Info info = kernel.info();
    for (String text : List.of(info.name(), info.device(), info.arithmetic(), info.reason())) {
      assertFalse(text.isBlank());
    }
    assertTrue(info.threads() >= 1);
  }

  /** A table alone has a number for each pair of neurons. */
  @Test
  void theHeapEstimateCoversTheTable() {
    for (Precision precision : Precision.values()) {
      if (kernel.declines(1, 1, 1, precision).isPresent()) {
        continue;
      }
      for (int n = 1; n <= 1 << 14; n *= 2) {
        long estimate = kernel.heapBytes(n, 3 * n, 1L << 40, precision);
        long table = hasTablesInTheHeap() || precision == Precision.HIGH ? 8L * 4 * n * 4 * n : 0;
        assertTrue(estimate >= table, n + " neurons: " + estimate);
        assertEquals(estimate, kernel.heapBytes(3 * n, n, 1L << 40, precision));
      }
      int most = Integer.MAX_VALUE;
      assertEquals(Long.MAX_VALUE, kernel.heapBytes(most, most, 1L << 40, precision));
    }
  }

  /** Copies a table; all backends can if there is memory. */
  private static ProjectionTable copy(ProjectionTable table) {
    return table.copy().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCopyAndItsOriginalAreIndependent(boolean asked) {
    Problem problem = Problem.relu(141, 90, 14, 17);
    try (ProjectionTable table = table(problem)) {
      table.remove(Group.X, 3);
      if (asked) {
        table.distances(Group.X);
        table.distances(Group.Y);
        table.remove(Group.Y, 5);
        table.distances(Group.X);
      }
      ProjectionTable.Mark mark = table.mark();
      ProjectionTable copy = copy(table);
      List<List<Double>> before = state(table);
      assertRestored(problem, before, copy);
      assertEquals(table.precision(), copy.precision());
      assertEquals(table.dead(Group.X), copy.dead(Group.X));
      copy.remove(Group.X, 0, 1);
      copy.remove(Group.Y, 2);
      assertTrueDistances(problem, copy);
      assertRestored(problem, before, table);
      table.remove(Group.Y, 7, 8);
      table.remove(Group.X, 9);
      assertTrueDistances(problem, table);
      assertTrueDistances(problem, copy);
      table.rollback(mark);
      assertRestored(problem, before, table);
      assertTrueDistances(problem, copy);
      assertThrows(IllegalArgumentException.class, () -> copy.rollback(mark));
      copy.close();
      assertRestored(problem, before, table);
    }
  }

  /** Copies made between removals are independent of each other and of the original. */
  @Test
  void copiesMayBeUsedByThreadsOfTheirOwn() throws InterruptedException {
    int n = longRemovals();
    Problem problem = Problem.threeQuarterRank(142, 2 * n, n, n);
    SplittableRandom random = new SplittableRandom(143);
    List<ProjectionTable> copies = new ArrayList<>();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (ProjectionTable table = table(problem)) {
      for (int i = 0; i < 4; i++) {
        removeLargerGroup(table, random, n / 20 + 1, true);
        ProjectionTable copy = copy(table);
        copies.add(copy);
        Thread thread =
            new Thread(() -> assertNoTrace(problem, copy, new SplittableRandom(144), 1, true));
        thread.setUncaughtExceptionHandler((t, failure) -> failures.add(failure));
        threads.add(thread);
        thread.start();
      }
      assertNoTrace(problem, table, random, 1, true);
      for (Thread thread : threads) {
        thread.join();
      }
      copies.forEach(ProjectionTable::close);
      assertEquals(List.of(), failures);
    }
  }

  @Test
  void tablesOfOneKernelAreIndependent() {
    Problem one = Problem.relu(38, 60, 5, 4);
    Problem two = Problem.random(39, 80, 3, 6);
    try (ProjectionTable tableOne = table(one);
        ProjectionTable tableTwo = table(two)) {
      tableOne.remove(Group.X, 1);
      assertTrueDistances(two, tableTwo);
      tableTwo.remove(Group.Y, 4);
      assertTrueDistances(one, tableOne);
      assertTrueDistances(two, tableTwo);
    }
  }

  // Norms and sums.

  @TestFactory
  Stream<DynamicTest> normsAndSumsAreTrueWithinTheirBounds() {
    Problem relu = Problem.relu(40, 600, 7, 9);
    Problem dead = Problem.random(41, 600, 5, 4);
    Arrays.fill(dead.x().get(0), 0);
    Arrays.setAll(dead.x().get(3), i -> i % 2 == 0 ? 1e-19 : -3e-20);
    Arrays.setAll(dead.y().get(2), i -> i == 577 ? -1e-200 : 0);
    Problem mixed = Problem.random(42, 600, 5, 4);
    for (double[] vector : mixed.y()) {
      Arrays.setAll(vector, i -> Math.pow(10, i % 61 - 30) * vector[i]);
    }
    Map<String, Problem> problems = new LinkedHashMap<>();
    problems.put("random", Problem.random(43, 600, 33, 17));
    problems.put("one sample", Problem.random(44, 1, 3, 2));
    problems.put("many samples", Problem.relu(45, 10_000, 3, 2));
    problems.put("an empty group", new Problem(600, relu.x(), List.of()));
    problems.put("ReLU", relu);
    problems.put("graded 1e±30", relu.graded(-30, 30, 5));
    problems.put("samples graded 1e±30", mixed);
    problems.put("dead", dead);
    problems.put("huge", relu.graded(299, 300, 6));
    problems.put("tiny", relu.graded(-300, -299, 7));
    problems.put("subnormal", relu.graded(-318, -310, 8));
    return problems.entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> assertTrueMoments(entry.getValue())));
  }

  /**
   * Tests row-major data and data with the samples of a neuron side by side, in one block and in
   * several.
   */
  private void assertTrueMoments(Problem problem) {
    assertTrueMoments(problem, problem.layer(Group.X), problem.layer(Group.Y));
    int samples = problem.samples();
    for (int inner : samples % 4 == 0 ? new int[] {4, samples / 4, samples} : new int[] {samples}) {
      int outer = (samples / inner + 1) / 2;
      assertTrueMoments(
          problem,
          problem.blockedLayer(Group.X, ElementType.FLOAT64, ByteOrder.BIG_ENDIAN, outer, inner),
          problem.blockedLayer(Group.Y, ElementType.FLOAT64, ByteOrder.BIG_ENDIAN, outer, inner));
    }
  }

  private void assertTrueMoments(Problem problem, Layer x, Layer y) {
    try (ProjectionTable table = kernel.compress(x, y, GramOptions.defaults())) {
      int[] living = table.remaining(Group.X);
      table.remove(Group.X, living); // removed neurons keep their moments
      for (Group group : Group.values()) {
        List<double[]> vectors = problem.vectors(group);
        assertEquals(vectors.size(), table.moments(group).neurons());
        for (int neuron = 0; neuron < vectors.size(); neuron++) {
          assertTrueMoments(vectors.get(neuron), table.moments(group), neuron);
        }
      }
    }
  }

  private static void assertTrueMoments(double[] vector, Moments moments, int neuron) {
    // d − 1 additions in any order; counting d covers the terms of second order in 2⁻⁵³.
    Dyadic sumError = Dyadic.of(moments.sum(neuron)).minus(Dyadic.sum(vector)).abs();
    Dyadic sumBound =
        Dyadic.sum(Arrays.stream(vector).map(Math::abs).toArray())
            .times(Dyadic.of(vector.length * 0x1p-53));
    assertTrue(
        sumError.isAtMost(sumBound),
        () ->
            "sum of "
                + neuron
                + " is off by "
                + sumError.doubleValue()
                + ", not "
                + sumBound.doubleValue());
    // The square rounds at most 5 d − 5 times, and the root and its scaling twice.
    double norm = Dyadic.sumOfProducts(vector, vector).sqrt();
    double underflow = Math.sqrt(vector.length) * 0x1p-537;
    assertEquals(
        norm,
        moments.norm(neuron),
        3 * vector.length * 0x1p-53 * norm + underflow,
        "norm of " + neuron);
  }
}
