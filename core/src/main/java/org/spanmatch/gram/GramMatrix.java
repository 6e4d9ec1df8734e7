package org.spanmatch.gram;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.spanmatch.gram.GramPair.NormProducts;

/**
 * Inner products in float64: a packed triangle for each layer with itself, and a rectangle for each
 * requested pair of layers.
 *
 * <p>Takes {@code 8·(Σ n(n + 1)/2 + Σ n·n′)} bytes, with the first sum over the layers of n neurons
 * each and the second over the pairs.
 */
public final class GramMatrix extends Gram {
  /** The identity of {@link #plus}; see {@link Gram#empty}. */
  static final GramMatrix EMPTY = new GramMatrix(List.of(), 0, 0, 0, Map.of(), Map.of());

  private final Map<GramPair, double[]> blocks;

  /**
   * Takes inner products, whichever program added them up.
   *
   * <p>The element of neuron i of one layer and neuron j of another is Σ sᵢ(zᵢ − cᵢ)·sⱼ(zⱼ − cⱼ),
   * with the scales s and shifts c of the layers' {@link Moments}. The squares of the moments equal
   * the diagonal elements.
   *
   * @param layers the layers
   * @param samples number of samples, at least 1 unless there is no layer
   * @param deadThreshold the norm up to which neurons are dead, at least 0
   * @param error bound on the error of every element relative to the product of the two norms
   * @param blocks for each layer with itself, pair (i, i), the upper triangle by rows, n(n + 1)/2
   *     elements; for a pair (i, j), i {@literal <} j, the rectangle by rows, one row per neuron of
   *     layer i. Not copied; must not be changed afterwards
   * @param normProducts the sums for debiased CKA, by pair; may be empty
   * @throws IllegalArgumentException if a block is missing or has another size
   */
  public GramMatrix(
      List<GramLayer> layers,
      long samples,
      double deadThreshold,
      double error,
      Map<GramPair, double[]> blocks,
      Map<GramPair, NormProducts> normProducts) {
    super(
        layers,
        Objects.requireNonNull(blocks, "blocks").keySet(),
        samples,
        deadThreshold,
        error,
        normProducts);
    this.blocks = new TreeMap<>(blocks);
    for (int i = 0; i < layers.size(); i++) {
      if (!blocks.containsKey(new GramPair(i, i))) {
        throw new IllegalArgumentException("there is no block of layer " + i + " with itself");
      }
    }
    blocks.forEach(
        (pair, block) -> {
          long expected = blockSize(layers, pair);
          if (block.length != expected) {
            throw new IllegalArgumentException(
                pair + ": expected " + expected + " elements, found " + block.length);
          }
        });
  }

  /** Returns the number of elements of a pair's block. */
  static long blockSize(List<GramLayer> layers, GramPair pair) {
    long first = layers.get(pair.first()).neurons();
    return pair.first() == pair.second()
        ? first * (first + 1) / 2
        : first * layers.get(pair.second()).neurons();
  }

  @Override
  public Precision precision() {
    return Precision.STANDARD;
  }

  /**
   * {@return the block of a pair in the constructor's format} Not copied; must not be changed.
   *
   * @param pair a pair of layers that was added up
   * @throws IllegalArgumentException if the pair was not added up
   */
  public double[] block(GramPair pair) {
    Objects.requireNonNull(pair, "pair");
    requirePair(pair.first(), pair.second());
    return blocks.get(pair);
  }

  /**
   * {@return the offset of a row in a packed upper triangle: element (row, column) is at offset +
   * column}
   *
   * @param neurons number of neurons of the layer
   * @param row a row, from 0
   */
  public static int triangleRow(int neurons, int row) {
    return (int) (row * (2L * neurons - row - 1) / 2);
  }

  @Override
  public double innerProduct(int layer, int neuron, int otherLayer, int otherNeuron) {
    requirePair(layer, otherLayer);
    if (layer > otherLayer) {
      return innerProduct(otherLayer, otherNeuron, layer, neuron);
    }
    double[] block = blocks.get(new GramPair(layer, otherLayer));
    int neurons = layers().get(otherLayer).neurons();
    Objects.checkIndex(neuron, layers().get(layer).neurons());
    Objects.checkIndex(otherNeuron, neurons);
    if (layer < otherLayer) {
      return block[neuron * neurons + otherNeuron];
    }
    int row = Math.min(neuron, otherNeuron);
    return block[triangleRow(neurons, row) + Math.max(neuron, otherNeuron)];
  }

  @Override
  public long bytes() {
    return blocks.values().stream().mapToLong(block -> (long) Double.BYTES * block.length).sum();
  }

  @Override
  GramMatrix withLayers(List<GramLayer> labelled) {
    return new GramMatrix(labelled, samples(), deadThreshold(), error(), blocks, normProducts());
  }

