package org.spanmatch.spark.rows;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.compare.LayerPairs.Pairing.Names;
import org.spanmatch.gram.Gram;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.spark.gram.Shard;
import org.spanmatch.spark.gram.ShardedPair;
import org.spanmatch.spark.gram.SparkFailure;
import org.spanmatch.spark.gram.SparkGrams;
import org.spanmatch.spark.gram.SumOptions;

/**
 * Layers of two networks in rows: each row has a key, which says the sample, and in a column per
 * layer the activations of its neurons, as {@code array<float>}, {@code array<double>} or {@code
 * binary} with little-endian float32.
 *
 * <p>A sample's rows are found by their key, whatever order they are in. The order in which samples
 * are added up depends on their keys and on the number of samples and neurons alone, so that any
 * partitions of the rows and any number of executors give the same bits.
 *
 * <pre>{@code
 * KeyedRows rows = KeyedRows.of(
 *     Network.parquet(spark, List.of("s3a://bucket/seed0.parquet")),
 *     Network.parquet(spark, List.of("s3a://bucket/seed1.parquet")),
 *     List.of("document", "token"),
 *     layer -> true,
 *     Pairing.SAME); // columns of equal names
 * rows.add(SumOptions.defaults(), gram -> …);
 * }</pre>
 */
public final class KeyedRows {
  private final Schema schema;
  private final List<Samples> pairs;
  private final long samples;

  private KeyedRows(Schema schema, List<Samples> pairs, long samples) {
    this.schema = schema;
    this.pairs = pairs;
    this.samples = samples;
  }

  /**
   * Rows of a network.
   *
   * @param source where they come from, the start of messages about them
   * @param rows the rows, which must be the same whenever they are computed
   */
  public record Network(String source, Dataset<Row> rows) {
    /**
     * Checks that nothing is null.
     *
     * @param source where the rows come from, the start of messages about them
     * @param rows the rows
     */
    public Network {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(rows, "rows");
    }

    /**
     * {@return the rows of Parquet files}
     *
     * @param spark reads them
     * @param paths files, folders and patterns, as Hadoop's file systems take them; at least one
     * @throws ActivationsException if there is no such file, or one is not in the format
     */
    public static Network parquet(SparkSession spark, List<String> paths) {
      String source = String.join(" + ", paths);
      try {
        return new Network(source, spark.read().parquet(paths.toArray(String[]::new)));
      } catch (Exception e) { // Spark declares none, but throws checked ones.
        throw new ActivationsException(source + ": " + problem(e), e);
      }
    }

    private static String problem(Exception failure) {
      boolean isMissing =
          failure instanceof AnalysisException analysis
              && "PATH_NOT_FOUND".equals(analysis.getCondition());
      Throwable cause = failure;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return isMissing
          ? "no such file or folder"
          : "expected Parquet files, found: "
              + String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }
  }

  /**
   * Takes the rows of two networks.
   *
   * <p>Looks at the columns first, then at the first row of each network, then at all keys, in a
   * job that reads no other columns.
   *
   * @param x the first network
   * @param y the second network
   * @param key the columns of the key, at least one, of integers or text, in both networks
   * @param layers which columns to take, by name, but for pairs that are chosen
   * @param pairing which columns make pairs; unless they are chosen, all arrays of floating-point
   *     numbers may
   * @return the rows
   * @throws ActivationsException if a column is missing or has another type, there are no rows, or
   *     keys are null, occur more than once or in one network alone
   */
  public static KeyedRows of(
      Network x, Network y, List<String> key, Predicate<String> layers, Pairing pairing) {
    return of(List.of(x, y), key, Schema.pairs(x, y, layers, pairing));
  }

  /**
   * Takes rows that hold both networks, each in columns of different names.
   *
   * @param both the rows
   * @param key the columns of the key, at least one, of integers or text
   * @param pairs the names of the columns to compare, at least one pair
   * @return the rows
   * @throws ActivationsException as for two networks
   */
  public static KeyedRows of(Network both, List<String> key, List<Names> pairs) {
    return of(List.of(both), key, pairs);
  }

