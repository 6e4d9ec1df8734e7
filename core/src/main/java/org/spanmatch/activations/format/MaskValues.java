package org.spanmatch.activations.format;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.Block;

/** Collects the values of a mask, as they lie in a file. Takes a bit per value. */
final class MaskValues {
  private final List<Long> shape;
  private final List<Integer> axes;
  private final int[] index; // of the next value
  private final int[] strides; // of the axes in C order
  private final BitSet kept = new BitSet(); // positions in C order, like those below
  private int position; // of the next value
  private int wrongPosition = Integer.MAX_VALUE; // of the first that is neither 0 nor 1
  private double wrongValue;

  /**
   * Expects the values of an array.
   *
   * @param shape sizes whose product fits an int
   * @param axes the order in which the values come, the axis that varies slowest first
   */
  MaskValues(List<Long> shape, List<Integer> axes) {
    this.shape = shape;
    this.axes = axes;
    this.index = new int[shape.size()];
    this.strides = new int[shape.size()];
    int stride = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.get(axis).intValue();
    }
  }

  /** Takes the next values, which are samples of one neuron. */
  void add(Block block) {
    double[] values = new double[block.samples()];
    block.copyRows(0, values.length, values, 0);
    for (double value : values) {
      if (value == 1) {
        kept.set(position);
      } else if (value != 0 && position < wrongPosition) {
        wrongPosition = position;
        wrongValue = value;
      }
      advance();
    }
  }

  private void advance() {
    for (int i = axes.size() - 1; i >= 0; i--) {
      int axis = axes.get(i);
      index[axis]++;
      position += strides[axis];
      if (index[axis] < shape.get(axis)) {
        return;
      }
      position -= index[axis] * strides[axis];
      index[axis] = 0;
    }
  }

  /** The positions of the values 1. */
  BitSet kept() {
    return kept;
  }

  /** What is wrong with the values, if anything. */
  Optional<String> problem() {
    if (wrongPosition == Integer.MAX_VALUE) {
      return Optional.empty();
    }
    List<Integer> place = new ArrayList<>();
    int rest = wrongPosition;
    for (int stride : strides) {
      place.add(rest / stride);
      rest %= stride;
    }
    String found =
        wrongValue == Math.rint(wrongValue) && Math.abs(wrongValue) < 0x1p53
            ? Long.toString((long) wrongValue)
            : Double.toString(wrongValue);
    return Optional.of("a mask holds 0 and 1 alone, found " + found + " at " + place);
  }
}