  /**
   * {@return a matrix of two of these layers, or of one} Shares the blocks with this one.
   *
   * @param first the position of a layer
   * @param second the position of another one after it, or the same
   * @throws IllegalArgumentException if the pair was not added up
   */
  public GramMatrix restrictedTo(int first, int second) {
    GramPair pair = new GramPair(first, second);
    requirePair(first, second);
    Map<GramPair, double[]> kept = new TreeMap<>();
    Map<GramPair, NormProducts> products = new TreeMap<>();
    int other = first == second ? 0 : 1;
    for (GramPair old : List.of(new GramPair(first, first), pair, new GramPair(second, second))) {
      GramPair renumbered =
          new GramPair(old.first() == first ? 0 : 1, old.second() == first ? 0 : 1);
      kept.put(renumbered, blocks.get(old));
      normProducts(old).ifPresent(sums -> products.put(renumbered, sums));
    }
    List<GramLayer> two = List.of(layers().get(first), layers().get(second)).subList(0, other + 1);
    return new GramMatrix(two, samples(), deadThreshold(), error(), kept, products);
  }

  /** All blocks, by pair. */
  Map<GramPair, double[]> blocks() {
    return blocks;
  }

  /**
   * Puts the Gram matrix of layers together from those of slices of their neurons, each of which
   * fits where the whole does not. Slices are numbered through all layers; a tile is the Gram
   * matrix of two of them, or of the one that there is, in which they count as layers.
   *
   * <p>Takes the memory of the whole and of one tile. What a tile says of a layer as a whole, such
   * as its name and {@link Moments#repetition}, is that of the layer's first slice.
   */
  public static final class Slices {
    private final GramSlices slices;

    /**
     * Makes room for the whole.
     *
     * @param widths for each layer, the number of neurons of each of its slices, at least one
     */
    public Slices(List<List<Integer>> widths) {
      slices = new GramSlices(Objects.requireNonNull(widths, "widths"));
    }

    /**
     * Adds a tile. Tiles that overlap hold equal numbers; the first counts.
     *
     * @param first the number of a slice
     * @param second the number of another one after it, or the same
     * @param tile their Gram matrix
     * @throws IllegalArgumentException if it has other neurons, or other samples than those before
     */
    public void add(int first, int second, GramMatrix tile) {
      slices.add(first, second, Objects.requireNonNull(tile, "tile"));
    }

    /**
     * {@return the Gram matrix of the layers, with the inner products of all pairs; it has the
     * memory of these slices, so call it once}
     *
     * @throws IllegalStateException if a pair of slices was not added
     */
    public GramMatrix joined() {
      return slices.joined();
    }
  }

  @Override
  GramMatrix movedToMeans() {
    return ShiftedMatrix.centred(this);
  }

  @Override
  GramMatrix movedTo(List<double[]> shifts) {
    return ShiftedMatrix.about(this, shifts);
  }

  /** Those of the first, unless one of the two was added up without shifts. */
  @Override
  List<double[]> commonShifts(Gram other) {
    return other.isShifted() ? shifts() : other.shifts();
  }

  @Override
  GramMatrix plus(
      Gram other, List<GramLayer> sums, long allSamples, Map<GramPair, NormProducts> products) {
    GramMatrix matrix = (GramMatrix) other;
    Map<GramPair, double[]> added = new TreeMap<>();
    boolean unscaled = !isScaled() && !matrix.isScaled();
    blocks.forEach(
        (pair, block) -> {
          double[] others = matrix.blocks.get(pair);
          double[] sum =
              unscaled
                  ? sum(block, others)
                  : sum(rescaled(block, pair, sums), matrix.rescaled(others, pair, sums));
          added.put(pair, sum);
        });
    double larger = Math.max(error(), other.error());
    return new GramMatrix(
        sums,
        allSamples,
        deadThreshold(),
        larger * (1 + ROUNDOFF) + ROUNDOFF,
        added,
        unscaled ? products : Map.of());
  }

  private static double[] sum(double[] one, double[] other) {
    double[] sum = new double[one.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = one[i] + other[i];
    }
    return sum;
  }

  /**
   * Returns a block in the scales of other layers. Scales are powers of two, so this rounds
   * nothing.
   */
  private double[] rescaled(double[] block, GramPair pair, List<GramLayer> target) {
    double[] rows = factors(pair.first(), target);
    double[] columns = factors(pair.second(), target);
    boolean triangle = pair.first() == pair.second();
    double[] scaled = new double[block.length];
    int next = 0;
    for (int i = 0; i < rows.length; i++) {
      for (int j = triangle ? i : 0; j < columns.length; j++) {
        scaled[next] = block[next] * rows[i] * columns[j];
        next++;
      }
    }
    return scaled;
  }

  private double[] factors(int layer, List<GramLayer> target) {
    return layers().get(layer).moments().factorsTo(target.get(layer).moments().scaleExponents());
  }

  /** Whether all numbers are bitwise identical. */
  @Override
  public boolean equals(Object other) {
    return other instanceof GramMatrix matrix
        && layers().equals(matrix.layers())
        && samples() == matrix.samples()
        && deadThreshold() == matrix.deadThreshold()
        && error() == matrix.error()
        && normProducts().equals(matrix.normProducts())
        && blocks.keySet().equals(matrix.blocks.keySet())
        && blocks.entrySet().stream()
            .allMatch(block -> Arrays.equals(block.getValue(), matrix.blocks.get(block.getKey())));
  }

  @Override
  public int hashCode() {
    return layers().hashCode();
  }
}
