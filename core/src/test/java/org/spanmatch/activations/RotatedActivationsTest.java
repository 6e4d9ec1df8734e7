package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;
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

      @Override
      public PrimitiveIterator.OfLong examples() {
        return LongStream.range(0, samples()).map(sample -> sample / positions).iterator();
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

  /** Of the first image all samples, of the second none, of the others two or four of six. */
  @Test
  void examplesStayWholeWhereSamplesAreLeftOut() {
    BitSet kept = new BitSet();
    for (int example = 0; example < 10; example++) {
      int count = example == 0 ? 6 : example == 1 ? 0 : 2 + 2 * (example % 2);
      kept.set(6 * example, 6 * example + count);
    }
    Layer layer = Layers.masked(images(10, 6), Layers.mask("mask", List.of(10L, 6L), kept));
    double[] whole = rows(layer);
    // The first three of nine examples that are left have 6, 2 and 4 samples.
    assertRotated(whole, rows(Layers.rotated(layer, 3)), 2 * (6 + 2 + 4));
    assertRotated(whole, rows(Layers.rotated(layer, 10)), 2 * 6);
    assertSame(layer, Layers.rotated(layer, 9));
    Layer shuffled = Layers.shuffled(layer, 1);
    long first = shuffled.samplePosition(0);
    assertEquals(0, first % 6, "begins with an example");
    assertEquals(0, layer.samplePosition(0), "which is another one");
    assertTrue(first > 0);
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
