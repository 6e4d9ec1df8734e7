package org.spanmatch.gram;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.spanmatch.gram.GramLayer.Repetition;

/**
 * Statistics of each neuron of a layer by itself: sum, norm, sum of fourth powers and number of
 * samples at which it is active. Dead neurons are included. Also how often samples of the layer
 * repeat, if the backend that added them up has noticed: {@link #repetition}.
 *
 * <p>{@code sum/samples} is the mean; sums and norms together give the variances, and centre a Gram
 * matrix. The participation ratio (Σz²)²/Σz⁴, {@link #effectiveSamples}, shows whether a few
 * samples dominate.
 *
 * <p>Activations so large or so small that their fourth powers would leave the range of doubles are
 * multiplied by a power of two per neuron before they are added up: {@link #scaleExponent}. {@link
 * #norm} and {@link #sum} undo the scaling.
 *
 * <p>Accuracy, to first order, for d samples and any order of summation: a sum is within {@code
 * d·2⁻⁵³·Σ|zᵢ|}, a norm within {@code 3·d·2⁻⁵³·‖z‖ + √d·2⁻⁵³⁷}. The last term covers squares that
 * underflow, and matters only for dead neurons.
 */
public final class Moments {
  // Fourth powers of norms in this range neither overflow nor lose digits to underflow, nor do the
  // squares, nor sums of products of such vectors.
  private static final double LEAST_NORM = 1e-70;
  private static final double LARGEST_NORM = 1e70;

  private final double[] sums;
  private final double[] squares;
  private final double[] fourthPowers;
  private final long[] activeSamples;
  private final int[] scaleExponents;
  private final double[] shifts;
  private final Repetition repetition;

  /**
   * Takes the moments of one layer; all arrays have one element per neuron.
   *
   * @param sums Σ s(z − c), with s and c the neuron's scale and shift
   * @param squares Σ (s(z − c))²
   * @param fourthPowers Σ (s(z − c))⁴
   * @param activeSamples number of samples with z ≠ c
   * @param scaleExponents the exponent of s, a power of two
   * @param shifts c, subtracted from every activation before scaling; usually 0
   */
  public Moments(
      double[] sums,
      double[] squares,
      double[] fourthPowers,
      long[] activeSamples,
      int[] scaleExponents,
      double[] shifts) {
    this(sums, squares, fourthPowers, activeSamples, scaleExponents, shifts, Repetition.UNKNOWN);
  }

  private Moments(
      double[] sums,
      double[] squares,
      double[] fourthPowers,
      long[] activeSamples,
      int[] scaleExponents,
      double[] shifts,
      Repetition repetition) {
    Objects.requireNonNull(sums, "sums");
    Objects.requireNonNull(squares, "squares");
    Objects.requireNonNull(fourthPowers, "fourthPowers");
    Objects.requireNonNull(activeSamples, "activeSamples");
    Objects.requireNonNull(scaleExponents, "scaleExponents");
    Objects.requireNonNull(shifts, "shifts");
    int neurons = sums.length;
    if (squares.length != neurons
        || fourthPowers.length != neurons
        || activeSamples.length != neurons
        || scaleExponents.length != neurons
        || shifts.length != neurons) {
      throw new IllegalArgumentException("expected " + neurons + " elements in every array");
    }
    this.sums = sums.clone();
    this.squares = squares.clone();
    this.fourthPowers = fourthPowers.clone();
    this.activeSamples = activeSamples.clone();
    this.scaleExponents = scaleExponents.clone();
    this.shifts = shifts.clone();
    this.repetition = repetition;
  }

  /**
   * {@return moments of activations that were neither scaled nor shifted; see the constructor}
   *
   * @param sums Σz, an element per neuron
   * @param squares Σz²
   * @param fourthPowers Σz⁴
   * @param activeSamples number of samples that are not 0
   */
  public static Moments of(
      double[] sums, double[] squares, double[] fourthPowers, long[] activeSamples) {
    int neurons = Objects.requireNonNull(sums, "sums").length;
    return new Moments(
        sums, squares, fourthPowers, activeSamples, new int[neurons], new double[neurons]);
  }

