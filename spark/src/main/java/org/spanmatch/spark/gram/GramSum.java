package org.spanmatch.spark.gram;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.Partitioner;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.rdd.ShuffledRDD;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.storage.StorageLevel;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.PerGroup;
import scala.Tuple2;
import scala.math.Ordering;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Adds up runs of shards on executors and merges their Gram matrices in a fixed order, so that the
 * result has the same bits on any number of executors and partitions, and after any retry.
 *
 * <p>Each run is added up by one task for each stripe of the {@link GramPlan}. The tiles of {@value
 * #FAN} neighbouring runs are then added in their order, then those of {@value #FAN} sums, until
 * there is one; Spark sorts them on disk where memory is short. So a merging task holds two tiles
 * at a time, and the driver one result: the Gram matrix of one pair.
 */
final class GramSum {
  /** How many parts are added one after the other. */
  static final int FAN = 16;

  // With more partitions Spark would collect a task's output in memory.
  private static final int MOST_PARTITIONS = 200;
  // Of one job, unless a pair alone has more.
  private static final int MOST_TILES = 200;
  private static final long MOST_TASKS = 50_000;

  private final JavaPairRDD<Integer, Iterator<Shard>> runs;
  private final int runCount;
  private final PerGroup<String> sources;
  private final SumOptions options;

  /**
   * Takes what is to be added up.
   *
   * @param runs each with its number from 0 and its shards, which are opened one after the other
   * @param runCount number of runs, at least 1; depends on the data alone if the bits are to
   * @param sources where the samples of both networks come from, for the result
   */
  GramSum(
      JavaPairRDD<Integer, Iterator<Shard>> runs,
      int runCount,
      PerGroup<String> sources,
      SumOptions options) {
    this.runs = runs;
    this.runCount = runCount;
    this.sources = sources;
    this.options = options;
  }

  /**
   * Adds up all pairs.
   *
   * @param pairs the pairs, by the numbers that shards know them by
   * @param result receives the Gram matrix of each pair, in their order, on the driver
   */
  void run(List<ShardedPair> pairs, Consumer<Gram> result) {
    for (int first = 0; first < pairs.size(); ) {
      List<GramPlan> plans = new ArrayList<>();
      int tiles = 0;
      long tasks = 0;
      for (int i = first; i < pairs.size(); i++) {
        GramPlan plan = options.plan(pairs.get(i));
        tasks += (long) plan.stripes().size() * runCount;
        if (i > first && (tiles + plan.tiles() > MOST_TILES || tasks > MOST_TASKS)) {
          break;
        }
        plans.add(plan);
        tiles += plan.tiles();
      }
      runJob(pairs, first, plans, tiles, result);
      first += plans.size();
    }
  }

  private void runJob(
      List<ShardedPair> pairs, int first, List<GramPlan> plans, int tiles, Consumer<Gram> result) {
    List<JavaPairRDD<TileKey, Partial>> stripes = new ArrayList<>();
    int firstTile = 0;
    for (int i = 0; i < plans.size(); i++) {
      GramPlan plan = plans.get(i);
      for (int stripe = 0; stripe < plan.stripes().size(); stripe++) {
        stripes.add(parts(first + i, pairs.get(first + i), stripe, firstTile));
        firstTile += plan.stripes().get(stripe).size();
      }
    }
    JavaPairRDD<TileKey, Partial> parts = union(stripes);
    int count = runCount;
    do {
      parts = merged(parts, count, tiles);
      count = (count + FAN - 1) / FAN;
    } while (count > 1);
    // The driver takes them one by one, after all are there.
    JavaRDD<byte[]> sums = parts.map(part -> bytes(part._2())).persist(StorageLevel.DISK_ONLY());
    try {
      sums.foreachPartition(each -> {});
      Iterator<byte[]> all = sums.toLocalIterator();
      for (GramPlan plan : plans) {
        result.accept(joined(plan, all));
      }
    } finally {
      sums.unpersist();
    }
  }

  /** All at once: a union of unions would be as deep as there are stripes. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private JavaPairRDD<TileKey, Partial> union(List<JavaPairRDD<TileKey, Partial>> stripes) {
    return JavaSparkContext.fromSparkContext(runs.context())
        .union(stripes.toArray(JavaPairRDD[]::new));
  }

  /** The tiles of every run, whose position is the run's number. */
  private JavaPairRDD<TileKey, Partial> parts(
      int number, ShardedPair pair, int stripe, int firstTile) {
    String xSource = sources.x();
    String ySource = sources.y();
    SumOptions how = options;
    return runs.flatMapToPair(
        run -> {
          PerGroup<String> both = PerGroup.of(xSource, ySource);
          RunSum sum = new RunSum(number, pair, both, how.plan(pair), stripe, how);
          List<Tuple2<TileKey, Partial>> parts = new ArrayList<>();
          for (Gram tile : sum.of(run._2())) {
            parts.add(
                new Tuple2<>(new TileKey(firstTile + parts.size(), run._1()), new Partial(tile)));
          }
          return parts.iterator();
        });
  }

  /** Adds the parts of neighbouring positions in their order. */
  private static JavaPairRDD<TileKey, Partial> merged(
      JavaPairRDD<TileKey, Partial> parts, int count, int tiles) {
    int groups = (count + FAN - 1) / FAN;
    Groups partitioner = new Groups(tiles, groups);
    ClassTag<TileKey> keys = ClassTag$.MODULE$.apply(TileKey.class);
    ClassTag<Partial> values = ClassTag$.MODULE$.apply(Partial.class);
    RDD<Tuple2<TileKey, Partial>> sorted =
        new ShuffledRDD<TileKey, Partial, Partial>(parts.rdd(), partitioner, keys, values, values)
            .setKeyOrdering(
                Ordering.comparatorToOrdering(
                    (Comparator<TileKey> & Serializable) TileKey::compareTo))
            .setSerializer(serializer());
    return JavaPairRDD.fromRDD(sorted, keys, values).mapPartitionsToPair(GroupSums::new);
  }

  /** Java's, which without a reset keeps a reference to every object that it has written. */
  private static JavaSerializer serializer() {
    return new JavaSerializer(new SparkConf(false).set("spark.serializer.objectStreamReset", "1"));
  }

  /** Puts the parts that are added together into one partition, and tiles in their order. */
  private static final class Groups extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int tiles;
    private final int groups;

    Groups(int tiles, int groups) {
      this.tiles = tiles;
      this.groups = groups;
    }

    @Override
    public int numPartitions() {
      return (int) Math.min(MOST_PARTITIONS, (long) tiles * groups);
    }

    @Override
    public int getPartition(Object key) {
      TileKey part = (TileKey) key;
      long group = (long) part.tile() * groups + part.position() / FAN;
      return (int) (group * numPartitions() / ((long) tiles * groups));
    }
  }

  /** The sums of neighbouring parts, which come in the order of their keys. */
  private static final class GroupSums implements Iterator<Tuple2<TileKey, Partial>> {
    private final Iterator<Tuple2<TileKey, Partial>> parts;
    private Tuple2<TileKey, Partial> next;

    GroupSums(Iterator<Tuple2<TileKey, Partial>> parts) {
      this.parts = parts;
      this.next = parts.hasNext() ? parts.next() : null;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Tuple2<TileKey, Partial> next() {
      TileKey key = group(next);
      Gram sum = Gram.empty();
      while (next != null && group(next).equals(key)) {
        sum = sum.plus(next._2().gram());
        next = parts.hasNext() ? parts.next() : null;
      }
      return new Tuple2<>(key, new Partial(sum));
    }

    private static TileKey group(Tuple2<TileKey, Partial> part) {
      return new TileKey(part._1().tile(), part._1().position() / FAN);
    }
  }

  /** As bytes, for whatever serializer a context has. */
  private static byte[] bytes(Partial part) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    part.gram().write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static Gram gram(byte[] bytes) {
    try {
      return Gram.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireTile(Iterator<byte[]> tiles) {
    if (!tiles.hasNext()) {
      throw new GramException("expected samples in the runs to add up, found none");
    }
  }

  private static Gram joined(GramPlan plan, Iterator<byte[]> tiles) {
    requireTile(tiles);
    if (plan.isWhole()) {
      return gram(tiles.next());
    }
    GramMatrix.Slices slices = new GramMatrix.Slices(plan.widths());
    for (List<GramPair> stripe : plan.stripes()) {
      for (GramPair tile : stripe) {
        requireTile(tiles);
        slices.add(tile.first(), tile.second(), (GramMatrix) gram(tiles.next()));
      }
    }
    return slices.joined();
  }
}
