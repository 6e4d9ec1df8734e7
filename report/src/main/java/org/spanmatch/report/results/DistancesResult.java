package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.similarity.HeldOut;

/**
 * The result of {@code spanmatch distances}, in the shape of its JSON.
 *
 * @param version the program's version
 * @param backend the backend that computed it
 * @param x the first network's file
 * @param y the second network's file
 * @param centred whether each neuron's mean was subtracted
 * @param layers one per common layer, in file order
 * @param leftOut what else the files hold, such as labels, and why it is not taken for a layer
 * @param split how examples were divided; null if they were not
 * @param pool how the samples of an example became one, "mean" or "max"; null if they did not
 */
public record DistancesResult(
    @JsonProperty("spanmatch") String version,
    ProjectionKernel.Info backend,
    String x,
    String y,
    boolean centred,
    List<Layer> layers,
    List<LeftOut> leftOut,
    @JsonInclude(JsonInclude.Include.NON_NULL) SplitResult split,
    @JsonInclude(JsonInclude.Include.NON_NULL) String pool) {
  /**
   * One layer.
   *
   * @param name the layer's name
   * @param samples number of samples used
   * @param masked number of samples that a mask left out, beside these
   * @param warnings reasons why the distances may say little
   * @param precision how the activations were compressed
   * @param distances every neuron's distance to the span of all neurons of the other network, its
   *     norm and mean
   */
  public record Layer(
      String name,
      long samples,
      long masked,
      List<Warning> warnings,
      Precision precision,
      PerGroup<Side> distances) {
    /** The error bounds of both networks' neurons; null for dead neurons. */
    public PerGroup<List<Double>> errorBounds() {
      return distances.map(Side::errorBound);
    }

    /**
     * Returns these results of high precision, with the distances of another where their bounds are
     * smaller.
     */
    public Layer sharpened(Layer other) {
      return new Layer(
          name,
          samples,
          masked,
          warnings,
          precision,
          PerGroup.from(group -> distances.get(group).sharpened(other.distances.get(group))));
    }
  }

  /**
   * One network's neurons, in the order of their positions.
   *
   * @param distance relative distance in [0, 1]; null for dead neurons
   * @param errorBound bound on the distance's error; null for dead neurons
   * @param storageError how far the rounding of the stored activations alone may have moved the
   *     distance, in [0, 1]; null for dead neurons
   * @param gcvDistance the distance δ/(1 − r/d) to expect on other samples, with the rank r of the
   *     other network's span and d samples, one less for activations about their means; null for
   *     dead neurons, and where the span fills the space
   * @param heldOutDistance the distance on held-out samples; null for neurons that are active at
   *     too few samples, and as a whole if no samples were held out
   * @param norm Euclidean norm of the activation vector; null if it exceeds the range of doubles
   * @param mean mean of the activations; null if their sum exceeds the range of doubles
   */
  public record Side(
      List<Double> distance,
      List<Double> errorBound,
      List<Double> storageError,
      List<Double> gcvDistance,
      @JsonInclude(JsonInclude.Include.NON_NULL) List<Double> heldOutDistance,
      List<Double> norm,
      List<Double> mean) {
    /**
     * Returns the distances, norms and means of one network's neurons from a table.
     *
     * @param distances their distances to the full span of the other network
     * @param heldOut the same on held-out samples, if there are any
     */
    public static Side of(
        ProjectionTable table, Group group, Distances distances, Optional<HeldOut> heldOut) {
      int neurons = table.neurons(group);
      Moments moments = table.moments(group);
      return new Side(
          PerNeuron.of(neurons, distances, distances::distance),
          PerNeuron.of(neurons, distances, distances::errorBound),
          PerNeuron.storageErrors(neurons, distances),
          gcvDistances(table, group, distances),
          heldOut
              .map(
                  found ->
                      PerNeuron.of(
                          IntStream.range(0, neurons).boxed().toList(),
                          neuron -> found.distance(group, 0, neuron)))
              .orElse(null),
          finite(neurons, moments::norm),
          finite(neurons, neuron -> moments.mean(neuron, table.samples())));
    }

    private static List<Double> gcvDistances(
        ProjectionTable table, Group group, Distances distances) {
      double left = 1 - (double) table.rank(group.other()) / table.dimensions(group.other());
      return left > 0
          ? PerNeuron.of(table.neurons(group), distances, i -> distances.distance(i) / left)
          : Collections.nCopies(table.neurons(group), null);
    }

    private Side sharpened(Side other) {
      List<Double> distances = new ArrayList<>(distance);
      List<Double> bounds = new ArrayList<>(errorBound);
      List<Double> storage = new ArrayList<>(storageError);
      List<Double> gcv = new ArrayList<>(gcvDistance);
      for (int neuron = 0; neuron < bounds.size(); neuron++) {
        Double bound = other.errorBound.get(neuron);
        if (bound != null && bound < bounds.get(neuron)) {
          distances.set(neuron, other.distance.get(neuron));
          bounds.set(neuron, bound);
          storage.set(neuron, other.storageError.get(neuron));
          gcv.set(neuron, other.gcvDistance.get(neuron));
        }
      }
      return new Side(
          Collections.unmodifiableList(distances),
          Collections.unmodifiableList(bounds),
          Collections.unmodifiableList(storage),
          Collections.unmodifiableList(gcv),
          heldOutDistance,
          norm,
          mean);
    }

    /** Returns one number per neuron; null for those that JSON can't represent. */
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
