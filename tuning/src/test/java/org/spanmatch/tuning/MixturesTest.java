package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.Group;

/** Tests that synthetic activations have the same numbers in every layout. */
class MixturesTest {
  private static final Mixtures DATA = new Mixtures(1000, 6);

  @Test
  void columnsAndRowsHoldTheSameData() {
    double[] rows = DATA.rows();
    double[] columns = DATA.columns();
    for (int sample = 0; sample < DATA.samples(); sample++) {
      for (int neuron = 0; neuron < 12; neuron++) {
        float[] group = DATA.floats(neuron < 6 ? Group.X : Group.Y);
        double expected = group[sample * 6 + neuron % 6];
        assertEquals(expected, rows[sample * 12 + neuron]);
        assertEquals(expected, columns[neuron * 1000 + sample]);
      }
    }
  }
}
