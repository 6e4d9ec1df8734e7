package org.spanmatch.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.spanmatch.kernel.PerGroup;

/**
 * Numbers in [0, 1] of each neuron of a pair of layers, such as the levels, by the name of their
 * field. Those of many pairs would make the page large: of these only counts are kept, of the
 * neurons with at most each of 201 values.
 */
final class NeuronNumbers {
  /** The largest size of the numbers of all layers, in characters of base64. */
  static final int MOST = 1_500_000;

  /** Counts are of the neurons with at most 0, 1/200, 2/200 … 1. */
  static final int STEPS = 200;

  private static final int PER_BYTES = 3; // that base64 makes four characters of
  private static final int SEVEN_BITS = 0x7f;

  private final Map<String, PerGroup<double[]>> numbers = new LinkedHashMap<>();
  private final Map<String, int[]> counts = new LinkedHashMap<>();

  private NeuronNumbers(Map<String, PerGroup<double[]>> numbers) {
    this.numbers.putAll(numbers);
  }

  /** The numbers of all layers of a page. */
  static final class All {
    private final List<NeuronNumbers> layers = new ArrayList<>();
    private long size;

    /** Adds those of a layer, NaN for neurons that have none. */
    NeuronNumbers add(Map<String, PerGroup<double[]>> numbers) {
      NeuronNumbers layer = new NeuronNumbers(numbers);
      layers.add(layer);
      size += layer.size();
      if (size > MOST) {
        layers.forEach(NeuronNumbers::countNeurons);
        layers.clear();
      }
      return layer;
    }
  }

  private long size() {
    return numbers.values().stream().mapToLong(both -> size(both.x()) + size(both.y())).sum();
  }

  private static long size(double[] numbers) {
    return ((long) numbers.length * Double.BYTES + PER_BYTES - 1) / PER_BYTES * (PER_BYTES + 1);
  }

  private void countNeurons() {
    numbers.forEach((what, both) -> counts.put(what, counts(both)));
    numbers.clear();
  }

  /** How many neurons have at most each of the values. */
  private static int[] counts(PerGroup<double[]> both) {
    int[] counts = new int[STEPS + 1];
    for (double[] numbers : List.of(both.x(), both.y())) {
      for (double number : numbers) {
        if (number <= 1) {
          counts[step(number)]++;
        }
      }
    }
    for (int i = 1; i <= STEPS; i++) {
      counts[i] += counts[i - 1];
    }
    return counts;
  }

  /** The first step whose value is not less than a number in [0, 1]. */
  private static int step(double number) {
    int step = (int) (number * STEPS);
    while (step > 0 && (step - 1) / (double) STEPS >= number) {
      step--;
    }
    while (step / (double) STEPS < number) {
      step++;
    }
    return step;
  }

  /** Whether only counts are left. */
  boolean areCounted() {
    return numbers.isEmpty();
  }

  /**
   * Whether the page finds a share of neurons in what is left, to the last digit.
   *
   * @param share the share; null if there is none
   * @param what what the numbers are
   * @param most the largest number that a neuron of the share has
   * @param of number of neurons that the share is of
   */
  boolean say(Double share, String what, double most, int of) {
    if (share == null || !counts.containsKey(what)) {
      return share == null && (of == 0 || !counts.containsKey(what));
    }
    int step = (int) Math.rint(most * STEPS);
    return step / (double) STEPS == most && counts.get(what)[step] / (double) of == share;
  }

  /** Whether the neurons whose number is at most a value are these. */
  boolean say(PerGroup<int[]> neurons, String what, double most) {
    PerGroup<double[]> both = numbers.get(what);
    return both != null
        && Arrays.equals(neurons.x(), atMost(most, both.x()))
        && Arrays.equals(neurons.y(), atMost(most, both.y()));
  }

  private static int[] atMost(double most, double[] numbers) {
    return IntStream.range(0, numbers.length).filter(i -> numbers[i] <= most).toArray();
  }

  /** Writes them as fields of a layer. */
  void write(JsonGenerator json) throws IOException {
    for (Map.Entry<String, PerGroup<double[]>> each : numbers.entrySet()) {
      json.writeArrayFieldStart(each.getKey());
      json.writeString(base64(each.getValue().x()));
      json.writeString(base64(each.getValue().y()));
      json.writeEndArray();
    }
    if (areCounted()) {
      json.writeObjectFieldStart("counts");
      for (Map.Entry<String, int[]> each : counts.entrySet()) {
        json.writeStringField(each.getKey(), increments(each.getValue()));
      }
      json.writeEndObject();
    }
  }

  private static String base64(double[] numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(numbers);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /**
   * Differences of successive counts; a zero is followed by how many more there are, and what
   * follows the last neuron is left out.
   */
  private static String increments(int[] counts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int before = 0;
    int step = 0;
    while (step <= STEPS && before < counts[STEPS]) {
      int increment = counts[step] - before;
      before = counts[step];
      step++;
      write(increment, bytes);
      if (increment == 0) {
        int next = step;
        while (counts[next] == before) {
          next++;
        }
        write(next - step, bytes);
        step = next;
      }
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  /** Writes a number in seven bits a byte, the lowest first. */
  private static void write(int number, ByteArrayOutputStream bytes) {
    int rest = number;
    for (; rest > SEVEN_BITS; rest >>>= 7) {
      bytes.write((rest & SEVEN_BITS) | (SEVEN_BITS + 1));
    }
    bytes.write(rest);
  }
}
