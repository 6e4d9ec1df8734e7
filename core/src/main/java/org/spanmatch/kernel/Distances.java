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

  /**
   * {@return whether δ ≤ ε} ε = 0 asks for exactness within storage precision: the rounding of the
   * stored values alone moves δ by up to u_data·(1 + ‖c‖₁), so δ may be at most that plus its error
   * bound.
   *
   * @param index an index below {@link #size()}
   * @param epsilon in [0, 1]
   */
  public boolean within(int index, double epsilon) {
    return distances[index] <= limit(index, epsilon);
  }

  /**
   * {@return whether the answer of {@link #within} is borderline: within its error bound, so that
   * another correct backend may answer differently} No distance exceeds 1, so ε = 1 is never in
   * doubt.
   *
   * <p>For ε > 0 that is |δ − ε| ≤ e. For ε = 0 each backend allows for its own error, so an answer
   * is certain only if it also holds for any error and allowance up to e of another backend: below
   * u_data·(1 + ‖c‖₁) − e, or more than 3e above it.
   *
   * @param index an index below {@link #size()}
   * @param epsilon ε, in [0, 1]
   */
  public boolean borderline(int index, double epsilon) {
    double error = errorBounds[index];
    if (epsilon > 0) {
      return epsilon < 1 && Math.abs(distances[index] - epsilon) <= error;
    }
    double storage = storageError(index);
    return distances[index] > storage - error && distances[index] <= storage + 3 * error;
  }

  private double storageError(int index) {
    return storageRoundoff * (1 + coefficientNorm(index));
  }

  private double limit(int index, double epsilon) {
    return epsilon > 0 ? epsilon : errorBounds[index] + storageError(index);
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
