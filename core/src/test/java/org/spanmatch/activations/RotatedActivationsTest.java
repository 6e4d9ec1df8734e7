package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.kernel.backend.SampleRows;

class RotatedActivationsTest {
  /** Two neurons, with values {@code 2·sample} and {@code 2·sample + 1}. */
  private static Layer counting(int samples) {
    float[] values = new float[2 * samples];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Layers.of("counting", samples, 2, values);
  }

  /** Rotates examples of several samples each. */
  private static Layer images(int examples, int positions) {
    return new Layer.Forwarding(counting(examples * positions)) {
      @Override
      public List<Long> sampleAxes() {
        return List.of((long) examples, (long) positions);
      }
    };
  }

  private static double[] rows(Layer layer) {
    int samples = Math.toIntExact(layer.samples());
    double[] rows = new double[samples * layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(samples, reader.read(rows, samples + 1));
    }
    return rows;
  }

  private static void assertRotated(double[] whole, double[] rotated, int values) {
    for (int i = 0; i < whole.length; i++) {
      assertEquals(whole[(i + values) % whole.length], rotated[i], "value " + i);
    }
  }

  /** From one block to many, with the place where it begins at both ends of a block and within. */
  @ParameterizedTest
  @CsvSource({
    "2, 1",
    "10, 3",
    "10, 9",
    "10, 13",
    "10, -1",
    "300000, 1",
    "300000, 131072",
    "300000, 200001"
  })
  void laterSamplesComeFirst(int samples, int by) {
    Layer layer = counting(samples);
    Layer rotated = Layers.rotated(layer, by);
    double[] rows = rows(rotated);
    int first = Math.floorMod(by, samples);
    assertRotated(rows(layer), rows, 2 * first);
    assertArrayEquals(rows, rows(rotated), "a second pass");
    assertEquals(layer.sampleAxes(), rotated.sampleAxes());
    assertEquals("counting", rotated.name());
    for (int i : new int[] {0, samples / 2, samples - 1}) {
      assertEquals((long) rows[2 * i] / 2, rotated.samplePosition(i));
    }
  }

  @Test
  void aWholeTurnChangesNothing() {
    Layer layer = counting(10);
    assertSame(layer, Layers.rotated(layer, 0));
    assertSame(layer, Layers.rotated(layer, -20));
    Layer one = counting(1);
    assertSame(one, Layers.rotated(one, 5));
  }

  @Test
  void examplesStayWhole() {
    Layer layer = images(50_000, 6);
    assertRotated(rows(layer), rows(Layers.rotated(layer, 23_456)), 2 * 6 * 23_456);
  }

  /** Draws equal positions of each image, but of another image. */
  @Test
  void samplesAreDrawnOfTheRotatedLayer() {
    Layer layer = images(500, 6);
    Layer drawn = Layers.sampled(layer, 100);
    Layer rotated = Layers.rotated(drawn, 200);
    assertArrayEquals(rows(Layers.sampled(Layers.rotated(layer, 200), 100)), rows(rotated));
    for (int i = 0; i < 100; i++) {
      long sample = (drawn.samplePosition(i) + 200 * 6) % 3000;
      assertEquals(sample, rotated.samplePosition(i));
    }
  }
}
