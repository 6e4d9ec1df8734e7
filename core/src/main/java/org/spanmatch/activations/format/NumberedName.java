package org.spanmatch.activations.format;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an array that may be a part of a layer: {@code conv1.003} is its part 3, {@code
 * features_0-1000} the part of the examples from 0 to 1000, the end excluded.
 *
 * @param layer the name of the layer; empty if the name is nothing but a number
 * @param isSeparated whether a dot, an underscore or a hyphen stands before the number
 * @param digits the number as it is written
 * @param first the number, or the first example of a range
 * @param end the end of a range; −1 if it is none
 */
record NumberedName(String layer, boolean isSeparated, String digits, long first, long end) {
  private static final Pattern RANGE = Pattern.compile("(.*?)([._-]?)(\\d{1,18})-(\\d{1,18})");
  private static final Pattern NUMBER = Pattern.compile("(.*?)([._-]?)(\\d{1,18})");

  /** Takes a name apart, if it ends with a number. */
  static Optional<NumberedName> of(StoredArray array) {
    Matcher range = RANGE.matcher(array.name());
    if (range.matches() && !array.shape().isEmpty()) {
      long first = Long.parseLong(range.group(3));
      long end = Long.parseLong(range.group(4));
      if (end - first == array.shape().get(0)) {
        return Optional.of(
            new NumberedName(
                range.group(1), !range.group(2).isEmpty(), range.group(3), first, end));
      }
    }
    Matcher number = NUMBER.matcher(array.name());
    return number.matches()
        ? Optional.of(
            new NumberedName(
                number.group(1),
                !number.group(2).isEmpty(),
                number.group(3),
                Long.parseLong(number.group(3)),
                -1))
        : Optional.empty();
  }

  /** The name of the layer that something of a name may be a part of; empty if there is none. */
  static Optional<String> layer(String name) {
    for (Pattern pattern : List.of(RANGE, NUMBER)) {
      Matcher matcher = pattern.matcher(name);
      if (matcher.matches()) {
        return Optional.of(matcher.group(1));
      }
    }
    return Optional.empty();
  }

  boolean isRange() {
    return end >= 0;
  }

  /** Whether this can be the first part of a layer. */
  boolean isFirst() {
    return isRange() ? first == 0 : first <= 1;
  }

  /** Whether this is the part behind another one. */
  boolean follows(NumberedName before) {
    return isRange() == before.isRange() && first == (isRange() ? before.end : before.first + 1);
  }
}
