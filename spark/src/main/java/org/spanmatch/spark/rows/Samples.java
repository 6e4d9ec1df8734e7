package org.spanmatch.spark.rows;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How samples lie in rows: one sample in a row of each source, one after the other.
 *
 * <p>Rows have the columns run, source, those of the key, and those of all layers, which are null
 * in rows of other sources.
 *
 * @param key the key of a sample
 * @param layers the layers of the first source, then those of the second if there is one
 * @param neurons the number of neurons of each layer
 * @param firstLayers for each source, the position of its first layer
 * @param pairs for each pair of layers, the positions of both
 */
record Samples(
    Key key,
    List<LayerColumn> layers,
    List<Integer> neurons,
    List<Integer> firstLayers,
    List<Positions> pairs)
    implements Serializable {
  /**
   * The positions of two layers.
   *
   * @param x of the first network's layer
   * @param y of the second network's layer
   */
  record Positions(int x, int y) implements Serializable {}

  static final int RUN = 0;
  static final int SOURCE = 1;
  static final int KEY = 2;

  // 32 MiB of float32, which Gram matrices of 1,000 neurons are added to without being noticed.
  private static final int BATCH_VALUES = 1 << 23;
  private static final int LEAST_BATCH = 64;
  private static final int LARGEST_BATCH = 8192;

  // One half of a Gram matrix in float64 then takes a quarter of the bytes of float32 that it sums.
  private static final int RUN_PER_GRAM = 4;
  private static final int LEAST_RUN = 1024;
  private static final int MOST_RUNS = 4096;

  int sources() {
    return firstLayers.size();
  }

  /** The column of a layer. */
  int ordinal(int layer) {
    return KEY + key.parts().size() + layer;
  }

  /** The positions of a source's layers. */
  IntStream layersOf(int source) {
    int end = source + 1 == sources() ? layers.size() : firstLayers.get(source + 1);
    return IntStream.range(firstLayers.get(source), end);
  }

  /** The number of samples that are in memory at once, which depends on neurons alone. */
  int batch() {
    return Math.toIntExact(
        Math.max(LEAST_BATCH, Math.min(LARGEST_BATCH, BATCH_VALUES / Math.max(1, values()))));
  }

  /** The number of runs, which depends on neurons and samples alone. */
  int runs(long samples) {
    double elements =
        pairs.stream()
            .mapToDouble(pair -> Math.pow(neurons.get(pair.x()) + neurons.get(pair.y()), 2))
            .sum();
    double run = Math.max(LEAST_RUN, RUN_PER_GRAM * elements / Math.max(1, values()));
    return (int) Math.max(1, Math.min(MOST_RUNS, Math.ceil(samples / run)));
  }

  private long values() {
    return neurons.stream().mapToLong(Integer::longValue).sum();
  }
}
