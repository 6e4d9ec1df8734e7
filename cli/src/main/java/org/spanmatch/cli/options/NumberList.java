package org.spanmatch.cli.options;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/** Reads numbers and ranges of numbers between commas, such as {@code 0.05,0.1:0.5:0.1}. */
final class NumberList {
  // Much of the world writes 0.3 like this.
  private static final Pattern DECIMAL_COMMA = Pattern.compile("\\s*0,\\d+\\s*");
  private static final Pattern WITHOUT_POINT = Pattern.compile("[^.]*\\d,\\d[^.]*");

  private static final int MOST_STEPS = 1000;
  // The digits of a BigDecimal take memory, and 1e-999999999 is zero as a double.
  private static final int MOST_DECIMALS = 400;

  private final Option option;
  private final String text;
  private final String range;
  private final DoublePredicate inRange;

  /**
   * The value of an option.
   *
   * @param range in words, such as "of at least 0"
   */
  NumberList(Option option, String text, String range, DoublePredicate inRange) {
    this.option = option;
    this.text = text;
    this.range = range;
    this.inRange = inRange;
  }

  /**
   * Returns the numbers, without repetitions, in the order given.
   *
   * @throws UsageException if one is none, or out of range
   */
  List<Double> numbers() {
    if (DECIMAL_COMMA.matcher(text).matches()) {
      throw decimalComma();
    }
    return Stream.of(text.split(",", -1))
        .map(String::strip)
        .flatMap(item -> item.contains(":") ? steps(item).stream() : Stream.of(number(item)))
        .map(number -> number + 0.0) // -0 is 0
        .distinct()
        .toList();
  }

  private double number(String item) {
    try {
      return Arguments.number(option, item, range, inRange);
    } catch (UsageException e) {
      throw WITHOUT_POINT.matcher(text).matches()
          ? new UsageException(
              e.getMessage() + "; commas separate numbers, and decimals take a point")
          : e;
    }
  }

  /** Exactly in decimals, so that 0.1:0.5:0.1 has 0.3 and not 0.30000000000000004. */
  private List<Double> steps(String item) {
    String[] parts = item.split(":", -1);
    if (parts.length != 3) {
      throw unexpectedRange(item);
    }
    number(parts[0]);
    number(parts[1]);
    BigDecimal from = decimal(parts[0], item);
    BigDecimal to = decimal(parts[1], item);
    BigDecimal step = decimal(parts[2], item);
    if (step.signum() <= 0 || to.compareTo(from) < 0) {
      throw unexpectedRange(item);
    }
    BigDecimal count = to.subtract(from).divideToIntegralValue(step);
    if (count.compareTo(BigDecimal.valueOf(MOST_STEPS)) > 0) {
      throw Arguments.unexpected(option, "a range of at most " + MOST_STEPS + " steps", item);
    }
    List<Double> numbers = new ArrayList<>();
    for (int i = 0; i <= count.intValueExact(); i++) {
      numbers.add(from.add(step.multiply(BigDecimal.valueOf(i))).doubleValue());
    }
    return numbers;
  }

  private BigDecimal decimal(String part, String item) {
    try {
      BigDecimal value = new BigDecimal(part.strip());
      if (value.signum() == 0) {
        return BigDecimal.ZERO;
      }
      if (Math.abs((long) value.scale()) <= MOST_DECIMALS) {
        return value;
      }
    } catch (NumberFormatException e) {
      // falls through to the one message for all that is wrong with it
    }
    throw unexpectedRange(item);
  }

  private UsageException unexpectedRange(String item) {
    return Arguments.unexpected(
        option, "a range as from:to:step, upwards, such as 0.1:0.5:0.1", item);
  }

  /** Two numbers, or one as it is written in much of the world: only the user knows. */
  private UsageException decimalComma() {
    String[] parts = text.strip().split(",", -1);
    boolean both = inRange.test(Double.parseDouble(parts[1]));
    return new UsageException(
        "--"
            + option.getLongOpt()
            + ": expected a number "
            + range
            + ", found '"
            + text
            + "', which is two, since commas separate numbers; write 0."
            + parts[1]
            + (both ? ", or 0.0," + parts[1] + " if two are meant" : ""));
  }
}
