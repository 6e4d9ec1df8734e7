package org.spanmatch.match;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * A match that neurons are taken out of, to see what maximum match is left.
 *
 * <p>A group is looked at only after the other, whose span it is projected on, has shrunk. A trial
 * costs a question and a removal for each round of neurons that follow the first one out; most have
 * one round.
 */
final class Trials {
  private final ProjectionTable table;
  private final double epsilon;
  private final Numbering numbering;
  private BitSet left;
  private BitSet borderline = new BitSet();

  /** A state to return to. */
  record Mark(ProjectionTable.Mark mark, BitSet left, BitSet borderline) {}

  /** What remains in a table, which is a match for ε. */
  Trials(ProjectionTable table, double epsilon) {
    this.table = table;
    this.epsilon = epsilon;
    this.numbering = Numbering.of(table);
    this.left = new BitSet(numbering.x() + numbering.y());
    for (Group group : Group.values()) {
      for (int position : table.remaining(group)) {
        left.set(numbering.number(group, position));
      }
    }
  }

  /** The neurons outside of a match are taken out, and what remains is made ready for trials. */
  static Trials of(ProjectionTable table, Match match) {
    keepOnly(table, Group.X, match.x());
    keepOnly(table, Group.Y, match.y());
    Trials trials = new Trials(table, match.epsilon());
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

  /** Lets a mark that is made now hold what trials start from. */
  private void prepare() {
    for (Group group : Group.values()) {
      table.distances(group);
    }
  }

  /** The same for another thread, if the backend can. */
  Trials copy() {
    Trials copy = new Trials(table.copy().orElseThrow(), epsilon);
    copy.borderline = (BitSet) borderline.clone();
    return copy;
  }

  void close() {
    table.close();
  }

  Numbering numbering() {
    return numbering;
  }

  /** The neurons of the match, which the caller does not change. */
  BitSet left() {
    return left;
  }

  /** Neurons whose decision was within its error bound, on the way to this match. */
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

  /** Notes borderline decisions on which a state rests that was returned to. */
  void note(BitSet decisions) {
    borderline.or(decisions);
  }

  /**
   * Takes a neuron out, and then what can't match without it.
   *
   * @param needed stop when one of these is lost
   * @param wanted stop when all of these are lost
   * @return whether the maximum match of the rest is what is left now; if not, it was stopped, and
   *     {@link #borderline()} has the decisions that led there
   */
  boolean without(int neuron, BitSet needed, BitSet wanted) {
    return without(neuron, needed, wanted, lost -> null);
  }

  /**
   * The same where it is known of some neurons what else goes when they go.
   *
   * @param known for a neuron what is lost with it, or null if that is not known
   */
  boolean without(int neuron, BitSet needed, BitSet wanted, IntFunction<BitSet> known) {
    BitSet kept = new BitSet(); // by borderline decisions
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
   * The neurons of a group that are too far.
   *
   * @param kept receives those that are near enough by a borderline decision
   * @return null if a needed one is among them
   */
  private BitSet outside(Group group, BitSet needed, BitSet kept) {
    if (epsilon == 0) {
      table.sharpen(); // what counts as exact depends on the coefficients
    }
    Distances distances = table.distances(group);
    BitSet lost = new BitSet();
    BitSet doubtful = new BitSet();
    BitSet neededInDoubt = new BitSet();
    for (int i = 0; i < distances.size(); i++) {
      boolean within = distances.within(i, epsilon);
      boolean inDoubt = distances.borderline(i, epsilon);
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
          return null; // for certain, whatever the others are
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

  /** The largest distance in the match: the least ε for which it is one. */
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
