package org.spanmatch.gram;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.spanmatch.gram.GramPair.NormProducts;

/**
 * The inner products of one or more layers' activations on the same samples: all that projection
 * distances and other measures of similarity need, in a size that does not depend on the number of
 * samples.
 *
 * <p>It has two forms. {@link GramMatrix} holds the inner products (standard precision), {@link
 * TriangularFactor} the factor R of the activation matrix (high precision), where RᵀR is the Gram
 * matrix. Both are immutable, may be shared by any threads, can be added ({@link #plus}) and stored
 * ({@link GramFile}), and any kernel makes tables of them ({@code ProjectionKernel.table}).
 *
 * <pre>{@code
 * Gram monday = kernel.gram(List.of(x1, y1), GramPair.all(2), GramOptions.defaults());
 * Gram tuesday = kernel.gram(List.of(x2, y2), GramPair.all(2), GramOptions.defaults());
 * try (ProjectionTable table = kernel.table(monday.plus(tuesday), 0, 1)) { … }
 * }</pre>
 */
public abstract sealed class Gram permits GramMatrix, TriangularFactor {
  /** The unit roundoff u of float64. */
  static final double ROUNDOFF = 0x1p-53;

  private final List<GramLayer> layers;
  private final Set<GramPair> pairs;
  private final long samples;
  private final double deadThreshold;
  private final double error;
  private final Map<GramPair, NormProducts> normProducts;

  /** Checks and keeps what both forms have in common. */
  Gram(
      List<GramLayer> layers,
      Collection<GramPair> pairs,
      long samples,
      double deadThreshold,
      double error,
      Map<GramPair, NormProducts> normProducts) {
    this.layers = List.copyOf(Objects.requireNonNull(layers, "layers"));
    TreeSet<GramPair> sorted = new TreeSet<>(pairs);
    sorted.removeIf(pair -> pair.first() == pair.second());
    this.pairs = Collections.unmodifiableSet(sorted);
    this.samples = samples;
    this.deadThreshold = deadThreshold;
    this.error = error;
    this.normProducts = new TreeMap<>(Objects.requireNonNull(normProducts, "normProducts"));
    for (GramPair pair : sorted) {
      if (pair.second() >= layers.size()) {
        throw new IllegalArgumentException(
            "expected pairs of " + layers.size() + " layers, found " + pair);
      }
    }
    if (samples < (layers.isEmpty() ? 0 : 1)) {
      throw new IllegalArgumentException("expected at least 1 sample, found " + samples);
    }
    this.layers.forEach(this::requireSamples);
    requireSize("a dead threshold", deadThreshold);
    requireSize("an error", error);
    this.normProducts.forEach(this::requireFitting);
  }

  private void requireSamples(GramLayer layer) {
    if (layer.samples() != samples) {
      throw new IllegalArgumentException(
          layer.description()
              + ": expected axes of "
              + samples
              + " samples, found "
              + layer.sampleAxes());
    }
    if (layer.moments().repetition().looked() > samples) {
      throw new IllegalArgumentException(
          layer.description()
              + ": expected a look at no more than "
              + samples
              + " samples, found "
              + layer.moments().repetition().looked());
    }
    for (int neuron = 0; neuron < layer.neurons(); neuron++) {
      long active = layer.moments().activeSamples(neuron);
      if (active < 0 || active > samples) {
        throw new IllegalArgumentException(
            layer.description()
                + ", neuron "
                + neuron
                + ": expected from 0 to "
                + samples
                + " active samples, found "
                + active);
      }
    }
  }

  private static void requireSize(String what, double value) {
    if (!(value >= 0 && value <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "expected " + what + " of at least 0 and finite, found " + value);
    }
  }

  private void requireFitting(GramPair pair, NormProducts products) {
    if (pair.second() >= layers.size()
        || products.firstSums().length != layers.get(pair.first()).neurons()
        || products.secondSums().length != layers.get(pair.second()).neurons()) {
      throw new IllegalArgumentException(
          "norm products of " + pair + ": expected a sum per neuron of two of the layers");
    }
  }

  /**
   * Returns the sum of no samples, the identity of {@link #plus}. It has no layers and no size.
   *
   * @return a matrix for which {@link #isEmpty} holds
   */
  public static Gram empty() {
    return GramMatrix.EMPTY;
  }

