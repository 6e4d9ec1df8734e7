package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrayActivationsTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "7, 3", "100000, 7", "3, 300000", "262144, 1", "262145, 1"})
  void readsBack(int samples, int neurons) {
    double[] doubles = new double[samples * neurons];
    float[] floats = new float[doubles.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = Math.sin(i);
      floats[i] = (float) doubles[i];
    }
    assertReadBack(
        ArrayActivations.of("a", samples, neurons, doubles), ElementType.FLOAT64, doubles);
    double[] rounded = new double[doubles.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = floats[i];
    }
    assertReadBack(
        ArrayActivations.of("a", samples, neurons, floats), ElementType.FLOAT32, rounded);
  }

  private static void assertReadBack(Layer layer, ElementType type, double[] expected) {
    assertEquals(type, layer.type());
    assertEquals("a", layer.name());
    assertEquals("memory, layer 'a'", layer.description());
    assertEquals(List.of(layer.samples()), layer.sampleAxes());
    for (int pass = 0; pass < 2; pass++) {
      double[] row = new double[layer.neurons()];
      int at = 0;
      try (SampleRows rows = new SampleRows(layer)) {
        while (rows.read(row, 1) == 1) {
          for (double value : row) {
            if (value != expected[at]) {
              assertEquals(expected[at], value, "value " + at);
            }
            at++;
          }
        }
      }
      assertEquals(expected.length, at);
    }
  }

  @Test
  void noNeurons() {
    Layer layer = ArrayActivations.of("none", 5, 0, new float[0]);
    assertEquals(5, layer.samples());
    try (BlockReader reader = layer.open()) {
      assertEquals(5, reader.next().samples());
      assertNull(reader.next());
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "0, 3, 0", "2, 3, 5", "2, 3, 7", "-2, -3, 6", "65536, 65536, 0"})
  void valuesThatAreNotSoManySamples(int samples, int neurons, int length) {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> ArrayActivations.of("a", samples, neurons, new double[length]))
            .getMessage();
    assertTrue(message.startsWith(length + " values are not"), message);
  }
}
