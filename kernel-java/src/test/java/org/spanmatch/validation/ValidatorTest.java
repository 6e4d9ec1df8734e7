package org.spanmatch.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layers;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.reference.ReferenceProvider;
import org.spanmatch.kernel.vector.VectorProvider;
import org.spanmatch.match.Match;
import org.spanmatch.match.Neuron;
import org.spanmatch.match.SimpleMatches;
import org.spanmatch.match.SimpleMatches.SimpleMatch;
import org.spanmatch.match.SimpleSearch;
import org.spanmatch.match.TrialOrder;

/** Good backends pass, and whatever a broken one does is found and named. */
@Tag("once") // on one JDK: nothing here depends on which
class ValidatorTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final KernelOptions OPTIONS = new KernelOptions(2);

  private static List<Report> validate(List<KernelProvider> providers, List<Case> cases) {
    try (Validator validator = new Validator(providers, OPTIONS, LIMIT)) {
      cases.forEach(validator::validate);
      return validator.reports();
    }
  }

  private static List<Case> someCases() {
    return List.of(
        Case.of("ReLU", Problem.relu(1, 40, 9, 7), ElementType.FLOAT32, Storage.ROWS),
        Case.of("random", Problem.random(2, 30, 5, 8), ElementType.FLOAT16, Storage.CHANNELS));
  }

  @Test
  void goodBackendsPassTheQuickCorpus() {
    List<Case> cases =
        Corpus.of(Level.QUICK, 3).stream().filter(one -> one.problem().x().size() <= 16).toList();
    assertTrue(cases.size() > 50, cases.size() + " cases");
    List<Report> reports = validate(List.of(new VectorProvider(), new ReferenceProvider()), cases);
    assertEquals(
        List.of("java", "reference"), reports.stream().map(r -> r.backend().name()).toList());
    for (Report report : reports) {
      assertEquals(
          List.of(),
          report.observations().stream().filter(o -> o.finding().outcome().isFailure()).toList());
      assertEquals(0, report.notRun());
      long agrees =
          report.observations().stream()
              .filter(o -> o.finding().outcome() == Outcome.AGREES)
              .count();
      assertTrue(agrees > 0.8 * report.observations().size(), agrees + " agree");
    }
  }

  // Broken backends.

  /** What a broken table does with the distances that it should answer. */
  private enum Fault implements UnaryOperator<Distances> {
    OFF(Outcome.VIOLATED) {
      @Override
      public Distances apply(Distances good) {
        return changed(good, 1e-7);
      }
    },
    NOT_A_NUMBER(Outcome.UNDETECTED_FAILURE) {
      @Override
      public Distances apply(Distances good) {
        return changed(good, Double.NaN);
      }
    },
    SAYS_SO(Outcome.DETECTED_FAILURE) {
      @Override
      public Distances apply(Distances good) {
        throw new KernelException.Failed("the device was lost", null);
      }
    },
    NO_MEMORY(Outcome.NOT_SUPPORTED) {
      @Override
      public Distances apply(Distances good) {
        throw new NotEnoughMemoryException("too large");
      }
    },
    STUMBLES(Outcome.UNDETECTED_FAILURE) {
      @Override
      public Distances apply(Distances good) {
        throw new ArrayIndexOutOfBoundsException("7");
      }
    };

    private final Outcome outcome;

    Fault(Outcome outcome) {
      this.outcome = outcome;
    }

    /** The last distance is another one, but where there are few. */
    private static Distances changed(Distances good, double by) {
      int size = good.size();
      int[] neurons = new int[size];
      double[] distances = new double[size];
      double[] bounds = new double[size];
      Arrays.setAll(neurons, good::neuron);
      Arrays.setAll(distances, good::distance);
      Arrays.setAll(bounds, good::errorBound);
      if (size > 2) {
        double last = distances[size - 1] + by;
        distances[size - 1] = last > 1 ? last - 2 * by : last;
      }
      return new Distances(neurons, distances, bounds, new double[size], 0);
    }
  }

  /** The reference kernel with a fault in its tables, and one in their copies. */
  private record Broken(UnaryOperator<Distances> fault, UnaryOperator<Distances> ofCopies)
      implements KernelProvider {
    Broken(UnaryOperator<Distances> fault) {
      this(fault, fault);
    }

    @Override
    public String name() {
      return "broken";
    }

    @Override
    public String description() {
      return "a fake";
    }

    @Override
    public int priority() {
      return 0;
    }

    @Override
    public Optional<Unavailable> unavailable() {
      return Optional.empty();
    }

    @Override
    public ProjectionKernel open(KernelOptions options, String reason) {
      ProjectionKernel good = new ReferenceProvider().open(options, reason);
      return new ProjectionKernel() {
        @Override
        public ProjectionKernel.Info info() {
          return good.info();
        }

        @Override
        public Gram gram(
            List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions compression) {
          return good.gram(layers, pairs, compression);
        }

        @Override
        public ProjectionTable table(Gram gram, int x, int y) {
          return broken(good.table(gram, x, y), fault);
        }

        @Override
        public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
          return good.heapBytes(xNeurons, yNeurons, samples, precision);
        }

        @Override
        public void close() {
          good.close();
        }
      };
    }

    private ProjectionTable broken(ProjectionTable good, UnaryOperator<Distances> wrong) {
      return (ProjectionTable)
          Proxy.newProxyInstance(
              ProjectionTable.class.getClassLoader(),
              new Class<?>[] {ProjectionTable.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("copy")) {
                  return good.copy().map(copy -> broken(copy, ofCopies));
                }
                Object result = method.invoke(good, arguments);
                return result instanceof Distances distances ? wrong.apply(distances) : result;
              });
    }
  }

  private static Report validate(UnaryOperator<Distances> fault) {
    return validate(List.of(new Broken(fault)), someCases()).get(0);
  }

  @ParameterizedTest
  @EnumSource
  void aBrokenBackendIsCaught(Fault fault) {
    Report report = validate(fault);
    Set<Outcome> outcomes =
        report.observations().stream()
            .filter(o -> o.check().equals("distances"))
            .map(o -> o.finding().outcome())
            .collect(Collectors.toSet());
    assertEquals(Set.of(fault.outcome), outcomes);
    assertEquals(fault == Fault.NO_MEMORY, report.isClean());
    assertEquals(0, report.notRun());
  }

  /** Nothing but a search for simple matches makes copies. */
  @Test
  void brokenCopiesAreCaughtByTheirSimpleMatches() {
    UnaryOperator<Distances> off = good -> Fault.changed(good, 0.1);
    Case planted = Case.of("planted", planted(), ElementType.FLOAT64, Storage.ROWS);
    Report report =
        validate(List.of(new Broken(UnaryOperator.identity(), off)), List.of(planted)).get(0);
    assertEquals(
        List.of("simple matches"),
        report.observations().stream()
            .filter(o -> o.finding().outcome() != Outcome.AGREES)
            .map(Observation::check)
            .toList());
  }

  /**
   * What a backend says that takes neurons for dependent and knows nothing of the lost direction.
   */
  private static Distances certain(Distances good) {
    double[] bounds = good.errorBounds();
    Arrays.setAll(bounds, i -> Math.min(bounds[i], 1e-11));
    return new Distances(
        good.neurons(), good.distances(), bounds, good.coefficientNorms(), 0x1p-53);
  }

  /** The distances are those of a correct backend, so only exact truth shows what is wrong. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Kahan 30",
        "softmax and a constant",
        "a roundoff apart",
        "dependent within 1e-15"
      })
  void boundsThatIgnoreALostDirectionAreCaught(String name) {
    Problem problem = HardMatrices.all(1).get(name);
    Case hard = Case.of(name, problem, ElementType.FLOAT64, Storage.ROWS);
    Report report = validate(List.of(new Broken(ValidatorTest::certain)), List.of(hard)).get(0);
    assertEquals(
        Set.of(Outcome.VIOLATED),
        report.observations().stream()
            .filter(o -> o.check().equals("distances"))
            .map(o -> o.finding().outcome())
            .collect(Collectors.toSet()));
  }

  /** The fault shows with three neurons: no fewer, and no more are needed. */
  @Test
  void theCounterExampleIsTheSmallest() {
    Report report = validate(Fault.OFF);
    Observation first =
        report.observations().stream()
            .filter(o -> o.counterExample().isPresent())
            .findFirst()
            .orElseThrow();
    assertEquals("distances", first.check());
    CounterExample found = first.counterExample().orElseThrow();
    Problem smallest = found.problem().problem();
    assertEquals(3, Math.max(smallest.x().size(), smallest.y().size()), smallest.toString());
    assertTrue(smallest.x().size() + smallest.y().size() <= 4, found.problem().size());
    assertTrue(smallest.samples() <= 3, found.problem().size());
    assertEquals(Outcome.VIOLATED, found.finding().outcome());
    assertTrue(found.finding().detail().contains("the distance of "), found.finding().detail());
    assertEquals(
        3, report.observations().stream().filter(o -> o.counterExample().isPresent()).count());
  }

  @Test
  void aBackendThatNeverComesBackIsLeftBehind() {
    AtomicBoolean ended = new AtomicBoolean();
    UnaryOperator<Distances> hang =
        good -> {
          while (true) {
            Thread.onSpinWait(); // deaf to interruption, as native code is
            if (ended.get()) {
              throw new IllegalStateException("the test has ended");
            }
          }
        };
    try (Validator validator =
        new Validator(List.of(new Broken(hang)), OPTIONS, Duration.ofMillis(200))) {
      someCases().forEach(validator::validate);
      Report report = validator.reports().get(0);
      assertEquals(1, report.observations().size());
      Finding finding = report.observations().get(0).finding();
      assertEquals(Outcome.UNDETECTED_FAILURE, finding.outcome());
      assertEquals("it did not come back within 0.2 s", finding.detail());
      assertFalse(report.isClean());
      assertTrue(report.notRun() > 20, report.notRun() + " not run");
    } finally {
      ended.set(true);
    }
  }

  // Simple matches that are not.

  private static Problem planted() {
    return Problem.planted(new SplittableRandom(4), 30, 8, 7, 3, new double[] {0.02, 0.15});
  }

  private static ArbiterTable exactTable() {
    return ArbiterTable.of(planted(), new TrueProjections(planted()), 0x1p-53);
  }

  private static SimpleMatches exactMatches() {
    ArbiterTable table = exactTable();
    SimpleMatches exact = SimpleSearch.inOrder(TrialOrder.byIndex(table)).run(table, 0.2);
    assertTrue(exact.matches().size() > 2, exact.toString());
    return exact;
  }

  private static SimpleMatches with(
      SimpleMatches exact, List<SimpleMatch> matches, List<Integer> borderline) {
    return new SimpleMatches(
        exact.maximum(), matches, true, exact.absent(), borderline, exact.borderlineY());
  }

  private static Outcome compared(SimpleMatches found) {
    Evidence evidence = new Evidence();
    SimpleAnswers.compare(found, exactMatches(), Outcome.VIOLATED, evidence);
    return evidence.finding().outcome();
  }

  @Test
  void otherSimpleMatchesAreViolationsUnlessADecisionWasInDoubt() {
    SimpleMatches exact = exactMatches();
    List<SimpleMatch> all = exact.matches();
    assertEquals(Outcome.AGREES, compared(exact));
    assertEquals(Outcome.AGREES, compared(with(exact, all, List.of(0))));
    List<SimpleMatch> fewer = all.subList(1, all.size());
    assertEquals(Outcome.VIOLATED, compared(with(exact, fewer, List.of())));
    assertEquals(Outcome.BORDERLINE, compared(with(exact, fewer, List.of(0))));
    List<SimpleMatch> notMinimum =
        all.stream()
            .map(m -> new SimpleMatch(m.x(), m.y(), m.epsilon(), m.minimalFor(), List.of()))
            .toList();
    assertEquals(Outcome.VIOLATED, compared(with(exact, notMinimum, List.of())));
    SimpleMatches cut =
        new SimpleMatches(exact.maximum(), all, false, exact.absent(), List.of(0), List.of());
    assertEquals(Outcome.VIOLATED, compared(cut));
  }

  private static Outcome compared(Match found, Match exact) {
    Evidence evidence = new Evidence();
    Answers.compare(found, exact, evidence);
    return evidence.finding().outcome();
  }

  private static Match matchOf(List<Integer> x, List<Integer> borderlineX) {
    return new Match(0.2, x, List.of(), 0, borderlineX, List.of(), List.of(), List.of());
  }

  /** One neuron in doubt excuses that neuron, and no other. */
  @Test
  void matchesMayDifferInTheNeuronsThatOneOfThemLists() {
    Match exact = matchOf(List.of(1, 2, 3), List.of());
    assertEquals(Outcome.AGREES, compared(matchOf(List.of(1, 2, 3), List.of(1)), exact));
    Match fewer = matchOf(List.of(1), List.of(2, 3));
    assertEquals(Outcome.BORDERLINE, compared(fewer, exact));
    assertEquals(Outcome.BORDERLINE, compared(exact, fewer));
    assertEquals(Outcome.VIOLATED, compared(matchOf(List.of(1), List.of(2)), exact));
    assertEquals(Outcome.VIOLATED, compared(matchOf(List.of(1, 2, 3, 4), List.of(2)), exact));
  }

  private static Finding judged(SimpleMatches found) {
    Evidence evidence = new Evidence();
    SimpleAnswers.judge(found, exactTable(), Outcome.VIOLATED, evidence);
    return evidence.finding();
  }

  @Test
  void whatIsNoSimpleMatchByDefinitionIsAViolation() {
    SimpleMatches exact = exactMatches();
    assertEquals(Outcome.AGREES, judged(exact).outcome());
    Match whole = exact.maximum();
    List<Neuron> v = exact.matches().get(0).minimalFor();
    SimpleMatch large = new SimpleMatch(whole.x(), whole.y(), 0.2, v, List.of());
    Finding notMinimal = judged(with(exact, List.of(large), List.of()));
    assertEquals(Outcome.VIOLATED, notMinimal.outcome());
    assertTrue(notMinimal.detail().endsWith("are not minimal for " + v.get(0)));
    SimpleMatch half = new SimpleMatch(whole.x(), List.of(), 0.2, v, List.of());
    Finding noMatch = judged(with(exact, List.of(half), List.of()));
    assertEquals(Outcome.VIOLATED, noMatch.outcome());
    assertTrue(noMatch.detail().endsWith("are no match"), noMatch.detail());
    Finding notAll = judged(with(exact, exact.matches().subList(0, 1), List.of()));
    assertEquals(Outcome.VIOLATED, notAll.outcome());
    assertEquals("the simple matches at 0.2 leave neurons out", notAll.detail());
    assertEquals(Outcome.BORDERLINE, judged(with(exact, List.of(large), List.of(0))).outcome());
  }

  // Breaking points.

  private static List<Stress> stresses(StressAxis axis) {
    return Stress.of(Level.QUICK, 1).stream().filter(each -> each.axis() == axis).toList();
  }

  private static List<StressPoint> stress(KernelProvider provider, List<Stress> stresses) {
    try (Validator validator = new Validator(List.of(provider), OPTIONS, LIMIT)) {
      return stresses.stream().flatMap(each -> validator.stress(each).stream()).toList();
    }
  }

  @Test
  void nearlyDependentNeuronsAreAsNearAsTheySay() {
    for (Stress stress : stresses(StressAxis.DEPENDENCE)) {
      Problem problem = stress.example().problem();
      for (Group group : Group.values()) {
        List<double[]> vectors = problem.vectors(group);
        DoubleDoubleProjection others =
            new DoubleDoubleProjection(problem.samples(), vectors.subList(0, 7));
        double distance = others.project(vectors.get(7)).distance(7);
        double expected = stress.parameter() / Math.hypot(1, stress.parameter());
        // The norm that it was computed from is the root of a sum of so many squares.
        assertEquals(expected, distance, expected * problem.samples() * 0x1p-52);
      }
    }
  }

  @Test
  void scalesReachWhatFloat64Can() {
    List<Stress> scales = stresses(StressAxis.SCALE);
    Problem widest = scales.get(scales.size() - 1).example().problem();
    for (Group group : Group.values()) {
      double[] largest =
          widest.vectors(group).stream()
              .mapToDouble(v -> Arrays.stream(v).map(Math::abs).max().orElseThrow())
              .sorted()
              .toArray();
      assertTrue(largest[0] > 0 && largest[0] < Double.MIN_NORMAL, "not subnormal: " + largest[0]);
      double highest = largest[largest.length - 1];
      assertTrue(highest > 1e306 && highest < Double.POSITIVE_INFINITY, "" + highest);
    }
  }

  @Test
  void repeatedSamplesAreManyAndTheSame() {
    Stress many = stresses(StressAxis.SAMPLES).get(1);
    Layer layer = many.layer(Group.Y);
    assertEquals(10_000, layer.samples());
    assertEquals(many.parameter(), (double) layer.samples());
    List<double[]> pattern = many.example().problem().y();
    long samples = 0;
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        samples += block.samples();
        double last = block.type().get(block.data(), block.index(block.samples() - 1));
        assertEquals(pattern.get(0)[pattern.get(0).length - 1], last);
      }
    }
    assertEquals(10_000, samples);
  }

  @Test
  void boundsGrowButHold() {
    for (StressAxis axis : List.of(StressAxis.DEPENDENCE, StressAxis.SCALE)) {
      List<StressPoint> points = stress(new VectorProvider(), stresses(axis));
      assertEquals(2 * stresses(axis).size(), points.size());
      for (StressPoint point : points) {
        assertFalse(point.finding().outcome().isFailure(), point.toString());
        assertTrue(point.error() <= point.bound(), point.toString());
      }
    }
    assertEquals(
        Set.of(Precision.HIGH),
        stress(new ReferenceProvider(), stresses(StressAxis.DEPENDENCE)).stream()
            .map(StressPoint::precision)
            .collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @EnumSource
  void aBrokenBackendIsCaughtUnderStress(Fault fault) {
    List<Stress> one = stresses(StressAxis.DEPENDENCE).subList(0, 1);
    for (StressPoint point : stress(new Broken(fault), one)) {
      assertEquals(fault.outcome, point.finding().outcome());
    }
  }

  // Whole layers.

  private static LayerPair.OfActivations layers() {
    Problem problem = Problem.relu(5, 500, 20, 25);
    return new LayerPair.OfActivations("layer", problem.layer(Group.X), problem.layer(Group.Y));
  }

  @Test
  void wholeLayersAreComparedBetweenBackends() {
    List<KernelProvider> providers =
        List.of(new VectorProvider(), new ReferenceProvider(), new Broken(Fault.OFF));
    try (Validator validator = new Validator(providers, OPTIONS, LIMIT)) {
      validator.compare(layers(), name -> true);
      List<Report> reports = validator.reports();
      assertEquals(List.of(), reports.get(0).observations());
      Observation good = reports.get(1).observations().get(0);
      assertEquals("whole layers as java", good.check());
      assertFalse(good.finding().outcome().isFailure(), good.finding().detail());
      assertEquals(
          List.of(Outcome.VIOLATED, Outcome.VIOLATED),
          reports.get(2).observations().stream().map(o -> o.finding().outcome()).toList());
    }
  }

  @Test
  void anExcerptHasTheValuesOfItsLayers() {
    Case excerpt = Excerpt.of(layers(), 100, 10);
    assertEquals("layer (10 + 10 neurons, 100 samples)", excerpt.name());
    assertEquals(ElementType.FLOAT64, excerpt.type());
    float[] values = {1, 2, 3, 4, 5, 6};
    Layer floats = Layers.of("floats", 3, 2, values);
    Case whole = Excerpt.of(new LayerPair.OfActivations("floats", floats, floats), 100, 10);
    assertEquals(ElementType.FLOAT32, whole.type());
    assertEquals(
        List.of(2.0, 4.0, 6.0), Arrays.stream(whole.problem().y().get(1)).boxed().toList());
  }

  // The corpus.

  @Test
  void theSeedChoosesTheCorpus() {
    for (Level level : List.of(Level.QUICK, Level.FULL)) {
      List<Case> cases = Corpus.of(level, 1);
      Set<String> names = cases.stream().map(Case::name).collect(Collectors.toSet());
      assertEquals(cases.size(), names.size(), "names are unique");
      Case first = cases.get(20);
      assertEquals(rows(first), rows(Corpus.of(level, 1).get(20)));
      assertFalse(rows(first).equals(rows(Corpus.of(level, 2).get(20))));
    }
  }

  private static List<Double> rows(Case one) {
    return Arrays.stream(one.problem().rows(Group.X)).boxed().toList();
  }

  @Test
  void everyFormatIsThere() {
    for (Level level : List.of(Level.QUICK, Level.FULL)) {
      Set<String> stored =
          Corpus.of(level, 1).stream()
              .map(one -> one.type() + " " + one.storage())
              .collect(Collectors.toSet());
      assertEquals(8, stored.size(), stored.toString());
    }
  }
}
