package org.spanmatch.activations.storage;

import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * Orders names with the numbers in them by value, so that conv10 follows conv2, for formats that
 * don't keep the order in which a network has its layers.
 */
public final class NumericOrder implements Comparator<String> {
  private static final Pattern DIGITS = Pattern.compile("\\d+");

  /** Creates the order. */
  public NumericOrder() {}

  @Override
  public int compare(String a, String b) {
    int order = key(a).compareTo(key(b));
    return order != 0 ? order : a.compareTo(b);
  }

  /**
   * {@return the name with padded numbers, so that names are in order where their keys are}
   *
   * @param name the name
   */
  public static String key(String name) {
    return DIGITS
        .matcher(name)
        .replaceAll(
            number -> "0".repeat(Math.max(0, 20 - number.group().length())) + number.group());
  }
}
