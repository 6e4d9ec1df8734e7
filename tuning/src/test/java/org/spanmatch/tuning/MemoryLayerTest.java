package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;

/** Tests that layers in several pieces are read and written like layers in one piece. */
class MemoryLayerTest {
  private static final int SAMPLES = 11;
  private static final int NEURONS = 3;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "FLOAT16, NF, 24",
    "FLOAT16, FN, 24",
    "FLOAT32, FN, 1000",
    "FLOAT64, NF, 1",
    "FLOAT64, FN, 100"
  })
  void readsAndWritesPieces(ElementType type, Layout layout, int pieceBytes) throws IOException {
    MemoryLayer layer = new MemoryLayer("x", SAMPLES, NEURONS, type, layout, pieceBytes);
    List<Double> expected = new ArrayList<>();
    for (int sample = 0; sample < SAMPLES; sample++) {
      float[] row = new float[NEURONS];
      for (int neuron = 0; neuron < NEURONS; neuron++) {
        row[neuron] = 10 * sample + neuron;
        expected.add((double) row[neuron]);
      }
      layer.put(sample, row);
      assertEquals(10 * sample + 1, layer.get(sample, 1));
    }
    assertEquals(expected, values(layer));
    Path file = folder.resolve("x.npy");
    NpyFile.write(file, layer);
    Layer read = ActivationFile.open(file).arrays().get(0).layer(List.of(layout));
    assertEquals(type, read.type());
    assertEquals(expected, values(read));
  }

  private static List<Double> values(Layer layer) {
    List<Double> values = new ArrayList<>();
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        for (int sample = 0; sample < block.samples(); sample++) {
          for (int neuron = 0; neuron < block.neurons(); neuron++) {
            int index = block.index(sample) + neuron * block.neuronStride();
            values.add(block.type().get(block.data(), index));
          }
        }
      }
    }
    return values;
  }
}
