package org.spanmatch.match;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Numbers the neurons of both groups consecutively, so that one bit set can hold them: first all of
 * X, then all of Y, dead ones included.
 *
 * @param x number of neurons of X
 * @param y number of neurons of Y
 */
record Numbering(int x, int y) {
  static Numbering of(ProjectionTable table) {
    return new Numbering(table.neurons(Group.X), table.neurons(Group.Y));
  }

  int number(Group group, int position) {
    return group == Group.X ? position : x + position;
  }

  int number(Neuron neuron) {
    return number(neuron.group(), neuron.position());
  }

  /** Whether a neuron exists, dead or not. */
  boolean contains(Neuron neuron) {
    return neuron.position() >= 0 && neuron.position() < (neuron.group() == Group.X ? x : y);
  }

  Group group(int number) {
    return number < x ? Group.X : Group.Y;
  }

  int position(int number) {
    return number < x ? number : number - x;
  }

  Neuron neuron(int number) {
    return new Neuron(group(number), position(number));
  }

  /** Returns the neurons that remain in a table. */
  BitSet remaining(ProjectionTable table) {
    BitSet remaining = new BitSet(x + y);
    for (Group group : Group.values()) {
      for (int position : table.remaining(group)) {
        remaining.set(number(group, position));
      }
    }
    return remaining;
  }

  BitSet set(List<Integer> xPositions, List<Integer> yPositions) {
    BitSet set = new BitSet(x + y);
    xPositions.forEach(set::set);
    yPositions.forEach(position -> set.set(x + position));
    return set;
  }

  /** Returns the positions of a group's neurons in a set, ascending. */
  List<Integer> positions(Group group, BitSet set) {
    IntStream numbers = group == Group.X ? set.stream().takeWhile(n -> n < x) : tail(set);
    return numbers.map(this::position).boxed().toList();
  }

  private IntStream tail(BitSet set) {
    return set.stream().dropWhile(n -> n < x);
  }

  List<Neuron> neurons(BitSet set) {
    return set.stream().mapToObj(this::neuron).toList();
  }
}
