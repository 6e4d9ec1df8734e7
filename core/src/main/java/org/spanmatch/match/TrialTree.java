package org.spanmatch.match;

import java.util.BitSet;
import java.util.function.BooleanSupplier;

/**
 * Algorithm 2 of Wang et al. (2018) for many neurons v at once. Several v share their first trials;
 * where a trial loses some of the v and keeps others, the search branches.
 *
 * <p>If removing a neuron loses v, every match inside the current one that contains v contains that
 * neuron too. It is then needed as much as v itself, and a later trial stops as soon as it loses
 * any needed neuron. This changes no match that is found.
 *
 * <p>With m neurons in the match, one v takes at most m trials and all v at most m²/2, most of them
 * in small matches.
 */
final class TrialTree {
  // A smaller match is finished before another thread could start on it.
  private static final int WORTH_HELP = 24;

  private final int[] order;
  private final Dependents dependents;
  private final BooleanSupplier stopped;
  private final SearchThreads searchThreads;
  private final Found found;

  /** Receives the matches found; called from several threads. */
  interface Found {
    /**
     * Receives one match.
     *
     * @param trials trials whose current match it is
     * @param minimalFor all v that led to it
     */
    void add(Trials trials, BitSet minimalFor);
  }

  /**
   * @param order numbers of the neurons, in the order in which to try them
   * @param dependents the known dependences between neurons
   * @param stopped checked before each trial; true ends the search
   */
  TrialTree(
      int[] order,
      Dependents dependents,
      BooleanSupplier stopped,
      SearchThreads searchThreads,
      Found found) {
    this.order = order.clone();
    this.dependents = dependents;
    this.stopped = stopped;
    this.searchThreads = searchThreads;
    this.found = found;
  }

  /** Finds a minimal match of every wanted neuron inside the trials' current match. */
  void search(Trials trials, BitSet wanted) {
    if (!wanted.isEmpty()) {
      walk(trials, 0, wanted, neededBy(wanted));
    }
  }

  /** Returns the neurons that every match with any of the wanted neurons contains. */
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
   * Continues the trials from a place in the order.
   *
   * @param next the first place in the order to try
   * @param wanted the neurons whose matches to find; modified
   * @param needed the neurons that all of their matches contain; modified
   */
  private void walk(Trials trials, int next, BitSet wanted, BitSet needed) {
    Trials.Mark mark = trials.mark();
    for (int place = next; place < order.length; place++) {
      int neuron = order[place];
      if (!trials.left().get(neuron) || needed.get(neuron)) {
        continue;
      }
      if (stopped.getAsBoolean() || searchThreads.failed()) {
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
      // Continue with the larger part here, which keeps the recursion shallow.
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

  /** Continues with the smaller part of the wanted neurons, on another thread if one is idle. */
  private void part(Trials trials, int next, BitSet wanted, BitSet needed) {
    if (trials.left().cardinality() < WORTH_HELP
        || !searchThreads.offer(trials, copy -> walk(copy, next, wanted, needed))) {
      walk(trials, next, wanted, needed);
    }
  }
}
