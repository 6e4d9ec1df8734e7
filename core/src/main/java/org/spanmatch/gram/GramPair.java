package org.spanmatch.gram;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Two layers of a {@link Gram}, by position.
 *
 * <p>Sets of pairs say which inner products between layers to add up. Those within a layer need no
 * request: every Gram matrix has them.
 *
 * @param first position of one layer, from 0
 * @param second position of the other, at least {@code first}
 */
public record GramPair(int first, int second) implements Comparable<GramPair> {
  /**
   * Checks the positions and their order.
   *
   * @param first position of one layer, from 0
   * @param second position of the other, at least {@code first}
   */
  public GramPair {
    if (first < 0 || second < first) {
      throw new IllegalArgumentException(
          "expected positions 0 ≤ first ≤ second, found " + first + " and " + second);
    }
  }

  /**
   * {@return the pair of two layers, given in either order}
   *
   * @param one a layer's position
   * @param other another layer's position, or the same
   */
  public static GramPair of(int one, int other) {
    return new GramPair(Math.min(one, other), Math.max(one, other));
  }

  /**
   * {@return all pairs of different layers}
   *
   * @param layers number of layers, at least 0
   */
  public static Set<GramPair> all(int layers) {
    Set<GramPair> pairs = new LinkedHashSet<>();
    for (int first = 0; first < layers; first++) {
      for (int second = first + 1; second < layers; second++) {
        pairs.add(new GramPair(first, second));
      }
    }
    return pairs;
  }

  /** Orders by the first layer, then by the second. */
  @Override
  public int compareTo(GramPair other) {
    int byFirst = Integer.compare(first, other.first);
    return byFirst != 0 ? byFirst : Integer.compare(second, other.second);
  }
}
