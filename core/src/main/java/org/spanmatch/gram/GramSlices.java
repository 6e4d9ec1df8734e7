package org.spanmatch.gram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.spanmatch.gram.GramLayer.Repetition;
import org.spanmatch.gram.GramPair.NormProducts;

/** Joins the Gram matrices of slices; see {@link GramMatrix.Slices}, which it does the work of. */
final class GramSlices {
  private final int[] layerOf; // by slice, like the next two
  private final int[] offset;
  private final int[] width;
  private final int layers;
  private final GramLayer[] described; // by slice, as in the first tile that has it
  private final Map<GramPair, double[]> blocks = new TreeMap<>();
  private final Map<GramPair, Sums> sums = new TreeMap<>(); // by pair of layers
  private final Set<GramPair> missing = new TreeSet<>(); // pairs of slices
  private boolean haveNormProducts = true;
  private GramMatrix firstTile;
  private double error;

  /** The norm products of a pair of layers while they are added up. */
  private static final class Sums {
    private double product;
    private final double[] first;
    private final double[] second;

    Sums(int first, int second) {
      this.first = new double[first];
      this.second = new double[second];
    }
  }

  GramSlices(List<List<Integer>> widths) {
    layers = widths.size();
    layerOf =
        IntStream.range(0, layers)
            .flatMap(layer -> widths.get(layer).stream().mapToInt(each -> layer))
            .toArray();
    width = widths.stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
    offset = new int[width.length];
    described = new GramLayer[width.length];
    int[] neurons = new int[layers];
    for (int slice = 0; slice < width.length; slice++) {
      offset[slice] = neurons[layerOf[slice]];
      neurons[layerOf[slice]] += width[slice];
      for (int other = slice; other < width.length; other++) {
        missing.add(new GramPair(slice, other));
      }
    }
    for (int first = 0; first < layers; first++) {
      for (int second = first; second < layers; second++) {
        GramPair pair = new GramPair(first, second);
        long size =
            first == second
                ? neurons[first] * (neurons[first] + 1L) / 2
                : (long) neurons[first] * neurons[second];
        blocks.put(pair, new double[Math.toIntExact(size)]);
        sums.put(pair, new Sums(neurons[first], neurons[second]));
      }
    }
  }

  void add(int first, int second, GramMatrix tile) {
    requireFitting(first, second, tile);
    firstTile = firstTile == null ? tile : firstTile;
    error = Math.max(error, tile.error());
    place(first, first, tile, new GramPair(0, 0));
    if (second > first) {
      place(first, second, tile, new GramPair(0, 1));
      place(second, second, tile, new GramPair(1, 1));
    }
  }

  private void requireFitting(int first, int second, GramMatrix tile) {
    int[] slices = first == second ? new int[] {first} : new int[] {first, second};
    List<Integer> expected = Arrays.stream(slices).mapToObj(slice -> width[slice]).toList();
    List<Integer> found = tile.layers().stream().map(GramLayer::neurons).toList();
    if (first > second || !found.equals(expected)) {
      throw new IllegalArgumentException(
          "slices "
              + first
              + " and "
              + second
              + ": expected "
              + expected
              + " neurons, found "
              + found);
    }
    if (firstTile != null
        && (tile.samples() != firstTile.samples()
            || tile.deadThreshold() != firstTile.deadThreshold())) {
      throw new IllegalArgumentException(
          "slices " + first + " and " + second + ": expected the samples of the others");
    }
  }

  /** Copies a block of a tile to where it belongs, unless it is there. */
  private void place(int rows, int columns, GramMatrix tile, GramPair of) {
    if (!missing.remove(new GramPair(rows, columns))) {
      return;
    }
    double[] rowFactors = factors(rows, tile.layers().get(of.first()));
    double[] columnFactors = factors(columns, tile.layers().get(of.second()));
    GramPair pair = new GramPair(layerOf[rows], layerOf[columns]);
    double[] target = blocks.get(pair);
    double[] source = tile.block(of);
    boolean isTriangle = pair.first() == pair.second();
    int neurons = sums.get(pair).second.length;
    int next = 0;
    for (int i = 0; i < width[rows]; i++) {
      int row = offset[rows] + i;
      int start = isTriangle ? GramMatrix.triangleRow(neurons, row) : row * neurons;
      for (int j = rows == columns ? i : 0; j < width[columns]; j++) {
        // Powers of two, so this rounds nothing.
        target[start + offset[columns] + j] = source[next++] * rowFactors[i] * columnFactors[j];
      }
    }
    addNormProducts(rows, columns, tile, of);
  }

  /** What converts a slice of a tile to the scales of the tile that had it first. */
  private double[] factors(int slice, GramLayer found) {
    if (described[slice] == null) {
      described[slice] = found;
    }
    return found.moments().factorsTo(described[slice].moments().scaleExponents());
  }

  /** Norms add up: the squared norm of a sample is the sum of those of its slices. */
  private void addNormProducts(int rows, int columns, GramMatrix tile, GramPair of) {
    NormProducts products = tile.normProducts(of).orElse(null);
    if (products == null) {
      haveNormProducts = false;
      return;
    }
    Sums target = sums.get(new GramPair(layerOf[rows], layerOf[columns]));
    boolean isWithinLayer = layerOf[rows] == layerOf[columns];
    boolean countsTwice = isWithinLayer && rows != columns;
    target.product += countsTwice ? 2 * products.product() : products.product();
    addTo(target.first, offset[rows], products.firstSums());
    if (countsTwice) {
      addTo(target.first, offset[columns], products.secondSums());
    } else if (!isWithinLayer) {
      addTo(target.second, offset[columns], products.secondSums());
    }
  }

  private static void addTo(double[] target, int offset, double[] values) {
    for (int i = 0; i < values.length; i++) {
      target[offset + i] += values[i];
    }
  }

  GramMatrix joined() {
    if (!missing.isEmpty() || firstTile == null) {
      throw new IllegalStateException("slices that were not added: " + missing);
    }
    List<GramLayer> joined = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      int number = layer;
      joined.add(
          layer(
              IntStream.range(0, width.length)
                  .filter(slice -> layerOf[slice] == number)
                  .mapToObj(slice -> described[slice])
                  .toList()));
    }
    Map<GramPair, NormProducts> products = new TreeMap<>();
    if (haveNormProducts && joined.stream().noneMatch(layer -> layer.moments().areScaled())) {
      sums.forEach(
          (pair, sum) -> {
            double[] second = pair.first() == pair.second() ? sum.first : sum.second;
            products.put(pair, new NormProducts(sum.product, sum.first, second));
          });
    }
    return new GramMatrix(
        joined, firstTile.samples(), firstTile.deadThreshold(), error, blocks, products);
  }

  /** The layer that slices make; what is not by neuron is that of the first one. */
  private static GramLayer layer(List<GramLayer> slices) {
    List<Moments> parts = slices.stream().map(GramLayer::moments).toList();
    Repetition repetition = parts.get(0).repetition();
    return slices.get(0).with(Moments.joined(parts).withRepetition(repetition));
  }
}