  /**
   * {@return these moments with what was found out about samples that repeat}
   *
   * @param found from a look at the samples of these moments
   */
  public Moments withRepetition(Repetition found) {
    Objects.requireNonNull(found, "found");
    return new Moments(sums, squares, fourthPowers, activeSamples, scaleExponents, shifts, found);
  }

  /** {@return how often samples of the layer repeat, from a look at some of them} */
  public Repetition repetition() {
    return repetition;
  }

  /** {@return the number of neurons, dead ones included} */
  public int neurons() {
    return sums.length;
  }

  /**
   * {@return the Euclidean norm ‖z − c‖ of a neuron's activation vector less its shift; infinite if
   * it exceeds the range of doubles}
   *
   * @param neuron the neuron's position in its layer
   */
  public double norm(int neuron) {
    return Math.scalb(Math.sqrt(squares[neuron]), -scaleExponents[neuron]);
  }

  /**
   * {@return the sum of a neuron's activations less its shift; infinite if it exceeds the range of
   * doubles}
   *
   * @param neuron the neuron's position in its layer
   */
  public double sum(int neuron) {
    return Math.scalb(sums[neuron], -scaleExponents[neuron]);
  }

  /**
   * {@return the sum of a neuron's activations less its shift, times its scale: in the units of
   * inner products, where it is always finite}
   *
   * @param neuron the neuron's position in its layer
   */
  public double scaledSum(int neuron) {
    return sums[neuron];
  }

  /**
   * {@return the mean of a neuron's activations, whatever their shift; infinite if their sum
   * exceeds the range of doubles}
   *
   * @param neuron the neuron's position in its layer
   * @param samples the number of samples d
   */
  public double mean(int neuron, long samples) {
    return shifts[neuron] + sum(neuron) / samples;
  }

  /**
   * {@return whether the activations are shifted by their means, as {@link Gram#centred} makes
   * them, so that they span at most d − 1 dimensions}
   */
  public boolean areCentred() {
    return Arrays.stream(sums).allMatch(sum -> sum == 0)
        && Arrays.stream(shifts).anyMatch(shift -> shift != 0);
  }

  /**
   * {@return the number of samples at which a neuron's activation differs from the shift that it
   * had when it was added up, usually from 0}
   *
   * @param neuron the neuron's position in its layer
   */
  public long activeSamples(int neuron) {
    return activeSamples[neuron];
  }

  /**
   * {@return the participation ratio (Σz²)²/Σz⁴ of a neuron's activations less their shift: the
   * number of samples if all have the same size, 1 if only one sample is active, 0 for a neuron
   * that is never active}
   *
   * @param neuron the neuron's position in its layer
   */
  public double effectiveSamples(int neuron) {
    return fourthPowers[neuron] == 0 ? 0 : squares[neuron] * squares[neuron] / fourthPowers[neuron];
  }

  /**
   * {@return the share κ of a neuron's squared norm that its mean makes up, before any shift was
   * subtracted, in [0, 1]; 0 for a neuron that is always 0}
   *
   * @param neuron the neuron's position in its layer
   * @param samples the number of samples d
   */
  public double storedMeanShare(int neuron, long samples) {
    double scaledMean = scaledShift(neuron) + sums[neuron] / samples;
    double aboutMean = Math.max(0, squares[neuron] - sums[neuron] / samples * sums[neuron]);
    double ofMean = samples * scaledMean * scaledMean;
    return ofMean == 0 ? 0 : 1 / (1 + aboutMean / ofMean);
  }

