package org.spanmatch.report.results;

import java.util.List;

/**
 * How a number varies over pairs of networks, as a part of the JSON result.
 *
 * @param count number of pairs that have the number
 * @param mean the mean over these; null if there are none
 * @param sd the standard deviation, with count − 1 degrees of freedom; null for fewer than 2 pairs
 * @param least the least of the numbers; null if there are none
 * @param most the largest of the numbers; null if there are none
 */
public record Spread(int count, Double mean, Double sd, Double least, Double most) {
  /** The spread of some numbers, all finite. */
  public static Spread of(List<Double> numbers) {
    int count = numbers.size();
    if (count == 0) {
      return new Spread(0, null, null, null, null);
    }
    double least = numbers.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    double most = numbers.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    // About the least, so that equal numbers have themselves as their mean, and no deviation.
    double above = numbers.stream().mapToDouble(number -> number - least).sum() / count;
    double squares =
        numbers.stream()
            .mapToDouble(number -> number - least - above)
            .map(deviation -> deviation * deviation)
            .sum();
    return new Spread(
        count,
        Math.min(most, least + above),
        count < 2 ? null : Math.sqrt(squares / (count - 1)),
        least,
        most);
  }
}
