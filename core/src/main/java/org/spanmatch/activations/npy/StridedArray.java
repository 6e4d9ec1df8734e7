package org.spanmatch.activations.npy;

import java.util.ArrayList;
import java.util.List;
import org.spanmatch.activations.Layout;

/**
 * The strides of a stored array: one for the neurons and one for each axis that counts samples,
 * outermost first.
 *
 * <p>Sample axes that one stride can cover are merged, so an array has at most two of them in C
 * order and three in Fortran order.
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
   * Computes the strides of an array.
   *
   * @throws ArithmeticException if the array's size exceeds a long
   */
  static StridedArray of(List<Long> shape, boolean fortranOrder, Layout layout) {
    int count = shape.size();
    Axis[] axes = new Axis[count];
    long stride = 1;
    for (int i = 0; i < count; i++) {
      int axis = fortranOrder ? i : count - 1 - i;
      axes[axis] = new Axis(shape.get(axis), stride);
      stride = Math.multiplyExact(stride, shape.get(axis));
    }
    List<Long> samplesShape = new ArrayList<>();
    List<Axis> merged = new ArrayList<>();
    for (int axis = 0; axis < count; axis++) {
      if (axis == layout.neuronAxis()) {
        continue;
      }
      samplesShape.add(shape.get(axis));
      Axis inner = axes[axis];
      int last = merged.size() - 1;
      if (last >= 0 && merged.get(last).stride() == inner.stride() * inner.size()) {
        long size = Math.multiplyExact(merged.get(last).size(), inner.size());
        merged.set(last, new Axis(size, inner.stride()));
      } else {
        merged.add(inner);
      }
    }
    return new StridedArray(
        axes[layout.neuronAxis()], List.copyOf(samplesShape), List.copyOf(merged));
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
}
