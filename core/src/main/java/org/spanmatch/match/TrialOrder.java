package org.spanmatch.match;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * The order in which a search tries to remove neurons from a match. It decides which of several
 * v-minimal matches is found.
 *
 * @param neurons the neurons to try, each at most once; those outside a match are skipped
 */
public record TrialOrder(List<Neuron> neurons) {
  /**
   * Checks that no neuron occurs twice.
   *
   * @param neurons the neurons to try, each at most once
   */
  public TrialOrder {
    neurons = List.copyOf(neurons);
    if (neurons.stream().distinct().count() < neurons.size()) {
      throw new IllegalArgumentException("a neuron is there twice");
    }
  }

  /**
   * {@return the order of the authors' program: X by position, then Y by position}
   *
   * @param table the two groups
   */
  public static TrialOrder byIndex(ProjectionTable table) {
    return new TrialOrder(remaining(table));
  }

  /**
   * {@return a random order that depends on the seed and the numbers of neurons only}
   *
   * @param table the two groups
   * @param seed the seed
   */
  public static TrialOrder random(ProjectionTable table, long seed) {
    // Shuffles dead neurons too, so that the order doesn't depend on which ones are dead.
    List<Neuron> all = new ArrayList<>();
    for (Group group : Group.values()) {
      for (int position = 0; position < table.neurons(group); position++) {
        all.add(new Neuron(group, position));
      }
    }
    Collections.shuffle(all, new Random(seed));
    return new TrialOrder(all);
  }

  /**
   * {@return the order of descending match level: neurons of high level are removed easily and take
   * others with them}
   *
   * @param table the two groups
   * @param spectrum the match levels of the neurons in the table
   */
  public static TrialOrder byLevel(ProjectionTable table, MatchSpectrum spectrum) {
    Comparator<Neuron> byLevel =
        Comparator.comparingDouble(n -> spectrum.level(n.group(), n.position()).orElse(1));
    return new TrialOrder(remaining(table).stream().sorted(byLevel.reversed()).toList());
  }

  private static List<Neuron> remaining(ProjectionTable table) {
    return Stream.of(Group.values())
        .flatMap(
            group ->
                Arrays.stream(table.remaining(group))
                    .mapToObj(position -> new Neuron(group, position)))
        .toList();
  }

  /** Returns the numbers of a match's neurons in this order. */
  int[] numbers(Numbering numbering, BitSet match) {
    int[] numbers =
        neurons.stream()
            .filter(numbering::contains)
            .mapToInt(numbering::number)
            .filter(match::get)
            .toArray();
    if (numbers.length < match.cardinality()) {
      throw new IllegalArgumentException("neurons of the maximum match are missing in the order");
    }
    return numbers;
  }
}
