package org.spanmatch.kernel.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;

class NeuronNormsTest {
  private static NeuronNorms norms(int samples, int neurons, double... values) {
    return NeuronNorms.of(Layers.of("layer", samples, neurons, values), done -> {});
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 1e-20, 1e20, 1e-160, 1e160, 1e-300, 1e300, 0x1p-1040})
  void agreeWithExactArithmetic(double scale) {
    int samples = 700;
    SplittableRandom random = new SplittableRandom(3);
    double[] values = random.doubles(samples, -1, 1).map(v -> v * scale).toArray();
    BigDecimal squares = BigDecimal.ZERO;
    BigDecimal sum = BigDecimal.ZERO;
    double sizes = 0;
    for (double value : values) {
      sum = sum.add(new BigDecimal(value));
      sizes += Math.abs(value);
      squares = squares.add(new BigDecimal(value).pow(2));
    }
    double exact = squares.sqrt(MathContext.DECIMAL128).doubleValue();
    NeuronNorms norms = norms(samples, 1, values);
    // Each of the additions, with its quotient and square, rounds at most four times.
    assertEquals(exact, norms.norm(0), exact * 4 * samples * 0x1p-53 + Double.MIN_VALUE);
    assertEquals(sum.doubleValue(), norms.sum(0), sizes * samples * 0x1p-53);
  }

  @Test
  void normAndSumBeyondTheDoubles() {
    NeuronNorms norms = norms(2, 1, Double.MAX_VALUE, Double.MAX_VALUE);
    assertEquals(Double.POSITIVE_INFINITY, norms.norm(0));
    assertEquals(Double.POSITIVE_INFINITY, norms.sum(0));
  }

  @Test
  void scaleIsAPowerOfTwoThatBringsTheLargestValueNearOne() {
    for (double value : new double[] {1, -3, 1e300, 1e-300, Double.MAX_VALUE, Double.MIN_NORMAL}) {
      double scale = norms(2, 1, value / 4, value).scale(0);
      assertEquals(1, Math.abs(Math.scalb(1.0, -Math.getExponent(scale)) * scale));
      double scaled = Math.abs(value * scale);
      assertTrue(scaled >= 0.5 && scaled < 2, value + " → " + scaled);
      assertEquals(value, value * scale / scale);
    }
  }

  @Test
  void deadNeuronsAreThoseAtOrBelowTheThreshold() {
    // Norms 0, 5e-17, 5e-9, 0, 1e-16 and 2^-53.
    NeuronNorms norms = norms(2, 6, 0, 3e-17, 3e-9, -0.0, 1e-16, 0x1p-53, 0, 4e-17, 4e-9, 0, 0, 0);
    assertEquals(List.of(0, 1, 3, 4), norms.dead(GramOptions.DEFAULT_DEAD_THRESHOLD));
    assertEquals(List.of(0, 3), norms.dead(0));
    assertEquals(List.of(0, 1, 3, 4, 5), norms.dead(0x1p-53), "a norm at the threshold is dead");
    assertEquals(List.of(0, 1, 2, 3, 4, 5), norms.dead(1));
  }

  @Test
  void millionsOfNeurons() {
    int neurons = 9_000_000;
    float[] values = new float[neurons];
    values[neurons - 1] = -3;
    NeuronNorms norms = NeuronNorms.of(Layers.of("wide", 1, neurons, values), d -> {});
    assertEquals(3, norms.norm(neurons - 1));
    assertEquals(0, norms.norm(neurons - 2));
  }

  @Test
  void progress() {
    List<Long> told = new ArrayList<>();
    NeuronNorms.of(Layers.of("layer", 1000, 2, new double[2000]), told::add);
    assertEquals(1000, told.get(told.size() - 1));
    assertEquals(told.stream().sorted().distinct().toList(), told);
  }
}
