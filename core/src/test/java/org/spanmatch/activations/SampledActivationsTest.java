package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.kernel.backend.SampleRows;

class SampledActivationsTest {
  /** Returns a layer in which neuron f has the value {@code f + neurons·sample}. */
  private static Layer counting(int samples, int neurons) {
    float[] values = new float[samples * neurons];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Layers.of("counting", samples, neurons, values);
  }

  @ParameterizedTest
  @CsvSource({"1000, 1, 1", "1000, 3, 1", "1000, 3, 7", "1000, 3, 999", "300000, 5, 60000"})
  void oneSampleOfEachPart(int samples, int neurons, int count) {
    Layer sampled = SampledActivations.of(counting(samples, neurons), count);
    assertEquals(count, sampled.samples());
    assertEquals(List.of((long) count), sampled.sampleAxes());
    assertEquals(neurons, sampled.neurons());
    assertEquals("counting", sampled.name());
    assertEquals(ElementType.FLOAT32, sampled.type());
    double[] rows = rows(sampled);
    for (int i = 0; i < count; i++) {
      double sample = rows[i * neurons] / neurons;
      // Parts differ in size by at most one sample, larger ones first.
      long from = (long) i * (samples / count) + Math.min(i, samples % count);
      long to = from + samples / count + (i < samples % count ? 1 : 0);
      assertTrue(sample >= from && sample < to, sample + " is not in part " + i);
      for (int neuron = 0; neuron < neurons; neuron++) {
        assertEquals(sample * neurons + neuron, rows[i * neurons + neuron]);
      }
    }
    for (int i : new int[] {0, count / 2, count - 1}) {
      assertEquals((long) rows[i * neurons] / neurons, sampled.samplePosition(i));
    }
    assertArrayEquals(rows, rows(sampled), "a second pass");
  }

  private static double[] rows(Layer layer) {
    int samples = Math.toIntExact(layer.samples());
    double[] rows = new double[samples * layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(samples, reader.read(rows, samples + 1));
    }
    return rows;
  }

  @Test
  void theDrawDependsOnTheNumberOfSamplesAlone() {
    double[] one = rows(SampledActivations.of(counting(5000, 1), 50));
    double[] three = rows(SampledActivations.of(counting(5000, 3), 50));
    double[] other = rows(SampledActivations.of(counting(5001, 1), 50));
    for (int i = 0; i < 50; i++) {
      assertEquals(one[i], three[i * 3] / 3);
    }
    assertNotEquals(one[49], other[49]); // 1 in 100 by chance; the draw is fixed
  }

  @Test
  void placesWithinThePartsVary() {
    double[] rows = rows(SampledActivations.of(counting(10_000, 1), 100));
    long places = IntStream.range(0, 100).mapToObj(i -> rows[i] - 100 * i).distinct().count();
    assertTrue(places > 30, "only " + places + " different places"); // about 63 expected
  }

  @Test
  void asManySamplesAsThereAre() {
    Layer layer = counting(10, 2);
    assertSame(layer, SampledActivations.of(layer, 10));
    assertSame(layer, SampledActivations.of(layer, 11));
    assertThrows(IllegalArgumentException.class, () -> SampledActivations.of(layer, 0));
  }

  @Test
  void aLayerWithoutNeurons() {
    Layer sampled = SampledActivations.of(Layers.of("none", 10, 0, new double[0]), 3);
    assertEquals(3, sampled.samples());
    assertEquals(0, rows(sampled).length);
  }

  @Test
  @Timeout(10)
  void aLayerThatEndsTooEarlyIsNoticed() {
    Layer empty =
        new Layer.Forwarding(counting(1000, 3)) {
          @Override
          public BlockReader open() {
            return new BlockReader() {
              @Override
              public Block next() {
                return null;
              }

              @Override
              public void close() {}
            };
          }
        };
    Layer sampled = SampledActivations.of(empty, 10);
    assertThrows(ActivationsException.class, () -> rows(sampled));
  }
}
