package org.spanmatch.match;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * All v-minimal matches of a neuron v (Wang et al. 2018, algorithm 3).
 *
 * <p>The paper asks for a set of neurons that hits every match found so far and without which v
 * still matches. Such sets are found as a tree: a match S that is still whole is known or found by
 * algorithm 2, and for each of its neurons u one goes on without u. There only matches that contain
 * the neurons of S before u are sought, since others belong to the branches before; so no branch
 * repeats another's work. A branch ends where v or a neuron that is sought is lost. (The idea is
 * that of hitting-set trees, Reiter, A theory of diagnosis from first principles, 1987.)
 *
 * <p>In the worst case that is exponential in the number of matches.
 */
final class AllMinimalMatches {
  private final int[] order;
  private final Dependents dependents;
  private final long limit;
  private final BooleanSupplier stopped;
  private final TrialTree.Found found;

  /** The search for one neuron. */
  private final class Search {
    final Trials trials;
    final BitSet wanted = new BitSet();
    final List<BitSet> matches = new ArrayList<>();
    boolean cut;

    Search(Trials trials, int v) {
      this.trials = trials;
      wanted.set(v);
    }

    /** Finds those that are in the match that the trials are at, and contain what is sought. */
    void in(BitSet sought) {
      BitSet whole = whole();
      if (whole == null) {
        return;
      }
      Trials.Mark mark = trials.mark();
      for (int u : order) {
        if (!whole.get(u) || sought.get(u)) {
          continue;
        }
        if (isOver()) {
          return;
        }
        if (!dependents.without(u, wanted).isEmpty()) {
          boolean stays = trials.without(u, sought, wanted);
          BitSet decisions = (BitSet) trials.borderline().clone();
          if (stays) {
            in((BitSet) sought.clone());
            decisions = (BitSet) trials.borderline().clone();
          }
          trials.rollback(mark);
          trials.note(decisions);
        }
        sought.set(u);
      }
    }

    /** A match of v inside of the present one; null if it is one too many, or time is over. */
    private BitSet whole() {
      for (BitSet match : matches) {
        if (isWhole(match)) {
          return match;
        }
      }
      if (isOver() || matches.size() >= limit) {
        cut = true;
        return null;
      }
      Trials.Mark mark = trials.mark();
      BitSet[] first = new BitSet[1];
      new TrialTree(
              order,
              dependents,
              stopped,
              Helpers.NONE,
              (match, minimalFor) -> {
                first[0] = (BitSet) match.left().clone();
                found.add(match, minimalFor);
              })
          .search(trials, (BitSet) wanted.clone());
      trials.rollback(mark);
      if (first[0] == null) {
        cut = true;
      } else {
        matches.add(first[0]);
      }
      return first[0];
    }

    private boolean isWhole(BitSet match) {
      BitSet missing = (BitSet) match.clone();
      missing.andNot(trials.left());
      return missing.isEmpty();
    }

    private boolean isOver() {
      cut |= stopped.getAsBoolean();
      return cut;
    }
  }

  /**
   * A search.
   *
   * @param order the numbers of the neurons in the order of trial
   * @param dependents what is known of them
   * @param limit the most matches to find for a neuron
   * @param stopped is asked before each trial whether to give up
   */
  AllMinimalMatches(
      int[] order,
      Dependents dependents,
      long limit,
      BooleanSupplier stopped,
      TrialTree.Found found) {
    this.order = order.clone();
    this.dependents = dependents;
    this.limit = limit;
    this.stopped = stopped;
    this.found = found;
  }

  /**
   * Finds all for a neuron in the match that the trials are at.
   *
   * @return whether these are all
   */
  boolean search(Trials trials, int v) {
    Search search = new Search(trials, v);
    search.in(dependents.neededBy(v));
    return !search.cut;
  }
}
