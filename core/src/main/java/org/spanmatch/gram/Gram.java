package org.spanmatch.gram;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The activations of one or more layers on the same samples, added up once: everything that
 * projection distances and other measures of similarity need, in a size that does not depend on the
 * number of samples.
 *
 * <p>It comes in two forms. {@link GramMatrix} holds inner products (standard precision), {@link
 * TriangularFactor} the factor R of the activation matrix (high precision), with RᵀR the Gram
 * matrix. Both are immutable, can be added ({@link #plus}), stored ({@link GramFile}) and given to
 * any kernel for a table ({@code ProjectionKernel.table}).
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

  /** Checks what both forms have in common. */
  Gram(
      List<GramLayer> layers,
      Collection<GramPair> pairs,
      long samples,
      double deadThreshold,
      double error,
      Map<GramPair, NormProducts> normProducts) {
    this.layers = List.copyOf(layers);
    TreeSet<GramPair> sorted = new TreeSet<>(pairs);
    sorted.removeIf(pair -> pair.first() == pair.second());
    this.pairs = Collections.unmodifiableSet(sorted);
    this.samples = samples;
    this.deadThreshold = deadThreshold;
    this.error = error;
    this.normProducts = new TreeMap<>(normProducts);
    for (GramPair pair : sorted) {
      if (pair.second() >= layers.size()) {
        throw new IllegalArgumentException(
            "expected pairs of " + layers.size() + " layers, found " + pair);
      }
    }
    if (!(deadThreshold >= 0 && error >= 0) || samples < 0) {
      throw new IllegalArgumentException(
          "expected samples, a dead threshold and an error of at least 0, found "
              + samples
              + ", "
              + deadThreshold
              + " and "
              + error);
    }
  }

  /**
   * The sum of no samples: adding it changes nothing. It has no layers and no size.
   *
   * @return a matrix for which {@link #isEmpty} holds
   */
  public static Gram empty() {
    return GramMatrix.EMPTY;
  }

  /**
   * Adds Gram matrices of the same layers in the order given, so that equal parts in equal order
   * give identical bits; {@link #empty} for an empty list.
   *
   * @throws GramException as {@link #plus} does
   */
  public static Gram sum(List<? extends Gram> parts) {
    Gram sum = empty();
    for (Gram part : parts) {
      sum = sum.plus(part);
    }
    return sum;
  }

  /** Whether this is the sum of no samples. */
  public final boolean isEmpty() {
    return samples == 0;
  }

  /** The layers, in the order in which other methods number them, from 0. */
  public final List<GramLayer> layers() {
    return layers;
  }

  /** The pairs of different layers whose inner products this has, in ascending order. */
  public final Set<GramPair> pairs() {
    return pairs;
  }

  /** Whether this has the inner products of two layers; of a layer with itself it always does. */
  public final boolean has(int layer, int other) {
    return layer == other || pairs.contains(GramPair.of(layer, other));
  }

  /** Number of samples d. */
  public final long samples() {
    return samples;
  }

  /** The norm up to which neurons count as dead. */
  public final double deadThreshold() {
    return deadThreshold;
  }

  /**
   * The same numbers, of layers that have other labels: network, name and sources. Costs nothing.
   *
   * @param labelled this matrix' layers in their order, such as by {@link GramLayer#ofNetwork}
   * @throws IllegalArgumentException if they have other numbers of neurons than these
   */
  public final Gram withLabels(List<GramLayer> labelled) {
    List<Integer> expected = layers.stream().map(GramLayer::neurons).toList();
    List<Integer> found = labelled.stream().map(GramLayer::neurons).toList();
    if (!found.equals(expected)) {
      throw new IllegalArgumentException(
          "expected layers of " + expected + " neurons, found those of " + found);
    }
    return withLayers(labelled);
  }

  /** Has the same numbers. */
  abstract Gram withLayers(List<GramLayer> labelled);

  /** How the activations were compressed. */
  public abstract Precision precision();

  /**
   * The error of adding up. {@link GramMatrix}: a bound on the error of every inner product
   * relative to the product of the two norms. {@link TriangularFactor}: a bound on the relative
   * backward error of every column.
   */
  public final double error() {
    return error;
  }

  /**
   * The inner product of two neurons' activation vectors, in units of their scales (see {@link
   * Moments#scaleExponent}).
   *
   * <p>{@link GramMatrix}: a look-up. {@link TriangularFactor}: O(rows) operations.
   *
   * @throws IllegalArgumentException if the pair of layers was not added up
   */
  public abstract double innerProduct(int layer, int neuron, int otherLayer, int otherNeuron);

  /**
   * What debiased CKA needs of a pair beside its inner products; a layer may be paired with itself.
   *
   * @return empty if it was not asked for ({@link GramOptions#normProducts}), or activations were
   *     so large or small that they had to be scaled per neuron
   */
  public final Optional<NormProducts> normProducts(GramPair pair) {
    return Optional.ofNullable(normProducts.get(pair));
  }

  /** All norm products, by pair. */
  final Map<GramPair, NormProducts> normProducts() {
    return normProducts;
  }

  /** Bytes that the numbers take, at most, in memory and on disk. */
  public abstract long bytes();

  /**
   * The Gram matrix of the same layers on these samples and on those of another one.
   *
   * <p>It can't be seen whether both hold the same samples, which would then count twice. Errors:
   * the relative error of a sum of inner products is at most max(e₁, e₂)·(1 + u) + u, by the
   * inequality of Cauchy and Schwarz; for factors, the larger backward error and that of one more
   * step of the tree.
   *
   * @throws GramException if the other one is of other layers, neurons or pairs, or was added up
   *     with another precision, dead threshold or shift
   */
  public final Gram plus(Gram other) {
    if (isEmpty()) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    requireAddable(other);
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
    return plus(other, sums, Math.addExact(samples, other.samples), products);
  }

  /** Adds what the form holds; the other one is of the same form and of the same layers. */
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
   * Checks that a pair was added up.
   *
   * @throws IllegalArgumentException if not
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

  /** Such as "Gram matrix of 2 layers, 64 + 64 neurons, 10000 samples". */
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
