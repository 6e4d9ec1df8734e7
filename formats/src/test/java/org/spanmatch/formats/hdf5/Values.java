package org.spanmatch.formats.hdf5;

import java.util.ArrayList;
import java.util.List;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;

/** All values of a small layer, sample by sample. */
final class Values {
  private Values() {}

  static List<Double> of(Layer layer) {
    List<Double> values = new ArrayList<>();
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        double[] row = new double[layer.neurons()];
        for (int sample = 0; sample < block.samples(); sample++) {
          block.copyRows(sample, 1, row, 0);
          for (double value : row) {
            values.add(value);
          }
        }
      }
    }
    return values;
  }
}
