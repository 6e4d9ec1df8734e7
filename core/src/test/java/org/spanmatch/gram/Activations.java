package org.spanmatch.gram;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.gram.orthogonal.Householder;

/**
 * Activation vectors of a few layers, and their Gram matrices by plain loops.
 *
 * @param layers by layer, neuron and sample; every layer has the same samples
 * @param samples number of samples
 */
public record Activations(List<double[][]> layers, int samples) {
  static final double DEAD_THRESHOLD = 1e-16;

  /** Values between −1 and 2. */
  public static Activations random(long seed, int samples, int... neurons) {
    SplittableRandom random = new SplittableRandom(seed);
    List<double[][]> layers = new ArrayList<>();
    for (int count : neurons) {
      double[][] layer = new double[count][];
      Arrays.setAll(layer, i -> random.doubles(samples, -1, 2).toArray());
      layers.add(layer);
    }
    return new Activations(layers, samples);
  }

  /** Some of the samples. */
  Activations part(int from, int to) {
    return new Activations(
        layers.stream()
            .map(
                layer ->
                    Arrays.stream(layer)
                        .map(vector -> Arrays.copyOfRange(vector, from, to))
                        .toArray(double[][]::new))
            .toList(),
        to - from);
  }

  /** Neighbouring parts of about the same size. */
  List<Activations> parts(int count) {
    List<Activations> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(part((int) ((long) samples * i / count), (int) ((long) samples * (i + 1) / count)));
    }
    return parts;
  }

  /** A function of every value. */
  public Activations map(DoubleUnaryOperator function) {
    return new Activations(
        layers.stream()
            .map(
                layer ->
                    Arrays.stream(layer)
                        .map(vector -> Arrays.stream(vector).map(function).toArray())
                        .toArray(double[][]::new))
            .toList(),
        samples);
  }

  /** Inner products of all pairs. */
  public GramMatrix matrix() {
    return matrix(GramPair.all(layers.size()), false, false);
  }

  /**
   * Inner products.
   *
   * @param scaled whether every neuron is multiplied by a power of two that brings it near 1
   * @param norms whether norm products are added up
   */
  GramMatrix matrix(Collection<GramPair> pairs, boolean scaled, boolean norms) {
    Activations units = scaled ? inUnitScales() : this;
    Map<GramPair, double[]> blocks = new TreeMap<>();
    List<GramPair> all = new ArrayList<>(pairs);
    for (int i = 0; i < layers.size(); i++) {
      all.add(new GramPair(i, i));
    }
    for (GramPair pair : all) {
      double[][] first = units.layers.get(pair.first());
      double[][] second = units.layers.get(pair.second());
      List<Double> block = new ArrayList<>();
      for (int i = 0; i < first.length; i++) {
        for (int j = pair.first() == pair.second() ? i : 0; j < second.length; j++) {
          block.add(product(first[i], second[j]));
        }
      }
      blocks.put(pair, block.stream().mapToDouble(Double::doubleValue).toArray());
    }
    return new GramMatrix(
        described(scaled),
        samples,
        DEAD_THRESHOLD,
        (samples + 1) * 0x1p-53,
        blocks,
        norms ? normProducts(all) : Map.of());
  }

  /** The triangular factor of all layers side by side. */
  TriangularFactor factor(boolean scaled) {
    Activations units = scaled ? inUnitScales() : this;
    double[][] vectors = units.layers.stream().flatMap(Arrays::stream).toArray(double[][]::new);
    int columns = vectors.length;
    double[][] rows = new double[samples][columns];
    for (int i = 0; i < samples; i++) {
      int sample = i;
      Arrays.setAll(rows[i], j -> vectors[j][sample]);
    }
    int count = Math.min(samples, columns);
    for (int k = 0; k < count; k++) {
      Householder.reflect(rows[k], rows, k + 1, samples, k, columns);
    }
    double[][] triangle = new double[count][];
    Arrays.setAll(triangle, i -> Arrays.copyOfRange(rows[i], i, columns));
    return new TriangularFactor(
        described(scaled),
        samples,
        DEAD_THRESHOLD,
        columns * Householder.backwardError(samples + 1),
        triangle,
        Map.of());
  }

  /** As a Gram matrix of a precision. */
  public Gram gram(Precision precision, boolean scaled) {
    return precision == Precision.HIGH
        ? factor(scaled)
        : matrix(GramPair.all(layers.size()), scaled, false);
  }

  private Activations inUnitScales() {
    return new Activations(
        layers.stream()
            .map(
                layer ->
                    Arrays.stream(layer)
                        .map(
                            vector -> {
                              int exponent = exponent(vector);
                              return Arrays.stream(vector)
                                  .map(value -> Math.scalb(value, exponent))
                                  .toArray();
                            })
                        .toArray(double[][]::new))
            .toList(),
        samples);
  }

  private static int exponent(double[] vector) {
    double largest = Arrays.stream(vector).map(Math::abs).max().orElse(0);
    return Math.min(1022, -Math.getExponent(largest));
  }

  private List<GramLayer> described(boolean scaled) {
    Activations units = scaled ? inUnitScales() : this;
    List<GramLayer> described = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      double[][] own = units.layers.get(i);
      int[] exponents =
          Arrays.stream(layers.get(i)).mapToInt(v -> scaled ? exponent(v) : 0).toArray();
      Moments moments =
          new Moments(
              Arrays.stream(own).mapToDouble(v -> Arrays.stream(v).sum()).toArray(),
              Arrays.stream(own).mapToDouble(v -> product(v, v)).toArray(),
              Arrays.stream(own)
                  .mapToDouble(v -> Arrays.stream(v).map(z -> z * z * z * z).sum())
                  .toArray(),
              Arrays.stream(own)
                  .mapToLong(v -> Arrays.stream(v).filter(z -> z != 0).count())
                  .toArray(),
              exponents,
              new double[own.length]);
      described.add(
          new GramLayer(
              i, "layer " + i, List.of("file"), List.of((long) samples), 0x1p-24, moments));
    }
    return described;
  }

  private Map<GramPair, NormProducts> normProducts(List<GramPair> pairs) {
    Map<GramPair, NormProducts> products = new TreeMap<>();
    for (GramPair pair : pairs) {
      double[] a = squaredNorms(pair.first());
      double[] b = squaredNorms(pair.second());
      products.put(
          pair,
          new NormProducts(
              product(a, b),
              Arrays.stream(layers.get(pair.first())).mapToDouble(v -> product(v, b)).toArray(),
              Arrays.stream(layers.get(pair.second())).mapToDouble(v -> product(v, a)).toArray()));
    }
    return products;
  }

  private double[] squaredNorms(int layer) {
    double[] norms = new double[samples];
    for (double[] vector : layers.get(layer)) {
      Arrays.setAll(norms, s -> norms[s] + vector[s] * vector[s]);
    }
    return norms;
  }

  private static double product(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }

  /** An inner product without any rounding. */
  BigDecimal exact(int layer, int neuron, int otherLayer, int otherNeuron) {
    double[] one = layers.get(layer)[neuron];
    double[] other = layers.get(otherLayer)[otherNeuron];
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < samples; i++) {
      sum = sum.add(new BigDecimal(one[i]).multiply(new BigDecimal(other[i])));
    }
    return sum;
  }
}
