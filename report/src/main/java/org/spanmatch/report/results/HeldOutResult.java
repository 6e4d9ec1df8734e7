package org.spanmatch.report.results;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.spanmatch.kernel.Group;
import org.spanmatch.similarity.HeldOut;

/**
 * What held-out samples say of a maximum match, in the shape of the JSON result.
 *
 * @param share the share of the matched neurons with a held-out distance whose one is at most ε;
 *     null if none has one
 * @param x the held-out distances of the first network's matched neurons, in their order; null for
 *     one that is active at too few samples
 * @param y the same of the second network
 */
public record HeldOutResult(Double share, List<Double> x, List<Double> y) {
  /**
   * Returns what held-out samples say of a match.
   *
   * @param span the number of the span of the matched neurons
   */
  public static HeldOutResult of(MatchResult match, HeldOut heldOut, int span) {
    List<Double> x = distances(match.x(), Group.X, heldOut, span);
    List<Double> y = distances(match.y(), Group.Y, heldOut, span);
    List<Double> all = Stream.of(x, y).flatMap(List::stream).filter(Objects::nonNull).toList();
    double within = all.stream().filter(distance -> distance <= match.epsilon()).count();
    return new HeldOutResult(all.isEmpty() ? null : within / all.size(), x, y);
  }

  /** Returns the distances of a network's matched neurons. */
  public List<Double> of(Group group) {
    return group == Group.X ? x : y;
  }

  private static List<Double> distances(
      List<Integer> neurons, Group group, HeldOut heldOut, int span) {
    return PerNeuron.of(neurons, neuron -> heldOut.distance(group, span, neuron));
  }
}
