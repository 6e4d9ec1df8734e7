package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;

/**
 * The result of {@code spanmatch distances}, in the shape of its JSON.
 *
 * @param version the program's version
 * @param backend what computed
 * @param x the first network's file
 * @param y the second network's file
 * @param layers one for each common layer, in file order
 */
public record DistancesResult(
    @JsonProperty("spanmatch") String version,
    KernelInfo backend,
    String x,
    String y,
    List<Layer> layers) {
  /**
   * One layer.
   *
   * @param name its name
   * @param samples number of samples used
   * @param precision how the activations were compressed
   * @param distances of every neuron to the span of all neurons of the other network, and its norm
   *     and mean
   */
  public record Layer(String name, long samples, Precision precision, PerGroup<Side> distances) {
    /** The error bounds of both networks' neurons; null for dead neurons. */
    public PerGroup<List<Double>> errorBounds() {
      return distances.map(Side::errorBound);
    }
  }

  /**
   * One network's neurons, in the order of their positions.
   *
   * @param distance relative distance in [0, 1]; null for dead neurons
   * @param errorBound bound on the distance's error; null for dead neurons
   * @param norm Euclidean norm of the activation vector; null if it exceeds the doubles
   * @param mean mean of the activations; null if their sum exceeds the doubles
   */
  public record Side(
      List<Double> distance, List<Double> errorBound, List<Double> norm, List<Double> mean) {
    /** What a table knows of one network's neurons. */
    public static Side of(ProjectionTable table, Group group) {
      int neurons = table.neurons(group);
      Distances distances = table.distances(group);
      List<Double> distance = new ArrayList<>(Collections.nCopies(neurons, null));
      List<Double> errorBound = new ArrayList<>(Collections.nCopies(neurons, null));
      for (int i = 0; i < distances.size(); i++) {
        distance.set(distances.neuron(i), distances.distance(i));
        errorBound.set(distances.neuron(i), distances.errorBound(i));
      }
      Moments moments = table.moments(group);
      return new Side(
          Collections.unmodifiableList(distance),
          Collections.unmodifiableList(errorBound),
          finite(neurons, moments::norm),
          finite(neurons, neuron -> moments.sum(neuron) / table.samples()));
    }

    /** A number for each neuron; null for those that JSON has no number for. */
    private static List<Double> finite(int neurons, IntToDoubleFunction number) {
      List<Double> numbers = new ArrayList<>();
      for (int neuron = 0; neuron < neurons; neuron++) {
        double value = number.applyAsDouble(neuron);
        numbers.add(Double.isFinite(value) ? value : null);
      }
      return Collections.unmodifiableList(numbers);
    }
  }
}
