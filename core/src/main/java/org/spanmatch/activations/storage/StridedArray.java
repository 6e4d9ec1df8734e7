package org.spanmatch.activations.storage;

import java.util.ArrayList;
import java.util.List;

/**
 * The strides of a stored array: one for the neurons and one for each axis that counts samples,
 * outermost first.
 *
 * <p>Sample axes that one stride can cover are merged, so an array has at most two of them in C
 * order and three in Fortran order. Values may overlap, and there may be gaps between them.
 *
 * @param neurons the neuron axis
 * @param samplesShape the sizes of the array's sample axes, unmerged
 * @param sampleAxes the sample axes, merged, at least one
 */
record StridedArray(Axis neurons, List<Long> samplesShape, List<Axis> sampleAxes) {
  /**
   * One axis.
   *
   * @param size number of steps
   * @param stride distance between neighbours, in values
   */
  record Axis(long size, long stride) {}

  /**
   * Sorts the axes of an array into neurons and samples.
   *
   * @param neuronAxis the axis that counts neurons, or -1 for one neuron whose samples are all
   *     values
   * @throws ArithmeticException if the array's size exceeds a long
   */
  static StridedArray of(List<Axis> axes, int neuronAxis) {
    List<Long> samplesShape = new ArrayList<>();
    List<Axis> merged = new ArrayList<>();
    for (int axis = 0; axis < axes.size(); axis++) {
      if (axis == neuronAxis) {
        continue;
      }
      Axis inner = axes.get(axis);
      samplesShape.add(inner.size());
      int last = merged.size() - 1;
      if (last >= 0
          && merged.get(last).stride() == Math.multiplyExact(inner.stride(), inner.size())) {
        long size = Math.multiplyExact(merged.get(last).size(), inner.size());
        merged.set(last, new Axis(size, inner.stride()));
      } else {
        merged.add(inner);
      }
    }
    if (merged.isEmpty()) {
      merged.add(new Axis(1, 1));
    }
    Axis neurons = neuronAxis < 0 ? new Axis(1, 1) : axes.get(neuronAxis);
    return new StridedArray(neurons, List.copyOf(samplesShape), List.copyOf(merged));
  }

  /** Number of samples. */
  long samples() {
    return Math.multiplyExact(sampleAxes.get(0).size(), samplesBelow(0));
  }

  /** Number of values. */
  long values() {
    return Math.multiplyExact(samples(), neurons.size());
  }

  /** Number of samples per step of a sample axis. */
  long samplesBelow(int axis) {
    return sampleAxes.subList(axis + 1, sampleAxes.size()).stream()
        .mapToLong(Axis::size)
        .reduce(1, Math::multiplyExact);
  }

  /**
   * Number of values from the first to the last, those between them included; 0 if there are none.
   */
  long span() {
    if (values() == 0) {
      return 0;
    }
    long last = Math.multiplyExact(neurons.size() - 1, neurons.stride());
    for (Axis axis : sampleAxes) {
      last = Math.addExact(last, Math.multiplyExact(axis.size() - 1, axis.stride()));
    }
    return Math.addExact(last, 1);
  }
}