  /**
   * {@return κ = (Σz)²/(d·Σz²), the share of a neuron's squared norm that its mean makes up, in [0,
   * 1], both less the shift; 0 for a neuron that is never active}
   *
   * @param neuron the neuron's position in its layer
   * @param samples the number of samples d
   */
  public double meanShare(int neuron, long samples) {
    double sum = sums[neuron];
    return squares[neuron] == 0 ? 0 : Math.min(1, sum / squares[neuron] * sum / samples);
  }

  /**
   * {@return the exponent of the power of two by which a neuron's activations were multiplied;
   * usually 0}
   *
   * @param neuron the neuron's position in its layer
   */
  public int scaleExponent(int neuron) {
    return scaleExponents[neuron];
  }

  /**
   * {@return the shift subtracted from a neuron's activations before they were added up; usually 0}
   *
   * @param neuron the neuron's position in its layer
   */
  public double shift(int neuron) {
    return shifts[neuron];
  }

  /**
   * {@return whether sums of unscaled products and fourth powers are accurate enough for all
   * neurons: no norm is so large or so small that they overflow or underflow, except far below the
   * threshold} If not, a value is not finite or the activations need scaling; {@code NeuronNorms}
   * finds out which.
   *
   * @param deadThreshold neurons of at most this norm are dead
   */
  public boolean areExact(double deadThreshold) {
    for (double square : squares) {
      double norm = Math.sqrt(square);
      boolean clearlyDead = norm < LEAST_NORM && deadThreshold > LEAST_NORM * 2;
      if (!(clearlyDead || (norm >= LEAST_NORM && norm <= LARGEST_NORM))) {
        return false;
      }
    }
    return true;
  }

  /**
   * {@return the neurons whose norm is at most the threshold, ascending}
   *
   * @param threshold at least 0
   */
  public List<Integer> dead(double threshold) {
    return IntStream.range(0, neurons())
        .filter(neuron -> norm(neuron) <= threshold)
        .boxed()
        .toList();
  }

  /** The shift of a neuron in scaled units. */
  private double scaledShift(int neuron) {
    return Math.scalb(shifts[neuron], scaleExponents[neuron]);
  }

  /** The squared norm of a neuron in scaled units. */
  double scaledSquare(int neuron) {
    return squares[neuron];
  }

  /** The squared norm of a neuron before its shift was subtracted, in scaled units. */
  double storedSquare(int neuron, long samples) {
    double shift = scaledShift(neuron);
    return shift == 0
        ? squares[neuron]
        : Math.max(0, squares[neuron] + shift * (2 * sums[neuron] + samples * shift));
  }

  /** The means of all neurons. */
  double[] means(long samples) {
    double[] means = new double[neurons()];
    Arrays.setAll(means, neuron -> mean(neuron, samples));
    return means;
  }

  /** What other shifts add to every activation, in scaled units. */
  double[] stepsTo(double[] otherShifts) {
    double[] steps = new double[neurons()];
    Arrays.setAll(steps, i -> Math.scalb(shifts[i] - otherShifts[i], scaleExponents[i]));
    return steps;
  }

  /**
   * Returns the moments of the same activations with other shifts. Sums of fourth powers would need
   * sums of third powers, so each neuron keeps its {@link #effectiveSamples}.
   */
  Moments moved(double[] newSums, double[] newSquares, double[] newShifts, long samples) {
    double[] newFourths = new double[neurons()];
    long[] newActive = new long[neurons()];
    for (int i = 0; i < newFourths.length; i++) {
      double square = newSquares[i] * newSquares[i];
      double effective = effectiveSamples(i);
      newFourths[i] = square / (effective == 0 ? samples : effective);
      newActive[i] = newSquares[i] == 0 ? 0 : effective == 0 ? samples : activeSamples[i];
    }
    return new Moments(
        newSums, newSquares, newFourths, newActive, scaleExponents, newShifts, repetition);
  }

