package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
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
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.SimpleMatches.SimpleMatch;
import org.spanmatch.validation.contract.PlantedProblem;

/**
 * Tests what borderline means: if no decision is listed, all distances within the same error bounds
 * lead to the same sets. Distances that are wrong, but within large bounds, must not go unnoticed.
 */
@Tag("once") // on one JDK: nothing here depends on which
class BorderlineTest {
  private static final double[] EPSILONS = {0.1, 0.2, 0.35};
  private static final double BOUND = 0.01;

  private ProjectionKernel kernel;

  @BeforeEach
  void open() {
    kernel = Kernels.open("reference", new KernelOptions(1));
  }

  @AfterEach
  void close() {
    kernel.close();
  }

  /** Returns a table with changed distances, as do its copies. */
  private static ProjectionTable changed(
      ProjectionTable table, BiFunction<Group, Distances, Distances> change) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "distances" -> {
                Group group = (Group) arguments[0];
                yield change.apply(group, table.distances(group));
              }
              case "copy" -> table.copy().map(copy -> changed(copy, change));
              case "peel" -> InvocationHandler.invokeDefault(proxy, method, arguments);
              default -> method.invoke(table, arguments);
            };
    return (ProjectionTable)
        Proxy.newProxyInstance(
            ProjectionTable.class.getClassLoader(),
            new Class<?>[] {ProjectionTable.class},
            handler);
  }

  private static Distances with(Distances exact, double[] distances, double bound) {
    int size = exact.size();
    int[] neurons = new int[size];
    double[] bounds = new double[size];
    Arrays.setAll(neurons, exact::neuron);
    Arrays.fill(bounds, bound);
    return new Distances(neurons, distances, bounds, new double[size], 0);
  }

  /**
   * Returns a table whose distances are wrong by up to their bounds, and equally wrong for equal
   * answers.
   */
  private static ProjectionTable blurred(ProjectionTable table, long seed, double bound) {
    return changed(
        table,
        (group, exact) -> {
          double[] distances = new double[exact.size()];
          for (int i = 0; i < distances.length; i++) {
            long key = Double.doubleToLongBits(exact.distance(i)) + 31L * exact.neuron(i);
            double off = seed == 0 ? 0 : new SplittableRandom(seed ^ key).nextDouble(-1, 1);
            distances[i] = Math.min(1, Math.max(0, exact.distance(i) + bound * off));
          }
          return with(exact, distances, bound);
        });
  }

  /** A result: the sets found, and whether no decision behind them was borderline. */
  private record Found(Object sets, boolean certain) {}

  private static Found of(Match match) {
    return new Found(
        List.of(match.x(), match.y()),
        match.borderlineX().isEmpty() && match.borderlineY().isEmpty());
  }

  private static Found of(SimpleMatches matches) {
    return new Found(
        matches.matches().stream()
            .map(m -> List.of(m.x(), m.y(), m.minimalFor(), m.minimumFor()))
            .toList(),
        matches.borderlineX().isEmpty() && matches.borderlineY().isEmpty());
  }

  private static Found of(Optional<MinimalMatch> match) {
    return match
        .map(
            m ->
                new Found(
                    List.of(m.x(), m.y()), m.borderlineX().isEmpty() && m.borderlineY().isEmpty()))
        .orElse(new Found(List.of(), false));
  }

  private static Map<String, Found> search(ProjectionTable table, double epsilon) {
    Map<String, Found> found = new TreeMap<>();
    Match maximum = MaximumMatch.find(table, epsilon).get(0);
    found.put("maximum match", of(maximum));
    found.put("levels", of(MatchSpectrum.of(table, Progress.NONE).maximumMatch(epsilon)));
    SimpleSearch search = SimpleSearch.inOrder(TrialOrder.byIndex(table));
    found.put("one for each", of(search.run(table, epsilon)));
    found.put("all", of(search.exhaustive(20).run(table, epsilon)));
    found.put("all, on threads", of(search.on(3).exhaustive(20).run(table, epsilon)));
    if (of(maximum).certain()) {
      for (int x : maximum.x()) {
        Neuron v = new Neuron(Group.X, x);
        found.put("of " + v, of(MinimalMatch.find(table, epsilon, v, TrialOrder.byIndex(table))));
      }
    }
    return found;
  }

  /** Counts of results that were certain, in doubt, and in doubt and different. */
  private static final class Counts {
    int certain;
    int doubtful;
    int different;
  }

  private void compare(int seed, double bound, Counts counts) {
    PlantedProblem problem =
        seed % 8 == 0 ? PlantedProblem.larger(seed) : PlantedProblem.small(seed);
    try (ProjectionTable table = problem.compress(kernel)) {
      for (double epsilon : EPSILONS) {
        Map<String, Found> first = search(blurred(table, 0, bound), epsilon);
        Map<String, Found> second = search(blurred(table, seed, bound), epsilon);
        for (Map.Entry<String, Found> one : first.entrySet()) {
          Found other = second.get(one.getKey());
          if (other == null) {
            continue;
          }
          if (one.getValue().certain() || other.certain()) {
            counts.certain++;
            assertEquals(
                one.getValue().sets(),
                other.sets(),
                "problem " + seed + ", epsilon " + epsilon + ", " + one.getKey());
          } else {
            counts.doubtful++;
            counts.different += one.getValue().sets().equals(other.sets()) ? 0 : 1;
          }
        }
      }
    }
  }

  @Test
  void whatIsNotListedIsCertain() {
    Counts counts = new Counts();
    for (int seed = 1; seed <= 150; seed++) {
      compare(seed, BOUND, counts);
    }
    assertTrue(
        counts.certain > 500 && counts.doubtful > 200 && counts.different > 20,
        counts.certain
            + " certain, "
            + counts.doubtful
            + " doubtful, "
            + counts.different
            + " different");
  }

  /**
   * A neuron that is not listed is in the match exactly if it is in that of the true distances,
   * whatever else is borderline. That makes lists longer than the decisions in doubt: they name the
   * neurons that follow from these too.
   */
  @ParameterizedTest
  @ValueSource(doubles = {0.002, 0.02})
  void everyNeuronThatCouldBeOtherwiseIsListed(double bound) {
    int listed = 0;
    int different = 0;
    int unlisted = 0;
    for (int seed = 1; seed <= 200; seed++) {
      try (ProjectionTable table = PlantedProblem.larger(seed).compress(kernel)) {
        ProjectionTable blurred = blurred(table, seed, bound);
        MatchSpectrum spectrum = MatchSpectrum.of(blurred, Progress.NONE);
        for (double epsilon : EPSILONS) {
          Match exact = MaximumMatch.of(table, epsilon);
          for (Match found :
              List.of(MaximumMatch.of(blurred, epsilon), spectrum.maximumMatch(epsilon))) {
            for (Group group : Group.values()) {
              Set<Integer> differing = new TreeSet<>(found.members(group));
              differing.addAll(exact.members(group));
              differing.removeIf(
                  n -> found.members(group).contains(n) && exact.members(group).contains(n));
              different += differing.size();
              listed += found.borderline(group).size();
              unlisted += table.remaining(group).length - found.borderline(group).size();
              differing.removeAll(found.borderline(group));
              assertEquals(Set.of(), differing, "problem " + seed + ", epsilon " + epsilon);
            }
          }
        }
      }
    }
    assertTrue(
        different > 50 && listed > different && unlisted > listed,
        different + " different, " + listed + " listed, " + unlisted + " unlisted");
  }

  /**
   * Ten neurons each, of which one decision at this ε moves 17: the lists name them all, by every
   * way to the match.
   */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "java"})
  void whatFollowsFromABorderlineRemovalIsListed(String backend) {
    ActivationFile x = ActivationFile.open(TestData.resource("/org/spanmatch/match/cascade_a.npy"));
    ActivationFile y = ActivationFile.open(TestData.resource("/org/spanmatch/match/cascade_b.npy"));
    LayerPair.OfActivations pair = LayerPairs.of(x, y, name -> true, List.of()).pairs().get(0);
    for (Precision precision : Precision.values()) {
      GramOptions options =
          new GramOptions(GramOptions.DEFAULT_DEAD_THRESHOLD, precision, Progress.NONE);
      try (ProjectionKernel fast = Kernels.open(backend, new KernelOptions(1));
          ProjectionTable table = fast.compress(pair.x(), pair.y(), options)) {
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        double epsilon = 0.577603827736985;
        for (Match match :
            List.of(
                MaximumMatch.of(table, epsilon),
                MaximumMatch.find(table, 0.9, epsilon, 0.1).get(1),
                spectrum.maximumMatch(epsilon),
                SimpleSearch.inOrder(TrialOrder.byIndex(table)).run(table, epsilon).maximum())) {
          assertEquals(List.of(0, 1, 2, 3, 4, 5, 7, 9), match.borderlineX());
          assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 8, 9), match.borderlineY());
          assertTrue(match.x().containsAll(List.of(6, 8)) && match.y().contains(7));
        }
      }
    }
  }

  /** A single borderline decision in a search for all matches decides what it finds. */
  @ParameterizedTest
  @ValueSource(ints = {392, 647})
  void aDecisionThatNothingRepeats(int seed) {
    Counts counts = new Counts();
    compare(seed, 0.002, counts);
    assertTrue(counts.different > 0);
  }

  /**
   * Nothing is listed if every decision is far from its bound. It isn't where neurons depend on
   * others of their group: rounding then can't tell what they add to the span.
   */
  @Test
  void nothingIsListedWithoutDoubt() {
    int problems = 0;
    for (int seed = 1; seed <= 100; seed++) {
      try (ProjectionTable table = PlantedProblem.small(seed).compress(kernel)) {
        Match all = MatchSpectrum.of(blurred(table, 0, BOUND), Progress.NONE).maximumMatch(1);
        assertTrue(of(all).certain(), "no level exceeds 1");
        if (Arrays.stream(Group.values()).anyMatch(group -> isBlurred(table.distances(group)))) {
          continue;
        }
        problems++;
        for (double epsilon : EPSILONS) {
          search(table, epsilon).forEach((what, found) -> assertTrue(found.certain(), what));
        }
      }
    }
    assertTrue(problems >= 30, problems + " problems");
  }

  private static boolean isBlurred(Distances distances) {
    return Arrays.stream(distances.errorBounds()).anyMatch(bound -> bound > 1e-9);
  }

  /** A level within its error of ε is in doubt, on either side; others are not. */
  @Test
  void levelsInDoubtAreListed() {
    int doubts = 0;
    for (int seed = 1; seed <= 20; seed++) {
      try (ProjectionTable table = PlantedProblem.small(seed).compress(kernel)) {
        MatchSpectrum spectrum = MatchSpectrum.of(blurred(table, 0, BOUND), Progress.NONE);
        for (int x : table.remaining(Group.X)) {
          double level = spectrum.level(Group.X, x).orElseThrow();
          double error = spectrum.levelError(Group.X, x);
          // Up to the rounding of sums of numbers that are at most 1.
          assertTrue(error >= BOUND - 0x1p-50 && error <= 2 * BOUND, "" + error);
          for (double off : new double[] {-1.01, -0.99, 0, 0.99, 1.01}) {
            double epsilon = level + off * error;
            if (epsilon > 0 && epsilon < 1) {
              doubts++;
              assertEquals(
                  Math.abs(off) < 1,
                  spectrum.maximumMatch(epsilon).borderlineX().contains(x),
                  "problem " + seed + ", x " + x + ", off by " + off);
            }
          }
        }
      }
    }
    assertTrue(doubts > 100);
  }

  /** At ε = 0 the coefficients decide, and tables may need {@code sharpen} to know them well. */
  @Test
  void exactnessAsksForSharpCoefficients() {
    double[][] x = {{1, 0, 0}, {0, 1, 0}, {0, 1, 1e-3}};
    double[][] y = {{1, 0, 0}, {0, 2, 0}};
    try (ProjectionTable good =
        kernel.compress(
            Layers.of("x", 3, 3, PlantedProblem.rows(3, x)),
            Layers.of("y", 3, 2, PlantedProblem.rows(3, y)),
            GramOptions.defaults())) {
      ProjectionTable vague = vague(good, new boolean[1]);
      Match match = MaximumMatch.find(vague, 0).get(0);
      assertEquals(List.of(0, 1), match.x());
      SimpleMatches simple = SimpleSearch.inOrder(TrialOrder.byIndex(vague)).run(vague, 0);
      assertEquals(
          List.of(List.of(0), List.of(1)), simple.matches().stream().map(SimpleMatch::x).toList());
      assertFalse(MatchChecks.isMatch(vague, 0, List.of(0, 1, 2), List.of(0, 1)));
      assertTrue(MatchChecks.isMatch(vague, 0, List.of(0, 1), List.of(0, 1)));
    }
  }

  /**
   * Returns a table whose coefficients seem large until {@code sharpen} is called, and again after
   * each removal.
   */
  private static ProjectionTable vague(ProjectionTable table, boolean[] sharp) {
    return (ProjectionTable)
        Proxy.newProxyInstance(
            ProjectionTable.class.getClassLoader(),
            new Class<?>[] {ProjectionTable.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "sharpen" -> sharp[0] = true;
                case "remove", "rollback" -> sharp[0] = false;
                default -> {}
              }
              Object result = method.invoke(table, arguments);
              if (!(result instanceof Distances exact)) {
                return result;
              }
              double[] distances = new double[exact.size()];
              int[] neurons = new int[exact.size()];
              double[] norms = new double[exact.size()];
              Arrays.setAll(neurons, exact::neuron);
              Arrays.setAll(distances, exact::distance);
              Arrays.fill(norms, sharp[0] ? 1 : 1e17);
              double[] bounds = new double[exact.size()];
              Arrays.fill(bounds, 1e-15);
              return new Distances(neurons, distances, bounds, norms, 0x1p-53);
            });
  }

  /** A tiny ε is narrower than ε = 0, so the search for 0 must not start from its result. */
  @Test
  void zeroIsSearchedForAfreshAfterATinyEpsilon() {
    List<Match> zeros = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      try (ProjectionTable table = PlantedProblem.larger(seed).compress(kernel)) {
        Match zero = MaximumMatch.find(table, 0).get(0);
        List<Match> both = MaximumMatch.find(table, 0.3, Double.MIN_VALUE, 0);
        assertEquals(zero, both.get(2));
        if (both.get(1).x().size() < zero.x().size()) {
          zeros.add(zero);
        }
      }
    }
    assertFalse(zeros.isEmpty(), "a tiny epsilon is never narrower");
  }

  /** Every copy that a search makes of a table is closed, also if the search is stopped. */
  @Test
  void copiesAreClosed() {
    try (ProjectionTable table = PlantedProblem.larger(2).compress(kernel)) {
      for (boolean exhaustive : new boolean[] {false, true}) {
        AtomicInteger open = new AtomicInteger();
        ProjectionTable counted = counted(table, open);
        SimpleSearch search = SimpleSearch.inOrder(TrialOrder.byIndex(counted)).on(3);
        SimpleMatches found = (exhaustive ? search.exhaustive(5) : search).run(counted, 0.2);
        assertFalse(found.matches().isEmpty());
        assertEquals(0, open.get());
      }
    }
  }

  private static ProjectionTable counted(ProjectionTable table, AtomicInteger open) {
    return (ProjectionTable)
        Proxy.newProxyInstance(
            ProjectionTable.class.getClassLoader(),
            new Class<?>[] {ProjectionTable.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("copy")) {
                open.incrementAndGet();
                return table.copy().map(copy -> counted(copy, open));
              }
              if (method.getName().equals("close")) {
                open.decrementAndGet();
              }
              return method.invoke(table, arguments);
            });
  }
}
