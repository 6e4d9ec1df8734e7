package org.spanmatch.match;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * All v-minimal matches of a neuron v (Wang et al. 2018, algorithm 3).
 *
 * <p>The paper looks for a set of neurons that hits every match found so far and whose removal
 * leaves v matched. This class enumerates such sets as a tree. At each node it takes a match S that
 * lies whole in the current one, either known already or found by algorithm 2, and branches on each
 * neuron u of S by removing u. The branch of u looks only for matches that contain the neurons of S
 * before u; the earlier branches cover the others, so no branch repeats another's work. A branch
 * ends when v or a required neuron is lost. (Hitting-set trees: Reiter, A theory of diagnosis from
 * first principles, 1987.)
 *
 * <p>The worst case is exponential in the number of matches.
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

    /**
     * Finds the matches inside the trials' current match that contain all neurons of {@code
     * sought}.
     */
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

    /**
     * Returns a match of v inside the current one, or null if the limit is reached or the search
     * was stopped.
     */
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
              SearchThreads.NONE,
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
   * @param order numbers of the neurons, in the order in which to try them
   * @param dependents the known dependences between neurons
   * @param limit the largest number of matches to find per neuron
   * @param stopped checked before each trial; true ends the search
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
   * Finds all minimal matches of a neuron inside the trials' current match.
   *
   * @return whether the search was complete
   */
  boolean search(Trials trials, int v) {
    Search search = new Search(trials, v);
    search.in(dependents.neededBy(v));
    return !search.cut;
  }
}
