package org.spanmatch.kernel;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Relative projection distances of neurons to a span, each with its error bound.
 *
 * <p>δ(x, Y) = min over v in span(z_Y) of ‖z_x − v‖₂ / ‖z_x‖₂, in [0, 1] (Wang et al. 2018,
 * definition 2). Up to rounding, a group may span fewer dimensions than it has neurons. The span is
 * therefore that of a largest subset of the group in which no neuron is within relative distance τ,
 * the backend's rank tolerance, of the others; the bound accounts for the choice of the subset.
 *
 * <p>The true distance differs from the stated one by at most the error bound, to first order in
 * the rounding of the arithmetic used.
 */
public final class Distances {
  private final int[] neurons;
  private final double[] distances;
  private final double[] errorBounds;
  private final double[] coefficientNorms;
  private final double storageRoundoff;

  /**
   * Takes the distances that a kernel computed; the arrays have one element per neuron and are not
   * copied.
   *
   * @param neurons positions in the layer, ascending
   * @param distances δ, in [0, 1]
   * @param errorBounds e, in [0, 1]
   * @param coefficientNorms ‖c‖₁ of the coefficients that express the projection by the unit-norm
   *     neurons of the group, or more
   * @param storageRoundoff u_data, the relative rounding of the stored activations
   */
  public Distances(
      int[] neurons,
      double[] distances,
      double[] errorBounds,
      double[] coefficientNorms,
      double storageRoundoff) {
    this.neurons = Objects.requireNonNull(neurons, "neurons");
    this.distances = Objects.requireNonNull(distances, "distances");
    this.errorBounds = Objects.requireNonNull(errorBounds, "errorBounds");
    this.coefficientNorms = Objects.requireNonNull(coefficientNorms, "coefficientNorms");
    this.storageRoundoff = storageRoundoff;
  }

  /**
   * {@return the distances of some of the neurons}
   *
   * @param wanted whether to keep the neuron at a position in its layer
   */
  public Distances only(IntPredicate wanted) {
    int[] kept = IntStream.range(0, size()).filter(i -> wanted.test(neurons[i])).toArray();
    return new Distances(
        IntStream.of(kept).map(i -> neurons[i]).toArray(),
        IntStream.of(kept).mapToDouble(i -> distances[i]).toArray(),
        IntStream.of(kept).mapToDouble(i -> errorBounds[i]).toArray(),
        IntStream.of(kept).mapToDouble(i -> coefficientNorms[i]).toArray(),
        storageRoundoff);
  }

  /** {@return the positions of all neurons in their layer, ascending; a copy} */
  public int[] neurons() {
    return neurons.clone();
  }

  /** {@return all distances δ, in the order of {@link #neurons()}; a copy} */
  public double[] distances() {
    return distances.clone();
  }

  /** {@return the error bounds e of all distances, in the order of {@link #neurons()}; a copy} */
  public double[] errorBounds() {
    return errorBounds.clone();
  }

  /** {@return ‖c‖₁ of all neurons, in the order of {@link #neurons()}; a copy} */
  public double[] coefficientNorms() {
    return coefficientNorms.clone();
  }

  /** {@return the number of neurons; the other methods take an index below it} */
  public int size() {
    return neurons.length;
  }

  /**
   * {@return the position of the neuron in its layer}
   *
   * @param index an index below {@link #size()}
   */
  public int neuron(int index) {
    return neurons[index];
  }

  /**
   * {@return the relative distance δ, in [0, 1]}
   *
   * @param index an index below {@link #size()}
   */
  public double distance(int index) {
    return distances[index];
  }

  /**
   * {@return the bound e on the absolute error of the distance, in [0, 1]}
   *
   * @param index an index below {@link #size()}
   */
  public double errorBound(int index) {
    return errorBounds[index];
  }

  /**
   * {@return ‖c‖₁ of the coefficients that express the projection by the unit-norm neurons of the
   * group, or more} It says how much rounding of the activations can matter.
   *
   * @param index an index below {@link #size()}
   */
  public double coefficientNorm(int index) {
    return coefficientNorms[index];
  }

  /** {@return u_data, the relative rounding of the stored activations} */
  public double storageRoundoff() {
    return storageRoundoff;
  }

  /**
   * {@return how far the rounding of the stored activations alone may have moved the distance, to
   * first order: u_data·(1 + ‖c‖₁)} It is not part of the error bound.
   *
   * @param index an index below {@link #size()}
   */
  public double storageError(int index) {
    return storageRoundoff * (1 + coefficientNorms[index]);
  }

  /**
   * {@return whether δ is at most a limit, which is ε for ε > 0} At ε = 0 the matching algorithms
   * fix a separate limit for each neuron before the first removal.
   *
   * @param index an index below {@link #size()}
   * @param limit the limit
   */
  public boolean within(int index, double limit) {
    return distances[index] <= limit;
  }

  /**
   * {@return whether the answer of {@link #within} is borderline: |δ − limit| ≤ e, so that another
   * correct backend may answer differently} No distance exceeds 1, so a limit of 1 is never in
   * doubt.
   *
   * @param index an index below {@link #size()}
   * @param limit the limit
   */
  public boolean borderline(int index, double limit) {
    return limit < 1 && Math.abs(distances[index] - limit) <= errorBounds[index];
  }

  /** Such as "distances of 64 neurons, 0.0132 to 0.871, error at most 1.2e-12". */
  @Override
  public String toString() {
    if (neurons.length == 0) {
      return "distances of 0 neurons";
    }
    return String.format(
        Locale.ROOT,
        "distances of %d neurons, %.4g to %.4g, error at most %.2g",
        neurons.length,
        Arrays.stream(distances).min().getAsDouble(),
        Arrays.stream(distances).max().getAsDouble(),
        Arrays.stream(errorBounds).max().getAsDouble());
  }
}
