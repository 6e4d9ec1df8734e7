package org.spanmatch.similarity;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.Progress;

/**
 * Confidence intervals of the similarity by the delete-a-group jackknife: from the match levels
 * without each of some blocks of examples.
 *
 * <p>With θ of all n examples and θ₍ⱼ₎ without block j of mⱼ examples, hⱼ = n/mⱼ, the correction of
 * the bias is b = Σ(1 − 1/hⱼ)(θ₍ⱼ₎ − θ), and the variance (1/B)·Σ(b − (hⱼ − 1)(θ₍ⱼ₎ − θ))²/(hⱼ −
 * 1). For B blocks of one size that is (B − 1)/B·Σ(θ₍ⱼ₎ − mean)². (Busing, Meijer and van der
 * Leeden, Delete-m jackknife for unequal m, Statistics and Computing 9, 1999.)
 *
 * <p>The similarity at one ε is no such θ: it is a count, which leaving out a block often leaves as
 * it is, although other samples would not. The levels are continuous. So each level in ascending
 * order has a standard error, and the interval of the similarity goes from the share of levels that
 * are at most ε with t standard errors added to the share of those that are with as many
 * subtracted; t is Student's, for one degree of freedom less than there are blocks. (Woodruff,
 * Confidence intervals for medians and other position measures, JASA 47, 1952, has the same between
 * a distribution and its quantiles.)
 *
 * <p>A bootstrap would not do: an example that is drawn twice lets its span fit it better, which
 * brings all distances down.
 */
public final class Jackknife {
  /** The probability with which an interval is meant to hold the value of endless samples. */
  public static final double LEVEL = 0.95;

  /** The step that {@link Progress} names. */
  public static final String STEP = "confidence";

  private static final int HALVINGS = 60;

  private Jackknife() {}

  /**
   * An interval of a share, within [0, 1].
   *
   * @param low the lower end
   * @param high the upper end
   */
  public record Interval(double low, double high) {}

  /**
   * Intervals of the match levels of some neurons, in ascending order of the levels.
   *
   * @param low the lower ends, in the order of the levels
   * @param high the upper ends, at most 1
   * @param neurons number of neurons, those without a level included
   */
  public record Band(List<Double> low, List<Double> high, int neurons) {
    /**
     * {@return the interval of the similarity at some ε, at the {@link #LEVEL}}
     *
     * @param epsilon in (0, 1]
     */
    public Interval at(double epsilon) {
      return new Interval(share(high, epsilon), share(low, epsilon));
    }

    private double share(List<Double> ends, double epsilon) {
      return (double) ends.stream().filter(end -> end <= epsilon).count() / Math.max(1, neurons);
    }
  }

  /**
   * {@return values of a statistic without each part: a list per value, with an element per part}
   *
   * @param parts the blocks
   * @param statistic values of a Gram matrix of the same layers, always as many
   * @param progress receives the number of parts done, as the step {@link #STEP}
   */
  public static List<List<Double>> without(
      Parts parts, Function<Gram, List<Double>> statistic, Progress progress) {
    int blocks = parts.grams().size();
    List<List<Double>> byBlock = new ArrayList<>();
    parts.forEachPart(
        (part, own, others) -> {
          byBlock.add(statistic.apply(others));
          progress.update(STEP, part + 1L, blocks);
        });
    return IntStream.range(0, byBlock.get(0).size())
        .mapToObj(value -> byBlock.stream().map(values -> values.get(value)).toList())
        .toList();
  }

  /**
   * {@return the intervals of match levels}
   *
   * @param levels the levels of all examples, ascending, without those of dead neurons
   * @param without for each of them, its place's level without each block, 1 for a dead neuron;
   *     there may be more places
   * @param sizes number of examples of each block
   * @param neurons number of neurons, dead ones included
   */
  public static Band band(
      List<Double> levels, List<List<Double>> without, List<Long> sizes, int neurons) {
    double t = quantile(sizes.size() - 1);
    List<Double> low = new ArrayList<>();
    List<Double> high = new ArrayList<>();
    for (int place = 0; place < levels.size(); place++) {
      double level = levels.get(place);
      double width = t * standardError(level, without.get(place), sizes);
      low.add(level - width);
      high.add(Math.min(1, level + width));
    }
    return new Band(low, high, neurons);
  }

  /**
   * {@return the standard error of a statistic}
   *
   * @param all its value of all examples
   * @param without its value without each block, at least 2
   * @param sizes number of examples of each block, at least 1
   * @throws IllegalArgumentException if there are fewer than two blocks, or not a size for each
   */
  public static double standardError(double all, List<Double> without, List<Long> sizes) {
    int blocks = without.size();
    if (blocks < 2 || sizes.size() != blocks) {
      throw new IllegalArgumentException(
          "expected at least 2 blocks with a size each, found "
              + blocks
              + " with "
              + sizes.size()
              + " sizes");
    }
    double examples = sizes.stream().mapToLong(Long::longValue).sum();
    double correction = 0; // that of the bias, in differences from the value of all
    for (int i = 0; i < blocks; i++) {
      correction += (1 - sizes.get(i) / examples) * (without.get(i) - all);
    }
    double sum = 0;
    for (int i = 0; i < blocks; i++) {
      double h = examples / sizes.get(i);
      double difference = correction - (h - 1) * (without.get(i) - all);
      sum += difference * difference / (h - 1);
    }
    return Math.sqrt(sum / blocks);
  }

  /** The t that |T| stays below with probability {@link #LEVEL}. */
  static double quantile(int degrees) {
    double low = 0;
    double high = 20; // 12.7 for one degree of freedom
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (within(middle, degrees) < LEVEL) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /**
   * The probability that Student's T lies between −t and t, a finite sum for whole degrees of
   * freedom. (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.)
   */
  private static double within(double t, int degrees) {
    double angle = Math.atan(t / Math.sqrt(degrees));
    double cosine = Math.cos(angle);
    boolean odd = degrees % 2 == 1;
    double term = odd ? cosine : 1;
    double sum = degrees == 1 ? 0 : term;
    for (int k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
      term *= (k - 1.0) / k * cosine * cosine;
      sum += term;
    }
    double product = Math.sin(angle) * sum;
    return odd ? 2 / Math.PI * (angle + product) : product;
  }
}