  /** Returns the moments of the neurons of several layers, one after the other. */
  static Moments joined(List<Moments> parts) {
    return new Moments(
        parts.stream().flatMapToDouble(part -> Arrays.stream(part.sums)).toArray(),
        parts.stream().flatMapToDouble(part -> Arrays.stream(part.squares)).toArray(),
        parts.stream().flatMapToDouble(part -> Arrays.stream(part.fourthPowers)).toArray(),
        parts.stream().flatMapToLong(part -> Arrays.stream(part.activeSamples)).toArray(),
        parts.stream().flatMapToInt(part -> Arrays.stream(part.scaleExponents)).toArray(),
        parts.stream().flatMapToDouble(part -> Arrays.stream(part.shifts)).toArray());
  }

  /** Whether any neuron was scaled. */
  boolean areScaled() {
    return Arrays.stream(scaleExponents).anyMatch(exponent -> exponent != 0);
  }

  /** The sums in scaled units, by neuron. */
  double[] scaledSums() {
    return sums.clone();
  }

  /** The squares in scaled units, by neuron. */
  double[] scaledSquares() {
    return squares.clone();
  }

  /** The fourth powers in scaled units, by neuron. */
  double[] scaledFourthPowers() {
    return fourthPowers.clone();
  }

  /** The counts of active samples, by neuron. */
  long[] activeSamples() {
    return activeSamples.clone();
  }

  /** The exponents of the scales, by neuron. */
  int[] scaleExponents() {
    return scaleExponents.clone();
  }

  /** The shifts, by neuron. */
  double[] shifts() {
    return shifts.clone();
  }

  /** Returns the smaller scale exponent of each neuron, at which both can be added. */
  int[] commonExponents(Moments other) {
    int[] common = new int[neurons()];
    Arrays.setAll(common, i -> Math.min(scaleExponents[i], other.scaleExponents[i]));
    return common;
  }

  /**
   * Returns, per neuron, the power of two that converts its scaled activations to other exponents.
   */
  double[] factorsTo(int[] exponents) {
    double[] factors = new double[neurons()];
    Arrays.setAll(factors, i -> Math.scalb(1.0, exponents[i] - scaleExponents[i]));
    return factors;
  }

  /** Returns the moments of the same neurons on the samples of both. */
  Moments plus(Moments other) {
    int neurons = neurons();
    int[] common = commonExponents(other);
    double[] factors = factorsTo(common);
    double[] otherFactors = other.factorsTo(common);
    double[] newSums = new double[neurons];
    double[] newSquares = new double[neurons];
    double[] newFourths = new double[neurons];
    long[] newActive = new long[neurons];
    for (int i = 0; i < neurons; i++) {
      double f = factors[i];
      double g = otherFactors[i];
      newSums[i] = sums[i] * f + other.sums[i] * g;
      newSquares[i] = squares[i] * f * f + other.squares[i] * g * g;
      newFourths[i] =
          fourthPowers[i] * (f * f) * (f * f) + other.fourthPowers[i] * (g * g) * (g * g);
      newActive[i] = activeSamples[i] + other.activeSamples[i];
    }
    return new Moments(
        newSums,
        newSquares,
        newFourths,
        newActive,
        common,
        shifts,
        repetition.plus(other.repetition));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Moments moments
        && Arrays.equals(sums, moments.sums)
        && Arrays.equals(squares, moments.squares)
        && Arrays.equals(fourthPowers, moments.fourthPowers)
        && Arrays.equals(activeSamples, moments.activeSamples)
        && Arrays.equals(scaleExponents, moments.scaleExponents)
        && Arrays.equals(shifts, moments.shifts)
        && repetition.equals(moments.repetition);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(sums), Arrays.hashCode(squares));
  }

  /** Returns a summary such as "64 neurons, norms 0.1 to 31.7". */
  @Override
  public String toString() {
    double[] norms = IntStream.range(0, neurons()).mapToDouble(this::norm).sorted().toArray();
    return neurons()
        + " neurons"
        + (norms.length == 0 ? "" : ", norms " + norms[0] + " to " + norms[norms.length - 1]);
  }
}
