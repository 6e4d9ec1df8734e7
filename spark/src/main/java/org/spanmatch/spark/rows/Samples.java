package org.spanmatch.spark.rows;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.spanmatch.spark.gram.ShardedPair;

/**
 * How the samples of a pair of layers lie in rows: both layers in one row, or each in a row of its
 * network, one after the other.
 *
 * <p>Rows have the columns run, source, those of the key, and those of both layers, which are null
 * in rows of the other network.
 *
 * @param key the key of a sample
 * @param sources the number of rows of a sample, 1 or 2
 * @param layers the layer of the first network and that of the second
 * @param neurons their numbers of neurons
 */
record Samples(Key key, int sources, List<LayerColumn> layers, List<Integer> neurons)
    implements Serializable {
  static final int RUN = 0;
  static final int SOURCE = 1;
  static final int KEY = 2;

  // 32 MiB of float32. A batch of 1,000 neurons and more makes a Gram matrix that takes much longer
  // to compute than to add.
  private static final int BATCH_VALUES = 1 << 23;
  private static final int LEAST_BATCH = 64;
  private static final int LARGEST_BATCH = 8192;

  // The Gram matrix, half of it in float64, then takes a quarter of the bytes of float32 values.
  private static final int SAMPLES_PER_NEURON = 4;
  private static final int LEAST_RUN = 1024;
  private static final int MOST_RUNS = 4096;

  ShardedPair pair() {
    return new ShardedPair(
        layers.get(0).name(), neurons.get(0), layers.get(1).name(), neurons.get(1));
  }

  /** The column of a layer. */
  int ordinal(int layer) {
    return KEY + key.parts().size() + layer;
  }

  /** The layers in rows of a source. */
  IntStream layersOf(int source) {
    return sources == 1 ? IntStream.range(0, layers.size()) : IntStream.of(source);
  }

  /** The number of samples that are in memory at once, which depends on neurons alone. */
  int batch() {
    long most = BATCH_VALUES / Math.max(1, allNeurons());
    return (int) Math.max(LEAST_BATCH, Math.min(LARGEST_BATCH, most));
  }

  /** The number of runs, which depends on neurons and samples alone. */
  int runs(long samples) {
    long run = Math.max(LEAST_RUN, SAMPLES_PER_NEURON * allNeurons());
    return (int) Math.min(MOST_RUNS, 1 + (samples - 1) / run);
  }

  private long allNeurons() {
    return neurons.stream().mapToLong(Integer::longValue).sum();
  }
}
