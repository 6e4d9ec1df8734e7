package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.match.SimpleMatches;
import org.spanmatch.match.SimpleSearch;
import org.spanmatch.match.TrialOrder;

/**
 * The exact answers for a case, by the arbiter; computed on first use.
 *
 * <p>Sets take as many factorisations as there are neurons. If that is too much for the arbiter,
 * the reference kernel computes them.
 */
final class Truth {
  /** The ε at which sets are compared. */
  static final double[] EPSILONS = {0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1};

  /** The ε at which simple matches are compared. */
  static final double[] SIMPLE_EPSILONS = {0, 0.1, 0.35};

  // Floating-point operations of the reference kernel.
  private static final double MOST_REFERENCE_WORK = 3e9;

  // Neurons of both groups. For m of them a search for simple matches makes up to m²/2 trials, each
  // with fresh factorisations.
  private static final int MOST_SEARCHED = 40;

  // Double-double operations; a core does some 10⁸ in a second or two.
  private static final double MOST_WORK = 1e7;

  private final Case example;
  private final TrueProjections projections;
  // The distances of each group's neurons to the whole other group; empty if they take too long.
  private final Map<Group, Optional<double[]>> whole = new EnumMap<>(Group.class);
  private final Map<Precision, Boolean> independent = new EnumMap<>(Precision.class);
  private Sets sets;
  private List<SimpleMatches> simple;

  /** Exact sets and levels. */
  record Sets(List<Match> matches, MatchSpectrum spectrum) {}

  Truth(Case example) {
    this.example = example;
    this.projections = new TrueProjections(example.problem());
  }

  /** Returns the neurons whose activations are all zero. */
  static List<Integer> dead(Problem problem, Group group) {
    List<double[]> vectors = problem.vectors(group);
    return IntStream.range(0, vectors.size())
        .filter(neuron -> Arrays.stream(vectors.get(neuron)).allMatch(value -> value == 0))
        .boxed()
        .toList();
  }

  private int neurons() {
    return Math.max(1, example.problem().x().size() + example.problem().y().size());
  }

  /**
   * Whether the neurons of each whole group are independent for a backend whose tables have this
   * precision, so that coefficients are unique. Otherwise correct backends may differ in the limits
   * at ε = 0, which depend on coefficients.
   */
  boolean isIndependent(Precision precision) {
    return independent.computeIfAbsent(
        precision, p -> Arrays.stream(Group.values()).allMatch(group -> isIndependent(group, p)));
  }

  private boolean isIndependent(Group group, Precision precision) {
    Problem problem = example.problem();
    List<double[]> vectors =
        Arrays.stream(living(group)).mapToObj(problem.vectors(group)::get).toList();
    double tolerance =
        precision == Precision.STANDARD ? Precision.GRAM_FLOOR : neurons() * 0x1p-52 * 8;
    // The order in which neurons join the span moves the distances compared with τ, by a factor
    // below the number of neurons.
    return new DoubleDoubleProjection(problem.samples(), vectors).rank(tolerance * neurons())
        == vectors.size();
  }

  private Optional<double[]> whole(Group group) {
    return whole.computeIfAbsent(group, g -> project(g, living(g), living(g.other())));
  }

  private int[] living(Group group) {
    List<Integer> dead = dead(example.problem(), group);
    return IntStream.range(0, example.problem().vectors(group).size())
        .filter(neuron -> !dead.contains(neuron))
        .toArray();
  }

  private Optional<double[]> project(Group group, int[] projected, int[] spanning) {
    Problem problem = example.problem();
    List<double[]> vectors =
        Arrays.stream(spanning).mapToObj(problem.vectors(group.other())::get).toList();
    return TrueSpan.of(problem.samples(), vectors)
        .map(
            span ->
                span.distances(
                    Arrays.stream(projected).mapToObj(problem.vectors(group)::get).toList()));
  }

  /** Whether the arbiter can afford to judge what remains of a table. */
  boolean affords(ProjectionTable table) {
    double x = table.remaining(Group.X).length;
    double y = table.remaining(Group.Y).length;
    return example.problem().samples() * (x + y) * (x + y) < MOST_WORK;
  }

