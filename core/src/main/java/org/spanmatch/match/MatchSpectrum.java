package org.spanmatch.match;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Mark;
import org.spanmatch.kernel.ProjectionTable.Peeled;

/**
 * The maximum match at every ε, as one match level per neuron: the neuron is in the maximum match
 * for ε if and only if its level is at most ε.
 *
 * <p>Peeling removes neurons one at a time, always the one with the largest distance to the span of
 * the other group's remaining neurons. The level of a neuron is the smallest distance at removal so
 * far, its own included.
 */
public final class MatchSpectrum {
  /** The least share of all neurons that makes a jump. */
  private static final double JUMP_SHARE = 0.1;

  private final Map<Group, Levels> levels;
  private final int neurons;

  private MatchSpectrum(Map<Group, Levels> levels, int neurons) {
    this.levels = levels;
    this.neurons = neurons;
  }

  /** The levels of one group's neurons, filled in while peeling. */
  private static final class Levels {
    final double[] level;
    final double[] error;

    Levels(int neurons) {
      level = new double[neurons];
      error = new double[neurons];
      Arrays.fill(level, Double.POSITIVE_INFINITY); // dead, until a level is found
    }
  }

  /**
   * Computes the match levels of all neurons that remain in a table, and leaves the table
   * unchanged. Costs as much as {@link ProjectionTable#peel}.
   *
   * @param table the two groups
   * @return the level of each of their neurons
   */
  public static MatchSpectrum of(ProjectionTable table) {
    return of(table, Progress.NONE);
  }

  /**
   * Computes the match levels of all neurons that remain in a table, leaves the table unchanged,
   * and reports progress.
   *
   * @param table the two groups
   * @param progress receives the number of neurons removed so far, as the step "spectrum"
   * @return the level of each of their neurons
   */
  public static MatchSpectrum of(ProjectionTable table, Progress progress) {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(progress, "progress");
    Map<Group, Levels> levels = new EnumMap<>(Group.class);
    for (Group group : Group.values()) {
      levels.put(group, new Levels(table.neurons(group)));
    }
    Mark start = table.mark();
    List<Peeled> steps = table.peel(progress);
    table.rollback(start);
    double level = 1;
    // Bounds on the level from the error bounds so far: any neuron left at a step could have been
    // the farthest.
    double lowest = 1;
    double highest = 1;
    for (Peeled step : steps) {
      level = Math.min(level, step.distance());
      lowest = Math.min(lowest, step.distance() - step.errorBound());
      highest = Math.min(highest, step.highest());
      Levels found = levels.get(step.group());
      found.level[step.neuron()] = level;
      found.error[step.neuron()] = Math.max(highest - level, level - lowest);
    }
    return new MatchSpectrum(levels, table.neurons(Group.X) + table.neurons(Group.Y));
  }

  /**
   * {@return for each neuron the level with the smaller error of two, the other's if they are
   * equal} Both hold, so the smaller error does too.
   *
   * @param other the match levels of the same neurons, found with other arithmetic
   */
  public MatchSpectrum sharper(MatchSpectrum other) {
    Map<Group, Levels> sharper = new EnumMap<>(Group.class);
    for (Group group : Group.values()) {
      Levels own = levels.get(group);
      Levels others = other.levels.get(group);
      Levels chosen = new Levels(own.level.length);
      for (int neuron = 0; neuron < own.level.length; neuron++) {
        Levels better = own.error[neuron] < others.error[neuron] ? own : others;
        chosen.level[neuron] = better.level[neuron];
        chosen.error[neuron] = better.error[neuron];
      }
      sharper.put(group, chosen);
    }
    return new MatchSpectrum(sharper, neurons);
  }

  /**
   * {@return the match level of a neuron, in [0, 1]; empty for a dead neuron, which never matches}
   *
   * @param group the group
   * @param neuron the neuron's position in its layer
   */
  public OptionalDouble level(Group group, int neuron) {
    double level = levels.get(group).level[neuron];
    return level <= 1 ? OptionalDouble.of(level) : OptionalDouble.empty();
  }

  /**
   * {@return the match levels of all neurons of a group, by position; infinite for dead ones; a
   * copy}
   *
   * @param group the group
   */
  public double[] levels(Group group) {
    return levels.get(group).level.clone();
  }

  /**
   * {@return a bound on the absolute error of a neuron's level; 0 for a dead neuron}
   *
   * @param group the group
   * @param neuron the neuron's position in its layer
   */
  public double levelError(Group group, int neuron) {
    return levels.get(group).error[neuron];
  }

  /**
   * {@return the maximum match for one ε, read off the levels}
   *
   * @param epsilon in (0, 1]; ε = 0 follows another rule, see {@link MaximumMatch}
   * @throws IllegalArgumentException if ε is not in that range
   */
  public Match maximumMatch(double epsilon) {
    if (!(epsilon > 0 && epsilon <= 1)) {
      throw new IllegalArgumentException("expected an epsilon in (0, 1], found " + epsilon);
    }
    List<Integer> x = within(Group.X, epsilon);
    List<Integer> y = within(Group.Y, epsilon);
    double similarity = neurons == 0 ? 0 : (double) (x.size() + y.size()) / neurons;
    return new Match(
        epsilon,
        x,
        y,
        similarity,
        borderline(Group.X, epsilon),
        borderline(Group.Y, epsilon),
        List.of(),
        List.of());
  }

