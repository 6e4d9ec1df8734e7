package org.spanmatch.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collection;
import java.util.List;

/**
 * What one array of a file reads as.
 *
 * @param dtype its format
 * @param shape the sizes of its axes
 * @param values a hash of all values, sample by sample
 */
record Content(String dtype, List<Long> shape, long values) {
  /**
   * Reads an array to its end, as a layer, and checks that there are as many samples as the shape
   * says.
   *
   * @throws ActivationsException if it can't be read
   */
  static Content of(StoredArray array, Collection<Layout> layouts) {
    LayerActivations layer = array.layer(layouts);
    long hash = 1;
    long samples = 0;
    try (BlockReader reader = layer.open()) {
      for (ActivationBlock block = reader.next(); block != null; block = reader.next()) {
        assertEquals(layer.neurons(), block.neurons());
        double[] row = new double[block.neurons()];
        for (int sample = 0; row.length > 0 && sample < block.samples(); sample++) {
          block.copyRows(sample, 1, row, 0);
          for (double value : row) {
            hash = 31 * hash + Double.doubleToLongBits(value);
          }
        }
        samples += block.samples();
      }
    }
    assertEquals(layer.samples(), samples);
    return new Content(array.dtype(), array.shape(), hash);
  }
}
