package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * The similarity that two layers have by chance, at every ε: what the maximum match would be if the
 * samples of one network were permuted at random, so that all that the two have in common is the
 * size of their spans and their means.
 *
 * <p>{@link #of(Gram, int, int, int)} finds it without permuting anything. The mean over all
 * permutations π of d samples is
 *
 * <pre>E δ²(x, πY) = 1 − [κ_x τ_Y + (1 − κ_x)(r − τ_Y)/(d − 1)]</pre>
 *
 * where κ_x is the share of x's squared norm that its mean makes up ({@link Moments#meanShare}),
 * τ_Y the squared cosine between the constant vector and the span of Y, and r the dimension of that
 * span. Removing neurons one at a time as for match levels, always the one with the largest root of
 * this mean, gives levels by chance. In a network that is the neuron with the smallest κ, so all
 * spans on the way are those of first neurons in one order, and one {@link GramFactor} per network
 * has τ and r of all of them. (Where the other network's means make up less of its span than of
 * that of random neurons, τ &lt; (r − τ)/(d − 1), it is the neuron with the largest κ. The order
 * stays, and the similarity by chance comes out too large rather than too small.)
 *
 * <p>Curves of the similarity found by really permuting samples lie on average within 0.02 in ε of
 * this one where there are at least four times as many samples as neurons of a network, and within
 * 0.07 down to one and a half times as many. The formula takes samples to be exchangeable. Pixels
 * of an image and tokens of a sequence aren't: there, a pass with permuted examples finds more by
 * chance.
 */
public final class Chance {
  private final PerGroup<double[]> levels; // by position, infinite for dead neurons

  private Chance(PerGroup<double[]> levels) {
    this.levels = levels;
  }

  /**
   * Takes match levels of two layers whose samples were really permuted.
   *
   * @param x the level of each neuron of the first network by position, in [0, 1]; infinite for
   *     dead neurons
   * @param y those of the second network
   * @return the similarity by chance
   */
  public static Chance ofPermuted(double[] x, double[] y) {
    PerGroup<double[]> levels = PerGroup.of(x.clone(), y.clone());
    for (double[] each : List.of(levels.x(), levels.y())) {
      for (double level : each) {
        if (!(level >= 0 && (level <= 1 || level == Double.POSITIVE_INFINITY))) {
          throw new IllegalArgumentException(
              "expected levels from 0 to 1, or infinite ones, found " + level);
        }
      }
    }
    return new Chance(levels);
  }

  /**
   * Computes the similarity by chance of two layers by the formula. Costs (n³ + n′³)/3 operations
   * for n and n′ living neurons, and 8·max(n, n′)² bytes of heap; keeps O(n + n′) numbers and not
   * the Gram matrix. Inner products between the layers are not read.
   *
   * @param gram the Gram matrix
   * @param x position of the first network's layer in it
   * @param y position of the second network's layer in it
   * @param threads number of threads, at least 1; the numbers don't depend on it
   * @return the similarity by chance
   */
  public static Chance of(Gram gram, int x, int y, int threads) {
    return of(gram, x, y, new Products(threads));
  }

  /**
   * Computes the same with the {@linkplain ProjectionKernel#products products} of a kernel.
   *
   * @param gram the Gram matrix
   * @param x position of the first network's layer in it
   * @param y position of the second network's layer in it
   * @param kernel computes, on its threads
   * @return the similarity by chance
   */
  public static Chance of(Gram gram, int x, int y, ProjectionKernel kernel) {
    return of(gram, x, y, Products.of(kernel));
  }

  private static Chance of(Gram gram, int x, int y, Products products) {
    Objects.requireNonNull(gram, "gram");
    Spans ofX = Spans.of(gram, x, products);
    Spans ofY = Spans.of(gram, y, products);
    return new Chance(levels(ofX, ofY, gram.samples()));
  }

  /** Removes all neurons. */
  private static PerGroup<double[]> levels(Spans x, Spans y, long samples) {
    PerGroup<double[]> levels = PerGroup.of(x.noLevels(), y.noLevels());
    int leftX = x.size();
    int leftY = y.size();
    double level = 1;
    while (leftX + leftY > 0) {
      double fromX = leftX == 0 ? -1 : y.expectedDistance(leftY, x.lastKappa(leftX), samples);
      double fromY = leftY == 0 ? -1 : x.expectedDistance(leftX, y.lastKappa(leftY), samples);
      level = Math.min(level, Math.max(fromX, fromY));
      if (fromX >= fromY) {
        levels.x()[x.order[--leftX]] = level;
      } else {
        levels.y()[y.order[--leftY]] = level;
      }
    }
    return levels;
  }

  /** The spans of a layer's first neurons, by descending κ. */
  private static final class Spans {
    private final int neurons; // of the layer, dead ones included
    private final int[] order; // of the living ones
    private final double[] kappa; // in that order
    private final double[] tau; // of the span of the first ones, by their number
    private final int[] rank; // the dimension of that span

    private Spans(int neurons, int[] order, double[] kappa, double[] tau, int[] rank) {
      this.neurons = neurons;
      this.order = order;
      this.kappa = kappa;
      this.tau = tau;
      this.rank = rank;
    }

    static Spans of(Gram gram, int layer, Products products) {
      Moments moments = gram.layers().get(layer).moments();
      long samples = gram.samples();
      int[] order =
          IntStream.of(GramFactor.living(gram, layer))
              .boxed()
              // Of equal ones the lowest position is removed first, so it comes last.
              .sorted(
                  Comparator.comparingDouble((Integer i) -> moments.meanShare(i, samples))
                      .thenComparing(Comparator.naturalOrder())
                      .reversed())
              .mapToInt(Integer::intValue)
              .toArray();
      double[] kappa =
          IntStream.of(order).mapToDouble(i -> moments.meanShare(i, samples)).toArray();
      GramFactor factor = GramFactor.of(gram, layer, order, products);
      // Cosines with the constant vector.
      double[] coordinates =
          IntStream.of(factor.positions())
              .mapToDouble(i -> Math.copySign(Math.sqrt(kappa[i]), moments.sum(order[i])))
              .toArray();
      factor.forward(coordinates);
      double[] tau = new double[order.length + 1];
      int[] rank = new int[order.length + 1];
      int[] positions = factor.positions();
      for (int i = 0; i < order.length; i++) {
        int next = rank[i];
        boolean independent = next < positions.length && positions[next] == i;
        double more = independent ? coordinates[next] * coordinates[next] : 0;
        tau[i + 1] = Math.min(1, tau[i] + more);
        rank[i + 1] = independent ? next + 1 : next;
      }
      return new Spans(moments.neurons(), order, kappa, tau, rank);
    }

    int size() {
      return order.length;
    }

    double[] noLevels() {
      double[] none = new double[neurons];
      Arrays.fill(none, Double.POSITIVE_INFINITY);
      return none;
    }

    /** κ of the neuron to be removed next. */
    double lastKappa(int left) {
      return kappa[left - 1];
    }

    /**
     * The root of the mean squared distance of a neuron of the other layer to the first neurons.
     */
    double expectedDistance(int left, double kappaOfOther, long samples) {
      if (rank[left] == 0) {
        return 1;
      }
      if (rank[left] >= samples) {
        return 0;
      }
      double spread = (1 - kappaOfOther) * (rank[left] - tau[left]) / (samples - 1);
      double distance = Math.sqrt(Math.max(0, 1 - kappaOfOther * tau[left] - spread));
      return distance < Precision.GRAM_FLOOR ? 0 : distance;
    }
  }

  /**
   * {@return the similarity by chance at one ε: the share of neurons whose level by chance is at
   * most ε, dead neurons counted among all}
   *
   * @param epsilon ε
   */
  public double similarity(double epsilon) {
    int neurons = levels.x().length + levels.y().length;
    return neurons == 0 ? 0 : (double) living().filter(level -> level <= epsilon).count() / neurons;
  }

  private DoubleStream living() {
    return DoubleStream.concat(Arrays.stream(levels.x()), Arrays.stream(levels.y()))
        .filter(level -> level <= 1);
  }

  /**
   * {@return the levels by chance of all neurons of a group, by position; infinite for dead ones; a
   * copy}
   *
   * @param group the group
   */
  public double[] levels(Group group) {
    return levels.get(group).clone();
  }

  /** Such as "levels by chance of 124 neurons, 0.4123 to 0.9311". */
  @Override
  public String toString() {
    DoubleSummaryStatistics living = living().summaryStatistics();
    return "levels by chance of "
        + living.getCount()
        + " neurons"
        + (living.getCount() == 0
            ? ""
            : String.format(Locale.ROOT, ", %.4g to %.4g", living.getMin(), living.getMax()));
  }
}
