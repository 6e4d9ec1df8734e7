package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.SimpleMatches.Absence;
import org.spanmatch.match.SimpleMatches.SimpleMatch;
import org.spanmatch.validation.contract.PlantedProblem;

/** Tests minimal and simple matches: general properties, constructed examples, and limits. */
class SimpleMatchesTest {
  // x0 = y0 alone; x1, x2 span the same plane as y1, y2; x3 in the plane of y1 and y3 and back.
  private static final double[][] X = {
    {1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 0, 0, 1}, {0, 0, 0, 0, 0}
  };
  private static final double[][] Y = {
    {2, 0, 0, 0, 0}, {0, 1, 1, 0, 0}, {0, 1, -1, 0, 0}, {0, 0, 0, 1, 0}
  };

  private ProjectionKernel kernel;
  private ProjectionKernel reference;

  @BeforeEach
  void open() {
    kernel = Kernels.open("java", new KernelOptions(2));
    reference = Kernels.open("reference", new KernelOptions(1));
  }

  @AfterEach
  void close() {
    kernel.close();
    reference.close();
  }

  private ProjectionTable table(double[][] x, double[][] y) {
    int samples = x[0].length;
    return reference.compress(
        Layers.of("x", samples, x.length, PlantedProblem.rows(samples, x)),
        Layers.of("y", samples, y.length, PlantedProblem.rows(samples, y)),
        GramOptions.defaults());
  }

  private static SimpleSearch byIndex(ProjectionTable table) {
    return SimpleSearch.inOrder(TrialOrder.byIndex(table));
  }

  private static List<Neuron> neurons(String... texts) {
    List<Neuron> neurons = new ArrayList<>();
    for (String text : texts) {
      Group group = text.startsWith("x") ? Group.X : Group.Y;
      neurons.add(new Neuron(group, Integer.parseInt(text.substring(1))));
    }
    return neurons;
  }

  /** Whether the union of some matches is a match, as that of any matches is in theory. */
  private static boolean unionIsMatch(
      ProjectionTable table, double epsilon, List<SimpleMatch> matches) {
    return MatchChecks.isMatch(table, epsilon, union(matches, Group.X), union(matches, Group.Y));
  }

  private static List<Integer> union(List<SimpleMatch> matches, Group group) {
    return matches.stream()
        .flatMap(match -> match.members(group).stream())
        .distinct()
        .sorted()
        .toList();
  }

