package org.spanmatch.spark.rows;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
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
import org.spanmatch.spark.Shard;
import org.spanmatch.spark.ShardedPair;
import org.spanmatch.spark.SparkFailure;
import org.spanmatch.spark.rows.Samples.Positions;

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
 * }</pre>
 */
public final class KeyedRows {
  private final Samples layout;
  private final List<ShardedPair> pairs;
  private final Dataset<Row> rows;
  private final long samples;

  private KeyedRows(Samples layout, Dataset<Row> rows, long samples) {
    this.layout = layout;
    this.rows = rows;
    this.samples = samples;
    this.pairs = layout.pairs().stream().map(this::sharded).toList();
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
          : "expected Parquet files, found: " + String.valueOf(cause.getMessage()).split("\n")[0];
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
    Schema schema = Schema.of(networks, key, pairs);
    try {
      Samples layout = schema.layout();
      Dataset<Row> rows = schema.union();
      long samples = new KeyCheck(layout.key(), schema.sources()).samples(rows);
      return new KeyedRows(layout, rows, samples);
    } catch (Exception e) { // Spark declares none, but throws checked ones.
      throw SparkFailure.cause(e);
    }
  }

  private ShardedPair sharded(Positions pair) {
    return new ShardedPair(
        layout.layers().get(pair.x()).name(),
        layout.neurons().get(pair.x()),
        layout.layers().get(pair.y()).name(),
        layout.neurons().get(pair.y()));
  }

  /** {@return the pairs of layers, in the order in which they were asked for} */
  public List<ShardedPair> pairs() {
    return pairs;
  }

  /** {@return the number of samples} */
  public long samples() {
    return samples;
  }

  /**
   * {@return the samples in runs, each of which lies in one partition} The shards of a run are made
   * while they are read, so that one is in memory at a time; they have to be read to the end, one
   * after the other. A row without values, or with another number of them than the first, fails the
   * task with an {@link ActivationsException} that has its key.
   */
  public JavaPairRDD<Integer, Iterator<Shard>> runs() {
    int runs = layout.runs(samples);
    Column[] key = layout.key().columns();
    List<Column> columns = new ArrayList<>();
    columns.add(pmod(xxhash64(key), lit((long) runs)).cast("int").as("run"));
    columns.add(col("*"));
    List<Column> order = new ArrayList<>(List.of(col("run")));
    order.addAll(List.of(key));
    order.add(col(Schema.SOURCE));
    // By number, which adaptive execution leaves alone; sorted last, so that nothing undoes it.
    return rows.select(columns.toArray(Column[]::new))
        .repartitionById(runs, col("run"))
        .sortWithinPartitions(order.toArray(Column[]::new))
        .queryExecution()
        .toRdd() // Spark's own rows: those of Dataset box every value.
        .toJavaRDD()
        .mapPartitionsToPair(Runs.of(layout));
  }
}
