package org.spanmatch.gram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.spanmatch.gram.GramPair.NormProducts;

/**
 * Computes a Gram matrix with other shifts from one matrix alone: with e added to every activation
 * of a neuron, s its sum and s′ = s + d·e the new sum, an inner product becomes ⟨z_i, z_j⟩ + e_i
 * s_j + s′_i e_j.
 *
 * <p>To first order an element is within E‖z_i‖‖z_j‖ + γ√d(|e_i|‖z_j‖ + ‖z_i‖|e_j|) + 7u·a_i·a_j of
 * what it should be, with E the error of the matrix, γ = d·u that of sums, and a = ‖z‖ + √d|e|; 5u
 * of it are for these few operations, and 2u for activations that were rounded when a shift was
 * subtracted. The error of the result is that relative to the product of the new norms, for the
 * largest ratios ‖z‖/‖z′‖ and √d|e|/‖z′‖ of a living neuron.
 */
final class ShiftedMatrix {
  /** More than this says nothing of distances: its root, times a few, is an error of a distance. */
  private static final double LARGEST_ERROR = 1e-4;

  private static final double ROUNDOFF = Gram.ROUNDOFF;

  private final GramMatrix gram;
  private final boolean isCentring;
  private final long samples;
  private final List<Part> parts = new ArrayList<>();

  /** One layer, in the units of its scales. */
  private static final class Part {
    final double[] sums;
    final double[] steps; // e
    final double[] newSums;
    final double[] newSquares;

    Part(Moments moments, double[] steps, double[] newSums) {
      this.sums = moments.scaledSums();
      this.steps = steps;
      this.newSums = newSums;
      this.newSquares = moments.scaledSquares();
    }
  }

  private ShiftedMatrix(GramMatrix gram, boolean isCentring) {
    this.gram = gram;
    this.isCentring = isCentring;
    this.samples = gram.samples();
  }

  /**
   * Returns the matrix with each neuron's mean as its shift. Neurons that are constant as far as
   * the matrix and the rounding of stored activations can tell become zero.
   *
   * @throws GramException if the error would be too large to say anything
   */
  static GramMatrix centred(GramMatrix gram) {
    ShiftedMatrix shifted = new ShiftedMatrix(gram, true);
    List<double[]> means = new ArrayList<>();
    for (GramLayer layer : gram.layers()) {
      Moments moments = layer.moments();
      double[] steps = moments.scaledSums();
      Arrays.setAll(steps, i -> -steps[i] / gram.samples());
      shifted.parts.add(new Part(moments, steps, new double[steps.length]));
      means.add(moments.means(gram.samples()));
    }
    return shifted.result(means);
  }

  /**
   * Returns the matrix with other shifts.
   *
   * @param shifts an array per layer with an element per neuron
   * @throws GramException if the error would be too large to say anything
   */
  static GramMatrix about(GramMatrix gram, List<double[]> shifts) {
    ShiftedMatrix shifted = new ShiftedMatrix(gram, false);
    for (int layer = 0; layer < shifts.size(); layer++) {
      Moments moments = gram.layers().get(layer).moments();
      double[] steps = moments.stepsTo(shifts.get(layer));
      double[] newSums = moments.scaledSums();
      Arrays.setAll(newSums, i -> newSums[i] + gram.samples() * steps[i]);
      shifted.parts.add(new Part(moments, steps, newSums));
    }
    return shifted.result(shifts);
  }

