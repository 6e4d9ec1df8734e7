package org.spanmatch.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.text.DisplayName;

/**
 * A value in the JSON of a result. It is checked when it is asked for, since anyone may have
 * written the file; what is wrong is reported with the file and the place.
 *
 * @param file names the result in messages
 * @param place where the value is in it, such as {@code layers[3].samples}
 * @param node the value; null if there is none
 */
record Entry(String file, String place, JsonNode node) {
  static final int SHOWN = 40; // characters of a text in a message

  /** A field of this object, which may be missing. */
  Entry get(String field) {
    if (!isThere() || !node.isObject()) {
      throw expected("an object");
    }
    return new Entry(file, place.isEmpty() ? field : place + "." + field, node.get(field));
  }

  /** A field of this object; empty if it is missing or null. */
  Optional<Entry> find(String field) {
    return Optional.of(get(field)).filter(Entry::isThere);
  }

  private boolean isThere() {
    return node != null && !node.isNull();
  }

  /** The values of this list. */
  List<Entry> list() {
    requireList();
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      entries.add(element(i));
    }
    return entries;
  }

  private void requireList() {
    if (!isThere() || !node.isArray()) {
      throw expected("a list");
    }
  }

  private Entry element(int index) {
    return new Entry(file, place + "[" + index + "]", node.get(index));
  }

  /** What this object has of each network. */
  PerGroup<Entry> both() {
    return PerGroup.of(get("x"), get("y"));
  }

  /** This text; a half of a surrogate pair, which UTF-8 can't hold, is replaced. */
  String text() {
    if (!isThere() || !node.isTextual()) {
      throw expected("a text");
    }
    return new String(node.textValue().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /** Whether this is true. */
  boolean flag() {
    if (!isThere() || !node.isBoolean()) {
      throw expected("true or false");
    }
    return node.booleanValue();
  }

  /** This whole number. */
  long count(long most) {
    if (!isThere()
        || !node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.longValue() < 0
        || node.longValue() > most) {
      throw expected("a whole number from 0 to " + most);
    }
    return node.longValue();
  }

  /** This number in [0, 1]. */
  double share() {
    if (!isShare(node)) {
      throw expected("a number in [0, 1]");
    }
    return node.doubleValue();
  }

  /** This number. */
  double number() {
    if (!isThere() || !node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw expected("a number");
    }
    return node.doubleValue();
  }

  /** The fields of this object, in its order. */
  List<String> fields() {
    if (!isThere() || !node.isObject()) {
      throw expected("an object");
    }
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Numbers in [0, 1] of neurons, NaN for null. */
  double[] shares(int count) {
    return numbers(count, "a number in [0, 1] or null", Entry::isShare);
  }

  /** Distances of neurons, NaN for null. */
  double[] distances(int count) {
    return numbers(count, "a number of at least 0 or null", Entry::isDistance);
  }

  private double[] numbers(int count, String what, Predicate<JsonNode> isRight) {
    requireList();
    if (node.size() != count) {
      throw expected("a list with a number for each of " + count + " neurons");
    }
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      JsonNode each = node.get(i);
      if (!each.isNull() && !isRight.test(each)) {
        throw element(i).expected(what);
      }
      numbers[i] = each.isNull() ? Double.NaN : each.doubleValue();
    }
    return numbers;
  }

  private static boolean isDistance(JsonNode node) {
    return node.isNumber() && node.doubleValue() >= 0 && node.doubleValue() <= Double.MAX_VALUE;
  }

  private static boolean isShare(JsonNode node) {
    return node != null && node.isNumber() && node.doubleValue() >= 0 && node.doubleValue() <= 1;
  }

  /** Neurons of a layer, ascending. */
  int[] neurons(int count) {
    requireList();
    int[] neurons = new int[node.size()];
    for (int i = 0; i < neurons.length; i++) {
      neurons[i] = (int) element(i).count(count - 1L);
      if (i > 0 && neurons[i] <= neurons[i - 1]) {
        throw element(i).expected("a neuron after " + neurons[i - 1]);
      }
    }
    return neurons;
  }

  /** The error of a value that is not what it has to be. */
  PageException expected(String what) {
    return new PageException(
        file
            + ": "
            + (place.isEmpty() ? "" : place + ": ")
            + "expected "
            + what
            + ", found "
            + found());
  }

  private String found() {
    if (!isThere()) {
      return node == null ? "nothing" : "null";
    }
    return switch (node.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "a list of length " + node.size();
      case STRING -> "'" + DisplayName.of(node.textValue(), SHOWN) + "'";
      default -> DisplayName.of(node.asText(), SHOWN);
    };
  }
}
