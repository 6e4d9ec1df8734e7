package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collection;
import java.util.List;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.StoredArray;

/**
 * The content of one array of a file, as a reader returns it.
 *
 * @param dtype the array's format
 * @param shape the sizes of the array's axes
 * @param values a hash of all values, sample by sample
 */
record Content(String dtype, List<Long> shape, long values) {
  /**
   * Reads an array to its end, as a layer, and checks that the number of samples fits the shape.
   *
   * @throws org.spanmatch.activations.ActivationsException if it can't be read
   */
  static Content of(StoredArray array, Collection<Layout> layouts) {
    Layer layer = array.layer(layouts);
    long hash = 1;
    long samples = 0;
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
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
