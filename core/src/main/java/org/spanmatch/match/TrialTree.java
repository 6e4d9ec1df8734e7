package org.spanmatch.match;

import java.util.BitSet;
import java.util.function.BooleanSupplier;

/**
 * Algorithm 2 of Wang et al. (2018) for many neurons v at once: the trials that several v begin
 * with are made once, and where a trial loses some of the v and not others, their ways part.
 *
 * <p>A trial that loses v shows that every match inside of the present one that contains v also
 * contains the neuron that was tried. So that neuron is as much needed as v itself, and later
 * trials are given up as soon as they lose any needed one; the matches that are found are the same.
 *
 * <p>With m neurons in the match, one v takes at most m trials, and all v at most m²/2, most of
 * them in what is left of small matches.
 */
final class TrialTree {
  // Smaller matches are done before another thread has begun with them.
  private static final int WORTH_HELP = 24;

  private final int[] order;
  private final Dependents dependents;
  private final BooleanSupplier stopped;
  private final Helpers helpers;
  private final Found found;

  /** Takes the matches that are found, from several threads. */
  interface Found {
    /**
     * A match.
     *
     * @param trials at the match
     * @param minimalFor all v that led to it
     */
    void add(Trials trials, BitSet minimalFor);
  }

  /**
   * A search.
   *
   * @param order the numbers of the neurons in the order of trial
   * @param dependents what is known of them
   * @param stopped is asked before each trial whether to give up
   */
  TrialTree(
      int[] order, Dependents dependents, BooleanSupplier stopped, Helpers helpers, Found found) {
    this.order = order.clone();
    this.dependents = dependents;
    this.stopped = stopped;
    this.helpers = helpers;
    this.found = found;
  }

  /** Finds a minimal match of every wanted neuron in the match that the trials are at. */
  void search(Trials trials, BitSet wanted) {
    if (!wanted.isEmpty()) {
      walk(trials, 0, wanted, neededBy(wanted));
    }
  }

  /** What no match with any of these neurons does without. */
  private BitSet neededBy(BitSet wanted) {
    BitSet needed = null;
    for (int v = wanted.nextSetBit(0); v >= 0; v = wanted.nextSetBit(v + 1)) {
      if (needed == null) {
        needed = dependents.neededBy(v);
      } else if (needed.isEmpty()) {
        break;
      } else {
        needed.and(dependents.neededBy(v));
      }
    }
    return needed;
  }

  /**
   * Goes on with the trials.
   *
   * @param next the place in the order
   * @param wanted those whose match is to be found; changed
   * @param needed those that all of their matches contain; changed
   */
  private void walk(Trials trials, int next, BitSet wanted, BitSet needed) {
    Trials.Mark mark = trials.mark();
    for (int place = next; place < order.length; place++) {
      int neuron = order[place];
      if (!trials.left().get(neuron) || needed.get(neuron)) {
        continue;
      }
      if (stopped.getAsBoolean() || helpers.failed()) {
        return;
      }
      BitSet kept = dependents.without(neuron, wanted);
      if (kept.isEmpty()) {
        needed.set(neuron);
        continue;
      }
      boolean stays = trials.without(neuron, needed, kept);
      if (!stays) {
        BitSet decisions = trials.borderline();
        trials.rollback(mark);
        trials.note(decisions);
        needed.set(neuron);
        continue;
      }
      kept.and(trials.left());
      BitSet parting = (BitSet) wanted.clone();
      parting.andNot(kept);
      if (parting.isEmpty()) {
        mark = trials.mark();
        continue;
      }
      BitSet neededByParting = (BitSet) needed.clone();
      neededByParting.set(neuron);
      neededByParting.or(neededBy(parting));
      BitSet neededByKept = (BitSet) needed.clone();
      neededByKept.or(neededBy(kept));
      BitSet decisions = (BitSet) trials.borderline().clone();
      // The larger part goes on here, so that this is not called inside of itself often.
      if (parting.cardinality() > kept.cardinality()) {
        part(trials, place + 1, kept, neededByKept);
        trials.rollback(mark);
        trials.note(decisions);
        wanted = parting;
        needed = neededByParting;
      } else {
        trials.rollback(mark);
        trials.note(decisions);
        part(trials, place + 1, parting, neededByParting);
        trials.rollback(mark);
        trials.note(decisions);
        trials.without(neuron, needed, kept);
        wanted = kept;
        needed = neededByKept;
        mark = trials.mark();
      }
    }
    found.add(trials, wanted);
  }

  /** Goes on with the smaller part of the neurons, in another thread if there is one. */
  private void part(Trials trials, int next, BitSet wanted, BitSet needed) {
    if (trials.left().cardinality() < WORTH_HELP
        || !helpers.offer(trials, copy -> walk(copy, next, wanted, needed))) {
      walk(trials, next, wanted, needed);
    }
  }
}
