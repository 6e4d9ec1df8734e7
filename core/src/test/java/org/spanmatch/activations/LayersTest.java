package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.kernel.backend.SampleRows;

class LayersTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "7, 3", "100000, 7", "3, 300000", "262144, 1", "262145, 1"})
  void readsBack(int samples, int neurons) {
    double[] doubles = new double[samples * neurons];
    float[] floats = new float[doubles.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = Math.sin(i);
      floats[i] = (float) doubles[i];
    }
    assertReadBack(Layers.of("a", samples, neurons, doubles), ElementType.FLOAT64, doubles);
    double[] rounded = new double[doubles.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = floats[i];
    }
    assertReadBack(Layers.of("a", samples, neurons, floats), ElementType.FLOAT32, rounded);
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

  @ParameterizedTest
  @CsvSource({"1, 1", "7, 3", "100000, 7", "3, 300000", "1048577, 1"})
  void allWaysGiveTheSameValues(int samples, int neurons) {
    double[][] rows = new double[samples][neurons];
    float[][] floatRows = new float[samples][neurons];
    double[][] vectors = new double[neurons][samples];
    float[][] floatVectors = new float[neurons][samples];
    double[] flat = new double[samples * neurons];
    float[] floats = new float[flat.length];
    double[] flatVectors = new double[flat.length];
    float[] floatsOfVectors = new float[flat.length];
    for (int i = 0; i < samples; i++) {
      for (int j = 0; j < neurons; j++) {
        float value = (float) Math.sin(i * neurons + j);
        rows[i][j] = value;
        floatRows[i][j] = value;
        vectors[j][i] = value;
        floatVectors[j][i] = value;
        flat[i * neurons + j] = value;
        floats[i * neurons + j] = value;
        flatVectors[j * samples + i] = value;
        floatsOfVectors[j * samples + i] = value;
      }
    }
    // Samples go over the ends of buffers, of which some are empty and some off the heap.
    int third = flat.length / 3;
    DoubleBuffer direct =
        ByteBuffer.allocateDirect(Double.BYTES * (third + 1)).asDoubleBuffer().put(0, 7.0);
    direct.position(1).put(flat, 0, third).position(1);
    FloatBuffer floatDirect =
        ByteBuffer.allocateDirect(Float.BYTES * (third + 1)).asFloatBuffer().put(third, 7f);
    floatDirect.put(floats, 0, third).flip();
    int left = flat.length - third;
    ElementType f8 = ElementType.FLOAT64;
    ElementType f4 = ElementType.FLOAT32;
    assertReadBack(Layers.of("a", rows), f8, flat);
    assertReadBack(Layers.of("a", floatRows), f4, flat);
    assertReadBack(Layers.ofNeurons("a", vectors), f8, flat);
    assertReadBack(Layers.ofNeurons("a", floatVectors), f4, flat);
    assertReadBack(Layers.ofNeurons("a", samples, neurons, flatVectors), f8, flat);
    assertReadBack(Layers.ofNeurons("a", samples, neurons, floatsOfVectors), f4, flat);
    Layer buffers =
        Layers.of(
            "a",
            samples,
            neurons,
            direct,
            DoubleBuffer.allocate(0),
            DoubleBuffer.wrap(flat, third, left));
    direct.position(0);
    assertReadBack(buffers, f8, flat);
    assertReadBack(
        Layers.of("a", samples, neurons, floatDirect, FloatBuffer.wrap(floats, third, left)),
        f4,
        flat);
  }

  @Test
  void refusesWhatIsNoLayer() {
    assertEquals("expected at least one sample, found none", refusal(new double[0][]));
    assertEquals("sample 1: expected 2 values, found 3", refusal(new double[2], new double[3]));
    assertEquals(
        "samples[1]",
        assertThrows(
                NullPointerException.class,
                () -> Layers.of("a", new double[][] {new double[2], null}))
            .getMessage());
    assertEquals(
        "name",
        assertThrows(NullPointerException.class, () -> Layers.of(null, new double[1][1]))
            .getMessage());
    assertEquals(
        "6 values are not 9223372036854775807 samples of 2 neurons",
        assertThrows(
                IllegalArgumentException.class,
                () -> Layers.of("a", Long.MAX_VALUE, 2, FloatBuffer.allocate(6)))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> Layers.ofNeurons("a", new float[][] {{}, {}}));
    assertThrows(IllegalArgumentException.class, () -> Layers.ofNeurons("a", new float[0][]));
  }

  private static String refusal(double[]... samples) {
    return assertThrows(IllegalArgumentException.class, () -> Layers.of("a", samples)).getMessage();
  }

  @Test
  void noNeurons() {
    Layer layer = Layers.of("none", 5, 0, new float[0]);
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
                () -> Layers.of("a", samples, neurons, new double[length]))
            .getMessage();
    assertTrue(message.startsWith(length + " values are not"), message);
  }
}
