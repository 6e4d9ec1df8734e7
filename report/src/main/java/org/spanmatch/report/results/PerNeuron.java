package org.spanmatch.report.results;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.spanmatch.kernel.Distances;

/** Lists with a number for each neuron of a layer by position. */
final class PerNeuron {
  private PerNeuron() {}

  /**
   * Returns numbers of the neurons that have a distance; null for the others.
   *
   * @param neurons number of neurons of the layer
   * @param number the number of the neuron with an index in the distances
   */
  static List<Double> of(int neurons, Distances distances, IntToDoubleFunction number) {
    List<Double> numbers = new ArrayList<>(Collections.nCopies(neurons, null));
    for (int i = 0; i < distances.size(); i++) {
      numbers.set(distances.neuron(i), number.applyAsDouble(i));
    }
    return Collections.unmodifiableList(numbers);
  }

  /**
   * Returns numbers of some neurons, in their order; null for those that have none.
   *
   * @param number the number of the neuron at a position in its layer
   */
  static List<Double> of(List<Integer> neurons, IntFunction<OptionalDouble> number) {
    List<Double> numbers = new ArrayList<>();
    for (int neuron : neurons) {
      OptionalDouble found = number.apply(neuron);
      numbers.add(found.isPresent() ? found.getAsDouble() : null);
    }
    return Collections.unmodifiableList(numbers);
  }

  /**
   * Returns how far storage alone may have moved distances, at most 1, as no distance exceeds 1.
   */
  static List<Double> storageErrors(int neurons, Distances distances) {
    return of(neurons, distances, i -> Math.min(1, distances.storageError(i)));
  }
}
