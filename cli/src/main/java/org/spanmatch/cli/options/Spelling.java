package org.spanmatch.cli.options;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a mistyped one was meant to be. */
public final class Spelling {
  private static final int LEAST_PREFIX = 3;

  private Spelling() {}

  /**
   * Returns the word nearest to a mistyped one: one of which it is the beginning, or one with about
   * a third of the letters wrong at most; empty if none is that near. Costs the product of the
   * lengths for each word.
   */
  public static Optional<String> nearest(String typed, Collection<String> words) {
    String word = typed.toLowerCase(Locale.ROOT);
    if (words.contains(word)) {
      return Optional.of(word);
    }
    if (word.length() >= LEAST_PREFIX) {
      Optional<String> longer = words.stream().filter(each -> each.startsWith(word)).findFirst();
      if (longer.isPresent()) {
        return longer;
      }
    }
    return words.stream()
        .filter(each -> distance(word, each) <= Math.max(1, each.length() / 3))
        .min(Comparator.comparingInt(each -> distance(word, each)));
  }

  /**
   * Returns how many letters to insert, leave out, exchange, or swap with their neighbour (Damerau,
   * A technique for computer detection and correction of spelling errors, 1964).
   */
  private static int distance(String first, String second) {
    if (Math.abs(first.length() - second.length()) > second.length()) {
      return first.length(); // far apart, whatever a long word holds
    }
    int[][] costs = new int[first.length() + 1][second.length() + 1];
    for (int i = 0; i <= first.length(); i++) {
      for (int j = 0; j <= second.length(); j++) {
        costs[i][j] = i == 0 || j == 0 ? i + j : cost(first, second, costs, i, j);
      }
    }
    return costs[first.length()][second.length()];
  }

  private static int cost(String first, String second, int[][] costs, int i, int j) {
    int exchange = first.charAt(i - 1) == second.charAt(j - 1) ? 0 : 1;
    int least =
        Math.min(costs[i - 1][j - 1] + exchange, 1 + Math.min(costs[i - 1][j], costs[i][j - 1]));
    boolean swapped =
        i > 1
            && j > 1
            && first.charAt(i - 1) == second.charAt(j - 2)
            && first.charAt(i - 2) == second.charAt(j - 1);
    return swapped ? Math.min(least, costs[i - 2][j - 2] + 1) : least;
  }
}