  private List<Integer> within(Group group, double epsilon) {
    List<Integer> within = new ArrayList<>();
    double[] level = levels.get(group).level;
    for (int neuron = 0; neuron < level.length; neuron++) {
      if (level[neuron] <= epsilon) {
        within.add(neuron);
      }
    }
    return List.copyOf(within);
  }

  private List<Integer> borderline(Group group, double epsilon) {
    List<Integer> borderline = new ArrayList<>();
    Levels found = levels.get(group);
    for (int neuron = 0; neuron < found.level.length; neuron++) {
      if (epsilon < 1 && Math.abs(found.level[neuron] - epsilon) <= found.error[neuron]) {
        borderline.add(neuron);
      }
    }
    return List.copyOf(borderline);
  }

  /**
   * Returns the smallest ε at which at least {@code size} neurons of both groups together match.
   *
   * @param size number of neurons, at least 1
   * @return empty if fewer neurons match at every ε
   */
  public OptionalDouble epsilonFor(int size) {
    return smallest(sorted(), size);
  }

  /**
   * Returns the smallest ε at which at least {@code size} neurons of each group match.
   *
   * @param size number of neurons, at least 1
   * @return empty if fewer neurons match at every ε
   */
  public OptionalDouble epsilonForEach(int size) {
    double largest = 0;
    for (Levels found : levels.values()) {
      OptionalDouble epsilon = smallest(Arrays.stream(found.level).sorted().toArray(), size);
      if (epsilon.isEmpty()) {
        return epsilon;
      }
      largest = Math.max(largest, epsilon.getAsDouble());
    }
    return OptionalDouble.of(largest);
  }

  /**
   * Returns the nearest jump of the similarity beside an ε: the ε at which at least a tenth of all
   * neurons, and no fewer than two, begin to match at once. A similarity at one fixed ε says little
   * if a jump is near.
   *
   * @param epsilon ε
   * @return the nearest jump, of two at the same distance the one at the smaller ε; empty if the
   *     similarity has none
   */
  public Optional<Jump> nearestJump(double epsilon) {
    double[] sorted = sorted();
    Jump nearest = null;
    for (int from = 0, to = 0; from < sorted.length && sorted[from] <= 1; from = to) {
      while (to < sorted.length && sorted[to] == sorted[from]) {
        to++;
      }
      boolean jumps = to - from >= Math.max(2, JUMP_SHARE * neurons);
      if (jumps
          && (nearest == null
              || Math.abs(sorted[from] - epsilon) < Math.abs(nearest.epsilon() - epsilon))) {
        nearest = new Jump(sorted[from], (double) from / neurons, (double) to / neurons);
      }
    }
    return Optional.ofNullable(nearest);
  }

  /**
   * A place where the similarity jumps.
   *
   * @param epsilon the ε at which it does
   * @param from the similarity just below
   * @param to the similarity from there on
   */
  public record Jump(double epsilon, double from, double to) {}

  /** All levels, ascending; infinite ones last. */
  private double[] sorted() {
    return levels.values().stream()
        .flatMapToDouble(found -> Arrays.stream(found.level))
        .sorted()
        .toArray();
  }

  /**
   * Returns round values of ε to try next where layers don't match at smaller ones: those at which
   * layers begin to match, and at which half of their neurons do.
   *
   * @param spectra the match levels of the layers
   * @return at most five values in (0, 1), ascending; none if no layer matches below 0.95
   */
  public static List<BigDecimal> nextEpsilons(List<MatchSpectrum> spectra) {
    return NextEpsilons.of(spectra);
  }

  private static OptionalDouble smallest(double[] sorted, int size) {
    if (size < 1) {
      throw new IllegalArgumentException("expected a size of at least 1, found " + size);
    }
    return size <= sorted.length && sorted[size - 1] <= 1
        ? OptionalDouble.of(sorted[size - 1])
        : OptionalDouble.empty();
  }

  /** Such as "match levels of 64 + 60 neurons, 0.0132 to 0.871, 2 dead". */
  @Override
  public String toString() {
    double[] living =
        levels.values().stream()
            .flatMapToDouble(found -> Arrays.stream(found.level))
            .filter(level -> level <= 1)
            .sorted()
            .toArray();
    String range =
        living.length == 0
            ? ""
            : String.format(Locale.ROOT, ", %.4g to %.4g", living[0], living[living.length - 1]);
    return "match levels of "
        + levels.get(Group.X).level.length
        + " + "
        + levels.get(Group.Y).level.length
        + " neurons"
        + range
        + ", "
        + (neurons - living.length)
        + " dead";
  }
}
