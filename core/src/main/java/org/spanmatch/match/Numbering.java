package org.spanmatch.match;

import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * The neurons of both groups numbered as one, so that a bit set can hold any of them: first all of
 * X, then all of Y, the dead ones included.
 *
 * @param x how many X has
 * @param y how many Y has
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

  /** Whether there is such a neuron, dead or not. */
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

  BitSet set(List<Integer> xPositions, List<Integer> yPositions) {
    BitSet set = new BitSet(x + y);
    xPositions.forEach(set::set);
    yPositions.forEach(position -> set.set(x + position));
    return set;
  }

  /** The positions of a group's neurons in a set, ascending. */
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
