package org.spanmatch.report.figures;

import java.math.BigDecimal;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.style.AxesChartStyler;

/**
 * A logarithmic axis that begins, ends and is labelled at round numbers: 1, 2 and 5 times powers of
 * ten, or powers of ten alone where there are many.
 *
 * @param first where the axis begins
 * @param last where it ends
 * @param most how many powers of ten have room for labels at 1, 2 and 5
 */
record LogTicks(BigDecimal first, BigDecimal last, double most) {
  /** The base. */
  static final int TEN = 10;

  private static final List<Integer> DIGITS = List.of(1, 2, 5);

  /** Returns the axis for values, all above 0. */
  static LogTicks of(DoubleStream values, double most) {
    DoubleSummaryStatistics all = values.summaryStatistics();
    BigDecimal first =
        round(all.getMin())
            .filter(number -> number.doubleValue() <= all.getMin())
            .reduce((before, next) -> next)
            .orElseThrow();
    BigDecimal last =
        round(all.getMax())
            .filter(number -> number.doubleValue() >= all.getMax())
            .filter(number -> number.compareTo(first) > 0)
            .findFirst()
            .orElseThrow();
    return new LogTicks(first, last, most);
  }

  /** Returns the round numbers near a value, ascending. */
  private static Stream<BigDecimal> round(double value) {
    int exponent = (int) Math.floor(Math.log10(value));
    return IntStream.rangeClosed(exponent - 1, exponent + 2)
        .boxed()
        .flatMap(e -> DIGITS.stream().map(digit -> BigDecimal.valueOf(digit).scaleByPowerOfTen(e)));
  }

  /** Makes the x axis of a chart this one. */
  void applyToX(AxesChartStyler styler) {
    styler.setXAxisLogarithmic(true);
    styler.setXAxisLogarithmicDecadeOnly(false);
    styler.setXAxisMin(first.doubleValue());
    styler.setXAxisMax(last.doubleValue());
    styler.setXAxisTickLabelsFormattingFunction(this::label);
  }

  /** Makes the y axis of a chart this one. */
  void applyToY(AxesChartStyler styler) {
    styler.setYAxisLogarithmic(true);
    styler.setYAxisLogarithmicDecadeOnly(false);
    styler.setYAxisMin(first.doubleValue());
    styler.setYAxisMax(last.doubleValue());
    styler.setYAxisTickLabelsFormattingFunction(this::label);
  }

  /** Returns the label of a tick; empty between round numbers. */
  String label(double value) {
    double exponent = Math.floor(Math.log10(value) + 1e-9);
    long digit = Math.round(value / Math.pow(TEN, exponent));
    boolean few = Math.log10(last.doubleValue() / first.doubleValue()) <= most;
    if (digit != 1 && !(few && DIGITS.contains((int) digit))) {
      return "";
    }
    int decimals = (int) Math.max(0, -exponent);
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