  // Properties of larger problems, on the fast backend and with threads.

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.2, 0.35})
  void whatIsFoundIsMinimalAndCoversTheMaximumMatch(double epsilon) {
    int several = 0;
    for (int seed = 0; seed < 12; seed++) {
      try (ProjectionTable table = PlantedProblem.larger(seed).compress(kernel)) {
        SimpleMatches found = byIndex(table).on(3).run(table, epsilon);
        assertTrue(found.complete());
        assertTrue(found.coversMaximum());
        assertEquals(1, found.coverage());
        assertTrue(unionIsMatch(table, epsilon, found.matches()));
        several += found.matches().size() > 2 ? 1 : 0;
        for (SimpleMatch match : found.matches()) {
          assertTrue(MatchChecks.isMatch(table, epsilon, match.x(), match.y()));
          assertFalse(match.minimalFor().isEmpty());
          assertTrue(match.minimalFor().containsAll(match.minimumFor()));
          for (Group group : Group.values()) {
            for (int position : match.members(group)) {
              Neuron v = new Neuron(group, position);
              assertEquals(
                  MatchChecks.isMinimalFor(table, epsilon, match.x(), match.y(), v),
                  match.minimalFor().contains(v));
            }
          }
          assertTrue(match.epsilon() <= epsilon);
          double more = match.epsilon() + 1e-6; // what a Gram matrix can resolve
          assertTrue(MatchChecks.isMatch(table, more, match.x(), match.y()));
          double less = Math.max(Double.MIN_VALUE, match.epsilon() - 1e-6);
          assertTrue(
              match.epsilon() < 1e-6 || !MatchChecks.isMatch(table, less, match.x(), match.y()));
        }
        for (int i = 1; i < found.matches().size(); i++) {
          SimpleMatch smaller = found.matches().get(i - 1);
          SimpleMatch larger = found.matches().get(i);
          assertTrue(SimpleMatch.BY_SIZE.compare(smaller, larger) < 0);
          assertTrue(unionIsMatch(table, epsilon, List.of(smaller, larger)));
        }
      }
    }
    assertTrue(several > 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void threadsDoNotChangeTheResult(boolean exhaustive) {
    for (int seed = 0; seed < 3; seed++) {
      PlantedProblem problem =
          exhaustive ? PlantedProblem.larger(seed) : PlantedProblem.largest(seed);
      try (ProjectionTable table = problem.compress(kernel)) {
        SimpleSearch search = byIndex(table);
        search = exhaustive ? search.exhaustive(20) : search;
        SimpleMatches alone = search.run(table, 0.2);
        assertFalse(alone.matches().isEmpty());
        for (int threads : new int[] {2, 5}) {
          SimpleMatches together = search.on(threads).run(table, 0.2);
          assertEquals(members(alone), members(together), "seed " + seed);
          assertEquals(alone.sizes(), together.sizes());
        }
      }
    }
  }

  /** A search for one neuron finds the same match as a search for all. */
  @Test
  void sharedTrialsFindWhatSingleSearchesFind() {
    try (ProjectionTable table = PlantedProblem.largest(1).compress(kernel)) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      for (TrialOrder order :
          List.of(
              TrialOrder.byIndex(table),
              TrialOrder.random(table, 5),
              TrialOrder.byLevel(table, spectrum))) {
        SimpleMatches found = SimpleSearch.inOrder(order).on(2).run(table, 0.15);
        for (Group group : Group.values()) {
          for (int position : found.maximum().x()) {
            Neuron v = new Neuron(group, position);
            Optional<MinimalMatch> alone = MinimalMatch.find(table, 0.15, v, order);
            assertEquals(members(found.maximum(), group).contains(position), alone.isPresent());
            alone.ifPresent(
                minimal ->
                    assertTrue(
                        found.matches().stream()
                            .anyMatch(
                                match ->
                                    match.x().equals(minimal.x())
                                        && match.y().equals(minimal.y())
                                        && match.epsilon() == minimal.epsilon()
                                        && match.minimalFor().contains(v))));
          }
        }
      }
    }
  }

  private static List<Integer> members(Match match, Group group) {
    return group == Group.X ? match.x() : match.y();
  }

  private static Set<List<List<Integer>>> members(SimpleMatches found) {
    return found.matches().stream()
        .map(match -> List.of(match.x(), match.y()))
        .collect(Collectors.toSet());
  }

  @Test
  void theTableIsLeftAsItWas() {
    try (ProjectionTable table = PlantedProblem.larger(3).compress(kernel)) {
      table.remove(Group.X, 1);
      int[] x = table.remaining(Group.X);
      int[] y = table.remaining(Group.Y);
      SimpleMatches first = byIndex(table).run(table, 0.2);
      assertTrue(first.matches().stream().noneMatch(match -> match.x().contains(1)));
      MinimalMatch.find(table, 0.2, new Neuron(Group.Y, 0), TrialOrder.byIndex(table));
      byIndex(table).exhaustive(3).on(2).run(table, 0.2);
      assertArrayEquals(x, table.remaining(Group.X));
      assertArrayEquals(y, table.remaining(Group.Y));
      assertEquals(first, byIndex(table).run(table, 0.2));
    }
  }

  /** At ε = 0, in a trained layer against itself, every neuron matches only itself. */
  @Test
  void aNetworkAgainstItselfIsMadeOfPairs() {
    ActivationFile file = ActivationFile.open(TestData.shared("cifar-vgg/x.npz"));
    LayerPairs<LayerPair.OfActivations> pairs =
        LayerPairs.of(file, file, name -> name.equals("features.2"), List.of());
    for (LayerPair.OfActivations pair : pairs.pairs()) {
      GramOptions high = new GramOptions(1e-16, Precision.HIGH, Progress.NONE);
      try (ProjectionTable table = kernel.compress(pair.x(), pair.y(), high)) {
        SimpleMatches found = byIndex(table).on(2).run(table, 0);
        assertEquals(table.remaining(Group.X).length, found.matches().size());
        found.matches().forEach(match -> assertEquals(match.x(), match.y()));
        found.matches().forEach(match -> assertEquals(2, match.minimumFor().size()));
      }
    }
  }

  // Constructed ones.

  @Test
  void exactMatchesAreRecovered() {
    try (ProjectionTable table = table(X, Y)) {
      for (double epsilon : new double[] {0, 1e-3, 0.5}) {
        SimpleMatches found = byIndex(table).exhaustive(100).run(table, epsilon);
        assertTrue(found.complete());
        assertEquals(2, found.matches().size());
        SimpleMatch pair = found.matches().get(0);
        assertEquals(List.of(0), pair.x());
        assertEquals(List.of(0), pair.y());
        assertEquals(neurons("x0", "y0"), pair.minimumFor());
        SimpleMatch plane = found.matches().get(1);
        assertEquals(List.of(1, 2), plane.x());
        assertEquals(List.of(1, 2), plane.y());
        assertEquals(neurons("x1", "x2", "y1", "y2"), plane.minimalFor());
        assertEquals(neurons("x1", "x2", "y1", "y2"), plane.minimumFor());
        assertEquals(0, plane.epsilon(), 1e-12);
        assertEquals(Map.of(2, 1L, 4, 1L), found.sizes());
      }
    }
  }

  @Test
  void checksSayNo() {
    try (ProjectionTable table = table(X, Y)) {
      SimpleMatches found = byIndex(table).run(table, 0.5);
      SimpleMatch plane = found.matches().get(1);
      SimpleMatches without =
          new SimpleMatches(
              found.maximum(), List.of(plane), true, found.absent(), List.of(), List.of());
      assertFalse(without.coversMaximum());
      assertTrue(unionIsMatch(table, 0.5, found.matches()));
      SimpleMatch line = new SimpleMatch(List.of(3), List.of(1), 0.5, neurons("x3"), List.of());
      assertFalse(unionIsMatch(table, 0.5, List.of(plane, line)));
    }
  }

  /** Orthogonal neurons match at ε = 1, and dead ones never. */
  @Test
  void levelsReachOne() {
    try (ProjectionTable table = table(X, Y)) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      assertEquals(OptionalDouble.of(1), spectrum.epsilonFor(8));
      assertEquals(OptionalDouble.empty(), spectrum.epsilonFor(9));
      assertEquals(OptionalDouble.of(1), spectrum.epsilonForEach(4));
    }
  }

  /**
   * Three neurons of X in a plane, any two of which span it, and for each one of Y in the plane.
   */
  @Test
  void exactMatchesThatOverlapAreRecovered() {
    double[][] x = {{1, 0, 0}, {0, 1, 0}, {1, 1, 0}, {0, 0, 1}};
    double[][] y = {{1, 2, 0}, {2, 1, 0}};
    try (ProjectionTable table = table(x, y)) {
      SimpleMatches all = byIndex(table).exhaustive(100).run(table, 0);
      assertTrue(all.complete());
      List<List<Integer>> found = all.matches().stream().map(SimpleMatch::x).toList();
      assertEquals(List.of(List.of(0, 1), List.of(0, 2), List.of(1, 2)), found);
      for (SimpleMatch match : all.matches()) {
        assertEquals(List.of(0, 1), match.y());
        assertEquals(4, match.minimalFor().size());
        assertEquals(List.of(), match.minimumFor(), "each neuron has another minimal match");
      }
      SimpleMatches cut = byIndex(table).exhaustive(1).run(table, 0);
      assertFalse(cut.complete());
      assertEquals(
          2, byIndex(table).exhaustive(2).of(neurons("x2")).run(table, 0).matches().size());
      assertTrue(byIndex(table).exhaustive(2).of(neurons("x2")).run(table, 0).complete());
      assertEquals(
          3, byIndex(table).exhaustive(3).of(neurons("y0")).run(table, 0).matches().size());
      assertTrue(byIndex(table).exhaustive(3).of(neurons("y0")).run(table, 0).complete());
      assertFalse(byIndex(table).exhaustive(2).of(neurons("y0")).run(table, 0).complete());
    }
  }

  @Test
  void aBorderlineDecisionIsNamed() {
    // Sine 3/5, which is ε.
    double[][] x = {{4, 3, 0}, {0, 0, 1}};
    double[][] y = {{1, 0, 0}, {0, 0, 2}};
    try (ProjectionTable table = table(x, y)) {
      double distance = table.distances(Group.X).distance(0);
      SimpleMatches found = byIndex(table).run(table, distance);
      assertEquals(List.of(0), found.borderlineX());
      assertEquals(2, found.matches().size());
      assertEquals(List.of(), byIndex(table).run(table, 0.7).borderlineX());
      Optional<MinimalMatch> minimal =
          MinimalMatch.find(table, distance, neurons("y0").get(0), TrialOrder.byIndex(table));
      assertEquals(List.of(0), minimal.orElseThrow().borderlineX());
    }
  }

  // What may go wrong.

  @Test
  void neuronsWithoutAMatchAreNamedWithTheReason() {
    try (ProjectionTable table = table(X, Y)) {
      SimpleMatches found =
          byIndex(table).of(neurons("x0", "x3", "x4", "x5", "y9")).run(table, 0.1);
      assertTrue(found.complete());
      assertEquals(1, found.matches().size());
      assertEquals(
          Map.of(
              neurons("x3").get(0), Absence.UNMATCHED,
              neurons("x4").get(0), Absence.DEAD,
              neurons("x5").get(0), Absence.NO_SUCH_NEURON,
              neurons("y9").get(0), Absence.NO_SUCH_NEURON),
          found.absent());
      assertEquals(2.0 / 6, found.coverage());
      for (Neuron v : neurons("x3", "x4", "x5", "y9")) {
        assertEquals(Optional.empty(), MinimalMatch.find(table, 0.1, v, TrialOrder.byIndex(table)));
      }
      SimpleMatches none = byIndex(table).of(List.of()).run(table, 0.1);
      assertTrue(none.complete());
      assertEquals(List.of(), none.matches());
    }
  }

  @Test
  void anEmptyMaximumMatchHasNoSimpleOnes() {
    double[][] x = {{1, 0, 0}, {0, 0, 0}};
    double[][] y = {{0, 1, 0}, {0, 0, 1}};
    try (ProjectionTable table = table(x, y)) {
      for (double epsilon : new double[] {0, 0.5}) {
        for (SimpleSearch search : List.of(byIndex(table), byIndex(table).exhaustive(0))) {
          SimpleMatches found = search.run(table, epsilon);
          assertTrue(found.complete());
          assertEquals(List.of(), found.matches());
          assertEquals(1, found.coverage());
          assertTrue(found.coversMaximum());
        }
      }
    }
  }

  @Test
  void limitsOfZeroAreReachedAtOnce() {
    try (ProjectionTable table = table(X, Y)) {
      SimpleMatches none = byIndex(table).exhaustive(0).run(table, 0.1);
      assertFalse(none.complete());
      assertEquals(List.of(), none.matches());
      assertEquals(0, none.coverage());
      SimpleMatches stopped = byIndex(table).until(() -> true).run(table, 0.1);
      assertFalse(stopped.complete());
      assertEquals(List.of(), stopped.matches());
      assertEquals(List.of(0, 1, 2), stopped.maximum().x());
    }
  }

  /** Wherever a search is stopped, its matches so far are right. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasFoundWhenStoppedIsRight(boolean exhaustive) {
    try (ProjectionTable table = PlantedProblem.larger(2).compress(kernel)) {
      SimpleSearch search = byIndex(table).on(2);
      search = exhaustive ? search.exhaustive(Long.MAX_VALUE) : search;
      SimpleMatches all = search.run(table, 0.2);
      int partial = 0;
      for (int questions = 1; ; questions += 7) {
        AtomicInteger left = new AtomicInteger(questions);
        SimpleMatches some = search.until(() -> left.decrementAndGet() < 0).run(table, 0.2);
        assertTrue(members(all).containsAll(members(some)));
        if (some.complete()) {
          assertEquals(members(all), members(some));
          break;
        }
        partial += !some.matches().isEmpty() ? 1 : 0;
      }
      assertTrue(partial > 0);
    }
  }

  @Test
  void progressGrowsToItsTotal() {
    try (ProjectionTable table = PlantedProblem.larger(2).compress(kernel)) {
      for (SimpleSearch search :
          List.of(byIndex(table), byIndex(table).on(3), byIndex(table).exhaustive(3))) {
        AtomicLong last = new AtomicLong();
        AtomicLong end = new AtomicLong();
        search
            .telling(
                (step, done, total) -> {
                  assertEquals("simple", step);
                  assertTrue(done > last.getAndSet(done) && done <= total);
                  end.set(total);
                })
            .run(table, 0.2);
        assertTrue(last.get() > 0);
        assertEquals(end.get(), last.get());
      }
    }
  }

  @Test
  void aFailureInAThreadIsTheSearchs() {
    try (ProjectionTable table = PlantedProblem.largest(2).compress(kernel)) {
      SimpleSearch search =
          byIndex(table)
              .on(4)
              .telling(
                  (step, done, total) -> {
                    if (done > total / 3) {
                      throw new IllegalStateException("enough");
                    }
                  });
      assertEquals(
          "enough",
          assertThrows(IllegalStateException.class, () -> search.run(table, 0.2)).getMessage());
      long running =
          Thread.getAllStackTraces().values().stream()
              .filter(trace -> Stream.of(trace).anyMatch(SimpleMatchesTest::isTrial))
              .count();
      assertEquals(0, running, "a thread goes on");
      assertTrue(byIndex(table).on(4).run(table, 0.2).complete());
    }
  }

  private static boolean isTrial(StackTraceElement call) {
    return call.getClassName().equals(Trials.class.getName());
  }

  @Test
  void wrongArgumentsAreRefused() {
    try (ProjectionTable table = table(X, Y)) {
      SimpleSearch search = byIndex(table);
      assertThrows(IllegalArgumentException.class, () -> search.on(0));
      assertThrows(IllegalArgumentException.class, () -> search.exhaustive(-1));
      assertThrows(IllegalArgumentException.class, () -> search.run(table, -0.1));
      assertThrows(IllegalArgumentException.class, () -> search.run(table, Double.NaN));
      assertThrows(IllegalArgumentException.class, () -> new TrialOrder(neurons("x0", "y0", "x0")));
      TrialOrder shortOrder = new TrialOrder(neurons("x0", "x1", "y0"));
      assertThrows(
          IllegalArgumentException.class, () -> SimpleSearch.inOrder(shortOrder).run(table, 0.1));
      assertEquals(2, search.run(table, 0.1).matches().size());
    }
  }

  @Test
  void ordersAreWhatTheySay() {
    try (ProjectionTable table = table(X, Y)) {
      assertEquals(
          neurons("x0", "x1", "x2", "x3", "y0", "y1", "y2", "y3"),
          TrialOrder.byIndex(table).neurons());
      assertEquals(TrialOrder.random(table, 3), TrialOrder.random(table, 3));
      assertFalse(TrialOrder.random(table, 3).equals(TrialOrder.random(table, 4)));
      List<Neuron> byLevel =
          TrialOrder.byLevel(table, MatchSpectrum.of(table, Progress.NONE)).neurons();
      assertEquals(neurons("x3", "y3"), byLevel.subList(0, 2));
      assertEquals(8, byLevel.size());
    }
  }
}