  /** Judges the distances of the remaining neurons of a group. */
  void judge(ProjectionTable table, Group group, Evidence evidence) {
    int[] remaining = table.remaining(group);
    int[] spanning = table.remaining(group.other());
    boolean all =
        Arrays.equals(remaining, living(group)) && Arrays.equals(spanning, living(group.other()));
    Optional<double[]> known = all ? whole(group) : project(group, remaining, spanning);
    Distances distances = table.distances(group);
    int[] neurons = IntStream.range(0, distances.size()).map(distances::neuron).toArray();
    if (!Arrays.equals(neurons, remaining)) {
      evidence.note(
          Outcome.VIOLATED,
          () ->
              "there are distances of the neurons "
                  + Arrays.toString(neurons)
                  + " of "
                  + group.label()
                  + ", expected "
                  + Arrays.toString(remaining));
      return;
    }
    for (int i = 0; i < distances.size(); i++) {
      int index = i;
      double distance = distances.distance(i);
      double bound = distances.errorBound(i);
      evidence.require(
          !(distance < 0 || distance > 1 || bound < 0 || bound > 1),
          () -> name(group, distances, index) + " is " + distance + " ± " + bound);
      known.ifPresent(
          exact ->
              evidence.compare(distance, exact[index], bound, () -> name(group, distances, index)));
      evidence.bound(bound, () -> name(group, distances, index));
    }
  }

  private static String name(Group group, Distances distances, int index) {
    return "the distance of " + group.label() + " " + distances.neuron(index);
  }

  /** Whether exact sets take a few seconds at most. */
  boolean hasSets() {
    return Math.pow(neurons(), 4) < MOST_REFERENCE_WORK;
  }

  /** Computes everything that is cached, so that the time does not count against a backend. */
  void prepare() {
    for (Group group : Group.values()) {
      whole(group);
    }
    if (hasSets()) {
      sets();
    }
    if (hasSimpleMatches()) {
      simpleMatches();
    }
  }

  /** Returns the exact sets. */
  Sets sets() {
    if (sets == null) {
      sets =
          ask(
              table ->
                  new Sets(
                      MaximumMatch.find(table, EPSILONS), MatchSpectrum.of(table, Progress.NONE)));
    }
    return sets;
  }

  /** Whether exact simple matches take a few seconds at most. */
  boolean hasSimpleMatches() {
    return neurons() <= MOST_SEARCHED;
  }

  /**
   * Returns the exact simple matches, one per neuron, in the order of {@link TrialOrder#byIndex}.
   */
  List<SimpleMatches> simpleMatches() {
    if (simple == null) {
      simple =
          ask(
              table ->
                  Arrays.stream(SIMPLE_EPSILONS)
                      .mapToObj(
                          epsilon ->
                              SimpleSearch.inOrder(TrialOrder.byIndex(table)).run(table, epsilon))
                      .toList());
    }
    return simple;
  }

  /** Asks an exact table, or a table of the reference kernel if that takes too long. */
  <T> T ask(Function<ProjectionTable, T> question) {
    double work = 2.0 * example.problem().samples() * Math.pow(neurons(), 3);
    if (work < MOST_WORK) {
      return question.apply(
          ArbiterTable.of(example.problem(), projections, example.type().roundoff()));
    }
    try (ProjectionKernel kernel = ReferenceBackend.open();
        ProjectionTable table =
            kernel.compress(
                example.layer(Group.X),
                example.layer(Group.Y),
                new GramOptions(0, Precision.HIGH, Progress.NONE))) {
      return question.apply(table);
    }
  }

  /** Returns the problem of the neurons that remain in a table. */
  static Problem rest(Problem problem, ProjectionTable table) {
    List<List<double[]>> rest = new ArrayList<>();
    for (Group group : Group.values()) {
      rest.add(
          Arrays.stream(table.remaining(group)).mapToObj(problem.vectors(group)::get).toList());
    }
    return new Problem(problem.samples(), rest.get(0), rest.get(1));
  }
}
