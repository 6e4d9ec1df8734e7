package org.spanmatch.compare;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.similarity.Chance;

/**
 * A reason why the similarity of a layer may say little, and what to do about it.
 *
 * @param code what is wrong, for programs
 * @param message the same for people: a sentence without a full stop that ends with a cure
 */
public record Warning(Code code, String message) {
  private static final double CHANCE_MARGIN = 0.02;
  private static final double[] SHARES = {0.1, 0.25, 0.5, 0.75};

  /**
   * The kinds of warnings. Their texts, such as {@code few-samples}, are stable; more may be added.
   */
  public enum Code {
    /** A network has at least as many living neurons as there are samples. */
    FILLS_SPACE,
    /** The neurons of a network span more than a tenth as many dimensions as there are samples. */
    FEW_SAMPLES,
    /** Half of a network's neurons owe more than half of their squared norm to their mean. */
    COMMON_MEAN,
    /** The squared norm of half of a network's neurons lies on very few samples. */
    OUTLIER_SAMPLES,
    /** More than a tenth of a network's neurons are active at very few samples. */
    RARELY_ACTIVE,
    /** The rounding of stored activations may move a distance by more than 0.01. */
    STORAGE_ROUNDING,
    /** One sample makes up a large share of all, such as padding. */
    PADDING,
    /** Most samples occur several times. */
    REPEATED_SAMPLES,
    /** At an ε asked for, the similarity is no more than chance gives. */
    NOT_ABOVE_CHANCE;

    /** Returns the text, such as "few-samples". */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Checks that nothing is null.
   *
   * @param code what is wrong
   * @param message the same for people
   */
  public Warning {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
  }

  /**
   * Returns the warnings that two layers deserve, in the order of {@link Code}.
   *
   * @param table the layers, from which nothing has been removed yet
   * @return at most one warning of each kind
   */
  public static List<Warning> of(ProjectionTable table) {
    return of(table, PerGroup.from(table::distances));
  }

  /**
   * Returns the warnings that two layers deserve, in the order of {@link Code}. Costs O(neurons),
   * and {@link ProjectionTable#rank} where samples are few for the neurons.
   *
   * @param table the layers, from which nothing has been removed yet
   * @param distances of both groups to the full span of the other one, before any removal
   * @return at most one warning of each kind
   */
  public static List<Warning> of(ProjectionTable table, PerGroup<Distances> distances) {
    return LayerWarnings.of(table, distances);
  }

  /**
   * Returns the warning that some matches of two layers deserve where their similarity is no more
   * than what chance gives at an ε that is larger by at most {@value #CHANCE_MARGIN}, to which the
   * formula of {@link Chance} is good. A similarity of 0 claims nothing, and ε = 1 asks nothing.
   *
   * @param matches the matches
   * @param chance the similarity by chance
   * @return a warning of {@link Code#NOT_ABOVE_CHANCE}; empty if all clear it
   */
  public static Optional<Warning> ofChance(List<Match> matches, Chance chance) {
    return ofChance(matches, chance, match -> Double.toString(match.epsilon()));
  }

  /**
   * Returns the warning that match levels deserve where the similarity at the ε at which a tenth, a
   * quarter, half or three quarters of all neurons match is no more than what chance gives, as
   * above, and ε is not 0. The levels of the last neurons are near those by chance between any
   * networks, and say nothing of the others.
   *
   * @param levels the match levels
   * @param chance the similarity by chance
   * @return a warning of {@link Code#NOT_ABOVE_CHANCE}; empty if all clear it
   */
  public static Optional<Warning> ofChance(MatchSpectrum levels, Chance chance) {
    int neurons = levels.levels(Group.X).length + levels.levels(Group.Y).length;
    List<Match> matches =
        DoubleStream.of(SHARES)
            .mapToInt(share -> Math.max(1, (int) Math.ceil(share * neurons)))
            .mapToObj(levels::epsilonFor)
            .flatMapToDouble(OptionalDouble::stream)
            .filter(epsilon -> epsilon > 0) // there is no smaller one to ask at
            .distinct()
            .mapToObj(levels::maximumMatch)
            .toList();
    return ofChance(matches, chance, match -> String.format(Locale.ROOT, "%.4f", match.epsilon()));
  }

  private static Optional<Warning> ofChance(
      List<Match> matches, Chance chance, Function<Match, String> epsilon) {
    List<Match> within =
        matches.stream()
            .filter(match -> match.similarity() > 0 && match.epsilon() < 1)
            .filter(
                match -> match.similarity() <= chance.similarity(match.epsilon() + CHANCE_MARGIN))
            .toList();
    return within.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Warning(
                Code.NOT_ABOVE_CHANCE,
                "at ε="
                    + within.stream().map(epsilon).collect(Collectors.joining(", "))
                    + " the similarity is no more than networks reach whose samples are in"
                    + " different orders: ask at a smaller ε, use more samples, or subtract the"
                    + " mean of each neuron"));
  }

  /**
   * {@return the codes of some warnings, separated by blanks; empty for none}
   *
   * @param warnings the warnings
   */
  public static String codes(List<Warning> warnings) {
    return warnings.stream()
        .map(warning -> warning.code().toString())
        .collect(Collectors.joining(" "));
  }
}
