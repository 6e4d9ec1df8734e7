package org.spanmatch.spark.gram;

import java.util.List;
import java.util.SplittableRandom;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.kernel.PerGroup;

/**
 * A shard of random activations.
 *
 * @param pairs the pairs
 * @param number the number of the shard, which seeds the values
 * @param samples number of samples
 * @param size the largest value
 * @param offset added to all values
 */
record GeneratedShard(List<ShardedPair> pairs, int number, int samples, double size, double offset)
    implements Shard {
  private static final long serialVersionUID = 1;

  @Override
  public PerGroup<Layer> open(int pair) {
    ShardedPair of = pairs.get(pair);
    return PerGroup.of(
        layer(of.x(), of.xNeurons(), 2 * pair), layer(of.y(), of.yNeurons(), 2 * pair + 1));
  }

  private Layer layer(String name, int neurons, int seed) {
    SplittableRandom random = new SplittableRandom(1000L * number + seed);
    double[] values = new double[samples * neurons];
    for (int i = 0; i < values.length; i++) {
      values[i] = offset + size * (float) random.nextDouble(-1, 1);
    }
    return Layers.of(name, samples, neurons, values);
  }
}