  private GramMatrix result(List<double[]> shifts) {
    Map<GramPair, double[]> blocks = new TreeMap<>();
    for (int layer = 0; layer < parts.size(); layer++) {
      GramPair self = new GramPair(layer, layer);
      double[] triangle = block(self);
      int neurons = parts.get(layer).sums.length;
      for (int i = 0; i < neurons; i++) {
        int place = GramMatrix.triangleRow(neurons, i) + i;
        triangle[place] = square(layer, i, triangle[place]);
        parts.get(layer).newSquares[i] = triangle[place];
      }
      blocks.put(self, triangle);
    }
    gram.pairs().forEach(pair -> blocks.put(pair, block(pair)));
    blocks.forEach(this::clearConstants);
    List<GramLayer> layers = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      GramLayer layer = gram.layers().get(i);
      layers.add(
          layer.with(layer.moments().moved(part.newSums, part.newSquares, shifts.get(i), samples)));
    }
    return new GramMatrix(
        layers, samples, gram.deadThreshold(), error(layers), blocks, normProducts());
  }

  private double[] block(GramPair pair) {
    Part rows = parts.get(pair.first());
    Part columns = parts.get(pair.second());
    boolean triangle = pair.first() == pair.second();
    double[] old = gram.block(pair);
    double[] block = new double[old.length];
    int place = 0; // of column 0 of the row
    for (int i = 0; i < rows.sums.length; i++) {
      int first = triangle ? i : 0;
      place -= first;
      move(old, block, place, first, rows.steps[i], columns.sums, rows.newSums[i], columns.steps);
      place += columns.sums.length;
    }
    return block;
  }

  private static void move(
      double[] old,
      double[] block,
      int place,
      int first,
      double step,
      double[] sums,
      double sum,
      double[] steps) {
    for (int j = first; j < sums.length; j++) {
      block[place + j] = old[place + j] + (step * sums[j] + sum * steps[j]);
    }
  }

  /** The squared norm; 0 if the neuron may as well be constant. */
  private double square(int layer, int neuron, double computed) {
    Moments moments = gram.layers().get(layer).moments();
    double norm = Math.sqrt(moments.scaledSquare(neuron));
    double step = Math.sqrt((double) samples) * Math.abs(parts.get(layer).steps[neuron]);
    double doubt = bound(norm, step);
    if (isCentring) {
      double roundoff = gram.layers().get(layer).storageRoundoff();
      doubt = Math.max(doubt, roundoff * roundoff * moments.storedSquare(neuron, samples));
      return computed <= doubt ? 0 : computed;
    }
    return Math.max(0, computed);
  }

  /** The bound on the error of an element, of two neurons that have the same norm and step. */
  private double bound(double norm, double step) {
    double whole = norm + step;
    return gram.error() * norm * norm
        + 2 * samples * ROUNDOFF * norm * step
        + 7 * ROUNDOFF * whole * whole;
  }

  private void clearConstants(GramPair pair, double[] block) {
    double[] rows = parts.get(pair.first()).newSquares;
    double[] columns = parts.get(pair.second()).newSquares;
    if (Stream.of(rows, columns).flatMapToDouble(Arrays::stream).allMatch(square -> square != 0)) {
      return;
    }
    boolean triangle = pair.first() == pair.second();
    int next = 0;
    for (int i = 0; i < rows.length; i++) {
      for (int j = triangle ? i : 0; j < columns.length; j++) {
        if (rows[i] == 0 || columns[j] == 0) {
          block[next] = 0;
        }
        next++;
      }
    }
  }

  private double error(List<GramLayer> layers) {
    double largestNorm = 0; // ‖z‖ / ‖z′‖
    double largestStep = 0; // √d|e| / ‖z′‖
    double worst = 0;
    String where = "";
    for (int layer = 0; layer < parts.size(); layer++) {
      Moments old = gram.layers().get(layer).moments();
      Moments moments = layers.get(layer).moments();
      for (int i = 0; i < moments.neurons(); i++) {
        if (moments.norm(i) > gram.deadThreshold()) {
          double newNorm = Math.sqrt(moments.scaledSquare(i));
          double norm = Math.sqrt(old.scaledSquare(i)) / newNorm;
          double step = Math.sqrt((double) samples) * Math.abs(parts.get(layer).steps[i]) / newNorm;
          largestNorm = Math.max(largestNorm, norm);
          largestStep = Math.max(largestStep, step);
          if (bound(norm, step) > worst) {
            worst = bound(norm, step);
            where = layers.get(layer).description() + ", neuron " + i;
          }
        }
      }
    }
    double error = bound(largestNorm, largestStep);
    if (!(error <= LARGEST_ERROR)) {
      throw new GramException(
          where
              + ": its mean is so large that "
              + (isCentring ? "subtracting it" : "another shift")
              + " leaves no digits of the sums; add up again with --center, which subtracts it"
              + " before");
    }
    return error;
  }

  /** Expands the products (‖x + e‖² of a sample) · (y + e)ᵀ and the like; needs no scales. */
  private Map<GramPair, NormProducts> normProducts() {
    Map<GramPair, NormProducts> products = new TreeMap<>();
    gram.normProducts()
        .forEach(
            (pair, old) -> {
              double[][] times = timesSteps(pair);
              Part x = parts.get(pair.first());
              Part y = parts.get(pair.second());
              double xStep = dot(x.steps, x.steps);
              double yStep = dot(y.steps, y.steps);
              double xNorms = norms(pair.first());
              double yNorms = norms(pair.second());
              double xSum = dot(x.steps, x.sums);
              double ySum = dot(y.steps, y.sums);
              double[] first = old.firstSums();
              double[] second = old.secondSums();
              double product =
                  old.product()
                      + 2 * dot(y.steps, second)
                      + yStep * xNorms
                      + 2 * dot(x.steps, first)
                      + 4 * dot(x.steps, times[0])
                      + 2 * yStep * xSum
                      + xStep * yNorms
                      + 2 * xStep * ySum
                      + samples * xStep * yStep;
              double newX = xNorms + 2 * xSum + samples * xStep;
              double newY = yNorms + 2 * ySum + samples * yStep;
              Arrays.setAll(
                  first, i -> first[i] + 2 * times[0][i] + yStep * x.sums[i] + x.steps[i] * newY);
              Arrays.setAll(
                  second, i -> second[i] + 2 * times[1][i] + xStep * y.sums[i] + y.steps[i] * newX);
              // An expansion takes its digits from the sums before it.
              double moved = old.moved() + 2 * samples * ROUNDOFF * old.product();
              products.put(pair, new NormProducts(Math.max(0, product), first, second, moved));
            });
    return products;
  }

  /** The sum of all squared norms of samples, before the step. */
  private double norms(int layer) {
    return Arrays.stream(gram.layers().get(layer).moments().scaledSquares()).sum();
  }

  private static double dot(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }

  /** The block of a pair times the second layer's steps, and its transpose times the first's. */
  private double[][] timesSteps(GramPair pair) {
    double[] rowSteps = parts.get(pair.first()).steps;
    double[] columnSteps = parts.get(pair.second()).steps;
    double[] rows = new double[rowSteps.length];
    double[] columns = new double[columnSteps.length];
    double[] block = gram.block(pair);
    boolean triangle = pair.first() == pair.second();
    int next = 0;
    for (int i = 0; i < rows.length; i++) {
      for (int j = triangle ? i : 0; j < columns.length; j++) {
        double element = block[next++];
        rows[i] += element * columnSteps[j];
        columns[j] += element * rowSteps[i];
      }
    }
    if (triangle) {
      for (int i = 0; i < rows.length; i++) {
        int place = GramMatrix.triangleRow(rows.length, i) + i;
        rows[i] += columns[i] - block[place] * rowSteps[i];
      }
      columns = rows;
    }
    return new double[][] {rows, columns};
  }
}