  /**
   * Adds Gram matrices of the same layers in the given order, so that equal parts in equal order
   * give identical bits; returns {@link #empty} for an empty list.
   *
   * @param parts Gram matrices of the same layers on different samples
   * @return the sum
   * @throws GramException as {@link #plus} does
   */
  public static Gram sum(List<? extends Gram> parts) {
    Objects.requireNonNull(parts, "parts");
    Gram sum = empty();
    for (Gram part : parts) {
      sum = sum.plus(part);
    }
    return sum;
  }

  /**
   * Writes all numbers for {@link #read}, such as to another process of this version. Files have
   * another form: see {@link GramFile}.
   *
   * @param out receives about {@link #bytes} bytes
   * @throws IOException if it can't be written
   */
  public final void write(DataOutput out) throws IOException {
    GramStream.write(this, Objects.requireNonNull(out, "out"));
  }

  /**
   * {@return the Gram matrix that {@link #write} has written, with identical bits}
   *
   * @param in a trusted source: what it claims is allocated before it is read
   * @throws IOException if it can't be read
   */
  public static Gram read(DataInput in) throws IOException {
    return GramStream.read(Objects.requireNonNull(in, "in"));
  }

  /** {@return whether this is the sum of no samples} */
  public final boolean isEmpty() {
    return samples == 0;
  }

  /** {@return the layers; other methods identify a layer by its index in this list} */
  public final List<GramLayer> layers() {
    return layers;
  }

  /** {@return the pairs of different layers whose inner products are present, ascending} */
  public final Set<GramPair> pairs() {
    return pairs;
  }

  /**
   * {@return whether the inner products of two layers are present; those within a layer always are}
   *
   * @param layer the layer's position in {@link #layers()}
   * @param other the other layer's position in {@link #layers()}
   */
  public final boolean has(int layer, int other) {
    return layer == other || pairs.contains(GramPair.of(layer, other));
  }

  /** {@return the number of samples d} */
  public final long samples() {
    return samples;
  }

  /** {@return the Euclidean norm up to which neurons count as dead} */
  public final double deadThreshold() {
    return deadThreshold;
  }

