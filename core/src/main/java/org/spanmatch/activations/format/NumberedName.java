package org.spanmatch.activations.format;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an array that may be a part of a layer: {@code conv1.003} is its part 3, {@code
 * conv1-00001-of-00005} the first of five, {@code features_0-1000} the part of the examples from 0
 * to 1000, the end excluded.
 *
 * @param layer the name of the layer; empty if the name is nothing but a number
 * @param isSeparated whether a dot, an underscore or a hyphen stands before the number
 * @param digits the number as it is written
 * @param first the number, or the first example of a range
 * @param end the end of a range; −1 if it is none
 * @param parts how many parts there are; −1 if the name doesn't say
 */
record NumberedName(
    String layer, boolean isSeparated, String digits, long first, long end, long parts) {
  private static final Pattern RANGE = Pattern.compile("(.*?)([._-]?)(\\d{1,18})-(\\d{1,18})");
  private static final Pattern OF = Pattern.compile("(.*?)([._-]?)(\\d{1,18})-of-(\\d{1,18})");
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
                range.group(1), !range.group(2).isEmpty(), range.group(3), first, end, -1));
      }
    }
    Matcher counted = OF.matcher(array.name());
    if (counted.matches()) {
      return Optional.of(numbered(counted, Long.parseLong(counted.group(4))));
    }
    Matcher number = NUMBER.matcher(array.name());
    return number.matches() ? Optional.of(numbered(number, -1)) : Optional.empty();
  }

  private static NumberedName numbered(Matcher name, long parts) {
    return new NumberedName(
        name.group(1),
        !name.group(2).isEmpty(),
        name.group(3),
        Long.parseLong(name.group(3)),
        -1,
        parts);
  }

  /** The name of the layer that something of a name may be a part of; empty if there is none. */
  static Optional<String> layer(String name) {
    for (Pattern pattern : List.of(RANGE, OF, NUMBER)) {
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