  private static KeyedRows of(List<Network> networks, List<String> key, List<Names> pairs) {
    if (key.isEmpty() || pairs.isEmpty()) {
      throw new IllegalArgumentException("expected a column of the key and a pair of layers");
    }
    Schema schema = Schema.of(networks, key);
    List<PerGroup<LayerColumn>> columns = pairs.stream().map(schema::layers).toList();
    try {
      Map<String, Integer> x = schema.neurons(Group.X, columns);
      Map<String, Integer> y = schema.neurons(Group.Y, columns);
      List<Samples> layouts =
          columns.stream()
              .map(two -> schema.samples(two, x.get(two.x().name()), y.get(two.y().name())))
              .toList();
      long samples = new KeyCheck(schema.key(), schema.sources()).samples(schema.rows(List.of()));
      return new KeyedRows(schema, layouts, samples);
    } catch (Exception e) { // Spark declares none, but throws checked ones.
      throw SparkFailure.cause(e);
    }
  }

  /** {@return the pairs of layers, in the order in which they were asked for} */
  public List<ShardedPair> pairs() {
    return pairs.stream().map(Samples::pair).toList();
  }

  /** {@return the number of samples} */
  public long samples() {
    return samples;
  }

  /**
   * Adds up the layers of each pair, as {@link SparkGrams} does. Reads a pair's columns once, and
   * has Spark send them and sort them by their keys, on disk where memory is short.
   *
   * @param options how to add up
   * @param result receives the Gram matrix of each pair, in their order, on the driver
   * @throws ActivationsException if a row has no values, another number of them than the first row,
   *     or values that are not finite, with its key; or if rows have changed
   */
  public void add(SumOptions options, Consumer<Gram> result) {
    for (Samples pair : pairs) {
      Gram gram = sum(pair, options);
      if (gram.samples() != samples) {
        throw new ActivationsException(
            String.join(" and ", schema.sources())
                + ": expected the "
                + samples
                + " samples whose keys were checked, found "
                + gram.samples()
                + " when they were read again");
      }
      result.accept(gram);
    }
  }

  private Gram sum(Samples pair, SumOptions options) {
    PerGroup<String> sources = PerGroup.from(schema::source);
    List<Gram> sum = new ArrayList<>();
    try {
      JavaPairRDD<Integer, Iterator<Shard>> runs = runs(pair); // may read all rows already
      SparkGrams.addRuns(
          runs, pair.runs(samples), List.of(pair.pair()), sources, options, sum::add);
      return sum.get(0);
    } catch (Exception e) { // as above
      throw SparkFailure.cause(e);
    }
  }

  /** The number of runs of each pair. */
  List<Integer> runs() {
    return pairs.stream().map(pair -> pair.runs(samples)).toList();
  }

  /** The samples of a pair in runs, each of which lies in one partition. */
  private JavaPairRDD<Integer, Iterator<Shard>> runs(Samples pair) {
    int runs = pair.runs(samples);
    Column[] key = pair.key().columns();
    List<Column> order = new ArrayList<>(List.of(col("run")));
    order.addAll(List.of(key));
    order.add(col(Schema.SOURCE));
    // Adaptive execution leaves a given number of partitions alone, and nothing follows the sort.
    return schema
        .rows(pair.layers())
        .select(pmod(xxhash64(key), lit((long) runs)).cast("int").as("run"), col("*"))
        .repartitionById(runs, col("run"))
        .sortWithinPartitions(order.toArray(Column[]::new))
        .queryExecution()
        .toRdd() // Spark's own rows; those of a Dataset hold each value as an object.
        .toJavaRDD()
        .mapPartitionsToPair(RowRuns.of(pair));
  }
}
