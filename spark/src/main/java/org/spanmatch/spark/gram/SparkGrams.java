package org.spanmatch.spark.gram;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.spanmatch.gram.Gram;
import org.spanmatch.kernel.PerGroup;
import scala.Tuple2;

/**
 * Gram matrices of shards, added up on a Spark cluster.
 *
 * <p>The result has the same bits on any number of executors, cores and partitions, and after
 * retries and speculative copies of tasks, where all executors have the same kind of processor: the
 * order of every sum depends on the shards alone. It equals what one machine adds up within the
 * error that the result states.
 *
 * <p>With d samples and m neurons in both layers of a pair, all executors together do d·m²
 * operations, and each run of shards sends a matrix of 4·m² bytes, twice that where it is cut into
 * slices. A task holds about four times {@link SumOptions#stripeBytes}, the driver the Gram matrix
 * of one pair and whatever the receiver keeps.
 *
 * <p>The context must have Java's serializer, Spark's default: Kryo can't restore records.
 */
public final class SparkGrams {
  private SparkGrams() {}

  /**
   * Adds up shards whose numbers of samples are known, in runs of neighbouring ones.
   *
   * @param spark the cluster
   * @param shards at least one, in the order of the samples
   * @param samples the number of samples of each, at least 1
   * @param pairs the pairs of layers that each shard opens
   * @param sources where the samples of both networks come from, for the result
   * @param options how to add up
   * @param result receives the Gram matrix of each pair, in their order, on the driver
   */
  public static void add(
      JavaSparkContext spark,
      List<? extends Shard> shards,
      List<Long> samples,
      List<ShardedPair> pairs,
      PerGroup<String> sources,
      SumOptions options,
      Consumer<Gram> result) {
    long all = samples.stream().mapToLong(Long::longValue).sum();
    int neurons =
        pairs.stream().mapToInt(pair -> pair.xNeurons() + pair.yNeurons()).max().orElse(0);
    List<Integer> ends = Runs.ends(samples, Runs.count(all, neurons));
    List<Integer> numbers = new ArrayList<>();
    for (int run = 0; run < ends.size(); run++) {
      numbers.add(run);
    }
    Broadcast<List<Shard>> sent = spark.broadcast(new ArrayList<>(shards));
    JavaPairRDD<Integer, Iterator<Shard>> runs =
        spark
            .parallelize(numbers, numbers.size())
            .mapToPair(
                run -> {
                  int begin = run == 0 ? 0 : ends.get(run - 1);
                  return new Tuple2<>(run, sent.value().subList(begin, ends.get(run)).iterator());
                });
    try {
      addRuns(runs, ends.size(), pairs, sources, options, result);
    } finally {
      sent.destroy();
    }
  }

  /**
   * Adds up the shards of a data set, each by a task.
   *
   * @param shards at least one; their order in the data set is that of the samples
   * @param pairs the pairs of layers that each shard opens
   * @param sources where the samples of both networks come from, for the result
   * @param options how to add up
   * @return the Gram matrix of each pair
   */
  public static List<Gram> of(
      JavaRDD<? extends Shard> shards,
      List<ShardedPair> pairs,
      PerGroup<String> sources,
      SumOptions options) {
    JavaPairRDD<Integer, Iterator<Shard>> runs =
        shards
            .zipWithIndex()
            .mapToPair(
                shard ->
                    new Tuple2<>(
                        Math.toIntExact(shard._2()),
                        Collections.<Shard>singletonList(shard._1()).iterator()));
    List<Gram> grams = new ArrayList<>();
    addRuns(runs, Math.toIntExact(shards.count()), pairs, sources, options, grams::add);
    return List.copyOf(grams);
  }

  /**
   * Adds up runs of shards, each by a task.
   *
   * @param runs each with its number from 0 and its shards in their order, which are opened one
   *     after the other
   * @param count number of runs, at least 1
   * @param pairs the pairs of layers that each shard opens
   * @param sources where the samples of both networks come from, for the result
   * @param options how to add up
   * @param result receives the Gram matrix of each pair, in their order, on the driver
   */
  public static void addRuns(
      JavaPairRDD<Integer, Iterator<Shard>> runs,
      int count,
      List<ShardedPair> pairs,
      PerGroup<String> sources,
      SumOptions options,
      Consumer<Gram> result) {
    new GramSum(runs, count, sources, options).run(pairs, result);
  }
}
