package org.spanmatch.match;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Removes neurons from a match on trial, to see which maximum match is left.
 *
 * <p>A group's distances are asked for only after the other group, whose span it is projected on,
 * has shrunk. After the first removal a trial takes rounds of one question and one removal each
 * until no neuron is too far; most trials take one round.
 */
final class Trials {
  private final ProjectionTable table;
  private final Limits limits;
  private final Numbering numbering;
  private BitSet left;
  private BitSet borderline = new BitSet();

  /** A state to return to. */
  record Mark(ProjectionTable.Mark mark, BitSet left, BitSet borderline) {}

  /** Starts from the neurons that remain in a table, which must be a match with these limits. */
  private Trials(ProjectionTable table, Limits limits) {
    this.table = table;
    this.limits = limits;
    this.numbering = Numbering.of(table);
    this.left = numbering.remaining(table);
  }

  /**
   * Removes the neurons outside a match from the table and returns trials that start from the
   * match.
   *
   * @param limits those with which the match was found
   */
  static Trials of(ProjectionTable table, Match match, Limits limits) {
    keepOnly(table, Group.X, match.x());
    keepOnly(table, Group.Y, match.y());
    Trials trials = new Trials(table, limits);
    trials.prepare();
    Numbering numbering = trials.numbering;
    trials.borderline = numbering.set(match.borderlineX(), match.borderlineY());
    return trials;
  }

  static void keepOnly(ProjectionTable table, Group group, List<Integer> positions) {
    BitSet kept = new BitSet();
    positions.forEach(kept::set);
    int[] remaining = table.remaining(group);
    table.remove(group, Arrays.stream(remaining).filter(position -> !kept.get(position)).toArray());
  }

  /** Computes both groups' distances, so that the marks set from now on include them. */
  private void prepare() {
    for (Group group : Group.values()) {
      table.distances(group);
    }
  }

  /** Returns an independent copy for another thread; the backend's tables must support copies. */
  Trials copy() {
    Trials copy = new Trials(table.copy().orElseThrow(), limits);
    copy.borderline = (BitSet) borderline.clone();
    return copy;
  }

  void close() {
    table.close();
  }

  Numbering numbering() {
    return numbering;
  }

  /** Returns the neurons of the current match; the caller must not modify the set. */
  BitSet left() {
    return left;
  }

  /** Returns the neurons with a borderline decision on the way to the current match. */
  BitSet borderline() {
    return borderline;
  }

  Mark mark() {
    return new Mark(table.mark(), (BitSet) left.clone(), (BitSet) borderline.clone());
  }

  void rollback(Mark mark) {
    table.rollback(mark.mark());
    left = (BitSet) mark.left().clone();
    borderline = (BitSet) mark.borderline().clone();
  }

  /** Adds borderline decisions that the current state rests on although it was rolled back. */
  void note(BitSet decisions) {
    borderline.or(decisions);
  }

  /**
   * Removes a neuron, and then all that no longer match without it.
   *
   * @param needed stops when one of these is lost
   * @param wanted stops when all of these are lost
   * @return true if the current match is now the maximum match of the rest; false if the trial
   *     stopped early, and {@link #borderline()} then has the decisions that led there
   */
  boolean without(int neuron, BitSet needed, BitSet wanted) {
    return without(neuron, needed, wanted, lost -> null);
  }

  /**
   * Removes a neuron as {@link #without(int, BitSet, BitSet)} does, and uses what is known to be
   * lost with some neurons.
   *
   * @param known returns the neurons lost with a neuron, or null if they are not known
   */
  boolean without(int neuron, BitSet needed, BitSet wanted, IntFunction<BitSet> known) {
    BitSet kept = new BitSet(); // by a borderline decision
    Group first = numbering.group(neuron);
    left.clear(neuron);
    table.remove(first, numbering.position(neuron));
    boolean xShrank = first == Group.X;
    boolean yShrank = !xShrank;
    while (xShrank || yShrank) {
      Group group = xShrank ? Group.Y : Group.X; // X's shrinking moves Y's distances
      BitSet lost = outside(group, needed, kept);
      if (lost == null) {
        return false;
      }
      if (group == Group.Y) {
        xShrank = false;
      } else {
        yShrank = false;
      }
      if (!lost.isEmpty()) {
        addKnown(lost, known);
        left.andNot(lost);
        if (lost.intersects(needed) || !left.intersects(wanted)) {
          return false;
        }
        xShrank |= remove(Group.X, lost);
        yShrank |= remove(Group.Y, lost);
      }
    }
    kept.and(left);
    borderline.or(kept);
    return true;
  }

  private void addKnown(BitSet lost, IntFunction<BitSet> known) {
    BitSet direct = (BitSet) lost.clone();
    direct.stream()
        .forEach(
            neuron -> {
              BitSet more = known.apply(neuron);
              if (more != null) {
                lost.or(more);
              }
            });
    lost.and(left);
  }

  private boolean remove(Group group, BitSet lost) {
    int from = group == Group.X ? 0 : numbering.x();
    int to = group == Group.X ? numbering.x() : numbering.x() + numbering.y();
    int[] positions = new int[lost.cardinality()];
    int count = 0;
    for (int n = lost.nextSetBit(from); n >= 0 && n < to; n = lost.nextSetBit(n + 1)) {
      positions[count++] = n - from;
    }
    table.remove(group, Arrays.copyOf(positions, count));
    return count > 0;
  }

  /**
   * Returns the neurons of a group that are farther than ε.
   *
   * @param kept receives the neurons that stay by a borderline decision
   * @return null if a needed neuron is among them
   */
  private BitSet outside(Group group, BitSet needed, BitSet kept) {
    Distances distances = table.distances(group);
    BitSet lost = new BitSet();
    BitSet doubtful = new BitSet();
    BitSet neededInDoubt = new BitSet();
    for (int i = 0; i < distances.size(); i++) {
      boolean within = limits.within(group, distances, i);
      boolean inDoubt =
          within
              ? !limits.surelyWithin(group, distances, i)
              : limits.maybeWithin(group, distances, i);
      if (within && !inDoubt) {
        continue;
      }
      int number = numbering.number(group, distances.neuron(i));
      if (within) {
        kept.set(number);
        continue;
      }
      lost.set(number);
      if (needed.get(number)) {
        if (!inDoubt) {
          return null; // certain, so the others don't matter
        }
        neededInDoubt.set(number);
      } else if (inDoubt) {
        doubtful.set(number);
      }
    }
    if (!neededInDoubt.isEmpty()) {
      borderline.or(neededInDoubt);
      return null;
    }
    borderline.or(doubtful);
    return lost;
  }

  /** Returns the largest distance in the match, which is the smallest ε for which it is a match. */
  double largestDistance() {
    double largest = 0;
    for (Group group : Group.values()) {
      Distances distances = table.distances(group);
      for (int i = 0; i < distances.size(); i++) {
        largest = Math.max(largest, distances.distance(i));
      }
    }
    return largest;
  }
}