  /**
   * Relabels layers: network, name and sources. Costs nothing.
   *
   * @param labelled this matrix' layers in their order, such as by {@link GramLayer#ofNetwork}
   * @return a matrix of the same numbers
   * @throws IllegalArgumentException if they have other numbers of neurons than these
   */
  public final Gram withLabels(List<GramLayer> labelled) {
    List<Integer> expected = layers.stream().map(GramLayer::neurons).toList();
    List<Integer> found = labelled.stream().map(GramLayer::neurons).toList();
    if (!found.equals(expected)) {
      throw new IllegalArgumentException(
          "expected layers of " + expected + " neurons, found those of " + found);
    }
    List<GramLayer> merged = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      GramLayer own = layers.get(i);
      GramLayer label = labelled.get(i);
      merged.add(
          new GramLayer(
              label.network(),
              label.name(),
              label.sources(),
              own.sampleAxes(),
              own.storageRoundoff(),
              own.moments(),
              own.masked()));
    }
    return withLayers(merged);
  }

  /**
   * {@return a matrix of the same numbers that says of all samples what their parts don't know:
   * repetitions across parts, and how many samples were left out}
   *
   * @param repetitions for each layer, from a look at all of its samples
   * @param masked for each layer, the number of samples that a mask leaves out
   */
  public final Gram describedAsWhole(List<GramLayer.Repetition> repetitions, List<Long> masked) {
    List<GramLayer> described = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      GramLayer own = layers.get(i);
      described.add(
          new GramLayer(
              own.network(),
              own.name(),
              own.sources(),
              own.sampleAxes(),
              own.storageRoundoff(),
              own.moments().withRepetition(repetitions.get(i)),
              masked.get(i)));
    }
    return withLayers(described);
  }

  /** Keeps the numbers. */
  abstract Gram withLayers(List<GramLayer> labelled);

  /** {@return how the activations were compressed} */
  public abstract Precision precision();

  /**
   * {@return the bound on the rounding error of adding up} {@link GramMatrix}: of every inner
   * product, relative to the product of the two norms. {@link TriangularFactor}: the relative
   * backward error of every column.
   */
  public final double error() {
    return error;
  }

  /**
   * {@return the inner product of two neurons' scaled activation vectors (see {@link
   * Moments#scaleExponent})}
   *
   * <p>Costs a look-up in a {@link GramMatrix}, and O(rows) operations in a {@link
   * TriangularFactor}.
   *
   * @param layer the layer's position in {@link #layers()}
   * @param neuron the neuron's position in its layer
   * @param otherLayer the other layer's position
   * @param otherNeuron the other neuron's position in its layer
   * @throws IllegalArgumentException if the pair of layers was not added up
   */
  public abstract double innerProduct(int layer, int neuron, int otherLayer, int otherNeuron);

  /**
   * Returns the sums that debiased CKA needs of a pair beside its inner products; a layer may be
   * paired with itself.
   *
   * @param pair a pair of layers, or a layer with itself
   * @return empty if they were not requested ({@link GramOptions#normProducts}), or if activations
   *     were so large or small that they had to be scaled per neuron
   */
  public final Optional<NormProducts> normProducts(GramPair pair) {
    return Optional.ofNullable(normProducts.get(Objects.requireNonNull(pair, "pair")));
  }

  /** All norm products, by pair. */
  final Map<GramPair, NormProducts> normProducts() {
    return normProducts;
  }

  /** Whether any neuron was scaled. */
  final boolean isScaled() {
    return layers.stream().anyMatch(layer -> layer.moments().areScaled());
  }

  /**
   * {@return the bytes that the inner products or the factor take in memory, without the moments}
   */
  public abstract long bytes();

  /**
   * {@return the Gram matrix of the same layers on the samples of both}
   *
   * <p>Samples that are in both count twice, which can't be detected. The relative error of a sum
   * of inner products is at most max(e₁, e₂)·(1 + u) + u, by the Cauchy–Schwarz inequality; for
   * factors it is the larger backward error plus that of one more reduction step. Where shifts
   * differ, both first get the same ones, with the error that {@link #centred} explains: those of
   * this matrix, or none if one of the two has none; factors get the means of both.
   *
   * @param other a Gram matrix of the same layers on other samples
   * @throws GramException if the layers, neurons, pairs, precision or dead threshold differ, or the
   *     shifts differ and can't be made the same
   */
  public final Gram plus(Gram other) {
    Objects.requireNonNull(other, "other");
    if (isEmpty()) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    requireAddable(other);
    if (!haveEqualShifts(other)) {
      List<double[]> common = commonShifts(other);
      return about(common).plus(other.about(common));
    }
    List<GramLayer> sums = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      sums.add(layers.get(i).plus(other.layers.get(i)));
    }
    Map<GramPair, NormProducts> products = new TreeMap<>();
    normProducts.forEach(
        (pair, own) -> {
          NormProducts others = other.normProducts.get(pair);
          if (others != null) {
            products.put(pair, own.plus(others));
          }
        });
    return plus(other, sums, samples + other.samples, products);
  }

  /**
   * {@return the Gram matrix of the same layers with each neuron's mean as its shift: K = G −
   * s·sᵀ/d for sums s} Its sums are 0, and {@link Moments#areCentred} holds.
   *
   * <p>A constant neuron becomes 0, and so dead. So does one that is not told from a constant: by
   * the error of this matrix, or because what is left of its norm is at most what the rounding of
   * stored activations may have done. Numbers of active samples, repetitions and {@link
   * Moments#effectiveSamples} stay those that were found with the shifts before.
   *
   * <p>To first order the {@link #error} grows by (1 + √κ)/(1 − √κ) at most, with κ the largest
   * {@link Moments#meanShare}. So it hardly grows where {@link GramOptions#shifted} was set,
   * whatever the means are, and too much for use where it was not and means are 10⁵ standard
   * deviations. A factor whose shifts are not yet its means becomes a {@link GramMatrix}. Costs
   * O(m²) operations, and O(m³) for that.
   *
   * @throws GramException if the error would be too large to say anything about distances
   */
  public final Gram centred() {
    boolean hasMeans =
        layers.stream()
            .anyMatch(
                layer -> Arrays.stream(layer.moments().scaledSums()).anyMatch(sum -> sum != 0));
    return hasMeans ? movedToMeans() : this;
  }

  /**
   * {@return the Gram matrix of the same layers without shifts: that of the activations as they are
   * stored} Costs O(m²) operations.
   *
   * @throws GramException if this is a factor whose shifts are neither 0 nor its means
   */
  public final Gram unshifted() {
    return about(layers.stream().map(layer -> new double[layer.neurons()]).toList());
  }

  /**
   * {@return the Gram matrix of the same layers with the shifts of another, such as the means of
   * other samples} Costs O(m²) operations.
   *
   * @param other a Gram matrix of the same layers
   * @throws GramException if this is a factor, unless its shifts become 0 or stay what they are
   */
  public final Gram withShiftsOf(Gram other) {
    return about(other.shifts());
  }

  private Gram about(List<double[]> shifts) {
    for (int i = 0; i < shifts.size(); i++) {
      if (!Arrays.equals(shifts.get(i), layers.get(i).moments().shifts())) {
        return movedTo(shifts);
      }
    }
    return this;
  }

  /** The shifts, by layer. */
  final List<double[]> shifts() {
    return layers.stream().map(layer -> layer.moments().shifts()).toList();
  }

  /** Whether any shift is not 0. */
  final boolean isShifted() {
    return shifts().stream().flatMapToDouble(Arrays::stream).anyMatch(shift -> shift != 0);
  }

  private boolean haveEqualShifts(Gram other) {
    for (int i = 0; i < layers.size(); i++) {
      for (int neuron = 0; neuron < layers.get(i).neurons(); neuron++) {
        Moments others = other.layers.get(i).moments();
        if (layers.get(i).moments().shift(neuron) != others.shift(neuron)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Makes the means the shifts. */
  abstract Gram movedToMeans();

  /** Changes the shifts. */
  abstract Gram movedTo(List<double[]> shifts);

  /** The shifts that both get in order to be added. */
  abstract List<double[]> commonShifts(Gram other);

  /** Adds the numbers of another Gram matrix of the same form, layers and shifts. */
  abstract Gram plus(
      Gram other, List<GramLayer> sums, long allSamples, Map<GramPair, NormProducts> products);

  private void requireAddable(Gram other) {
    if (precision() != other.precision()) {
      throw new GramException("expected precision " + precision() + ", found " + other.precision());
    }
    if (deadThreshold != other.deadThreshold) {
      throw new GramException(
          "expected a dead threshold of " + deadThreshold + ", found " + other.deadThreshold);
    }
    if (samples > Long.MAX_VALUE - other.samples) {
      throw new GramException(
          "expected less than 2^63 samples in all, found " + samples + " and " + other.samples);
    }
    if (layers.size() != other.layers.size()) {
      throw new GramException(
          "expected " + layers.size() + " layers, found " + other.layers.size());
    }
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).requireSame(other.layers.get(i));
    }
    if (!pairs.equals(other.pairs)) {
      throw new GramException(
          "expected inner products of " + named(pairs) + ", found those of " + named(other.pairs));
    }
  }

  private String named(Set<GramPair> some) {
    List<String> names = new ArrayList<>();
    for (GramPair pair : some) {
      names.add(
          "'"
              + layers.get(pair.first()).name()
              + "' with '"
              + layers.get(pair.second()).name()
              + "'");
    }
    return names.isEmpty() ? "no pair of layers" : String.join(", ", names);
  }

  /**
   * Checks that the inner products of two layers are present.
   *
   * @param layer the layer's position in {@link #layers()}
   * @param other the other layer's position in {@link #layers()}
   * @throws IllegalArgumentException if they are not, or a layer does not exist
   */
  public final void requirePair(int layer, int other) {
    if (layer < 0 || other < 0 || Math.max(layer, other) >= layers.size()) {
      throw new IllegalArgumentException(
          "expected layers from 0 to "
              + (layers.size() - 1)
              + ", found "
              + layer
              + " and "
              + other);
    }
    if (!has(layer, other)) {
      throw new IllegalArgumentException(
          layers.get(layer).description()
              + " was not added up together with "
              + layers.get(other).description());
    }
  }

  /** Returns a summary such as "Gram matrix of 2 layers, 64 + 64 neurons, 10000 samples". */
  @Override
  public String toString() {
    List<String> sizes = new ArrayList<>();
    layers.forEach(layer -> sizes.add(Integer.toString(layer.neurons())));
    return (precision() == Precision.HIGH ? "triangular factor of " : "Gram matrix of ")
        + layers.size()
        + " layers, "
        + String.join(" + ", sizes)
        + " neurons, "
        + samples
        + " samples";
  }
}
