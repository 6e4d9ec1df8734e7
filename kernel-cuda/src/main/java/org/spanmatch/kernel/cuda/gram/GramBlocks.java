package org.spanmatch.kernel.cuda.gram;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;

/** The blocks of a Gram matrix on the host, filled row by row from a joint matrix. */
public final class GramBlocks {
  private final JointLayers layers;
  private final Map<GramPair, double[]> blocks = new TreeMap<>();

  /**
   * Blocks of zeros: of each layer with itself, and of the pairs that are wanted.
   *
   * <p>Takes {@code 8·(Σ n(n + 1)/2 + Σ n·n′)} bytes.
   */
  public GramBlocks(JointLayers layers, Collection<GramPair> pairs) {
    this.layers = layers;
    for (int i = 0; i < layers.layers().size(); i++) {
      int neurons = layers.layers().get(i).neurons();
      blocks.put(new GramPair(i, i), new double[Math.toIntExact(neurons * (neurons + 1L) / 2)]);
    }
    for (GramPair pair : pairs) {
      blocks.computeIfAbsent(
          pair,
          p ->
              new double
                  [Math.multiplyExact(
                      layers.layers().get(p.first()).neurons(),
                      layers.layers().get(p.second()).neurons())]);
    }
  }

  /**
   * Takes over a row.
   *
   * @param row its column in the joint matrix
   * @param elements array that holds the elements from the diagonal on
   * @param from place of the one on the diagonal
   */
  public void putRow(int row, double[] elements, int from) {
    int layer = 0;
    while (row >= layers.first(layer + 1)) {
      layer++;
    }
    int neuron = row - layers.first(layer);
    for (Map.Entry<GramPair, double[]> block : blocks.entrySet()) {
      if (block.getKey().first() == layer) {
        int other = block.getKey().second();
        int columns = layers.first(other + 1) - layers.first(other);
        if (other == layer) {
          int start = GramMatrix.triangleRow(columns, neuron) + neuron;
          System.arraycopy(elements, from, block.getValue(), start, columns - neuron);
        } else {
          int source = from + layers.first(other) - row;
          System.arraycopy(elements, source, block.getValue(), neuron * columns, columns);
        }
      }
    }
  }

  /** The diagonal of the joint matrix. */
  public double[] squares() {
    double[] squares = new double[layers.neurons()];
    for (int i = 0; i < layers.layers().size(); i++) {
      double[] triangle = blocks.get(new GramPair(i, i));
      int neurons = layers.layers().get(i).neurons();
      for (int j = 0; j < neurons; j++) {
        squares[layers.first(i) + j] = triangle[GramMatrix.triangleRow(neurons, j) + j];
      }
    }
    return squares;
  }

  /** The blocks, by pair. */
  public Map<GramPair, double[]> blocks() {
    return blocks;
  }
}
