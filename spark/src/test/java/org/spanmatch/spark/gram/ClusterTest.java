package org.spanmatch.spark.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.spark.TestSpark;
import org.spanmatch.spark.gram.FaultyShard.Fault;

/** Executors in other processes, which die, hang and fail: the bits stay the same. */
class ClusterTest {
  private static final List<ShardedPair> PAIRS = List.of(new ShardedPair("a", 40, "b", 70));
  private static final SumOptions OPTIONS =
      new SumOptions(1e-16, Precision.STANDARD, false, "java", 36, 40_000);
  private static final int SHARDS = 8;

  private static List<Gram> expected;
  private static TestSpark.TwoHosts cluster;
  private static JavaSparkContext spark;

  @TempDir Path marks;

  @BeforeAll
  static void start(@TempDir Path unused) throws IOException {
    try (JavaSparkContext local = new JavaSparkContext(TestSpark.conf("local[2]"))) {
      expected = added(local, Fault.NONE, unused);
    }
    cluster = new TestSpark.TwoHosts(new SparkConf(false));
    SparkConf conf =
        cluster
            .conf()
            .set("spark.speculation", "true")
            .set("spark.speculation.quantile", "0.5")
            .set("spark.speculation.multiplier", "1.5")
            .set("spark.speculation.minTaskRuntime", "1s")
            .set("spark.task.maxFailures", "3");
    spark = new JavaSparkContext(conf);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      spark.stop();
      cluster.close();
    }
  }

  private static List<Gram> added(JavaSparkContext spark, Fault fault, Path marks) {
    List<FaultyShard> shards = new ArrayList<>();
    for (int i = 0; i < SHARDS; i++) {
      GeneratedShard shard = new GeneratedShard(PAIRS, i, 50 + i, 1, 0);
      shards.add(new FaultyShard(shard, i == 5 ? fault : Fault.NONE, marks.toString()));
    }
    List<Gram> grams = new ArrayList<>();
    SparkGrams.add(
        spark,
        shards,
        shards.stream().map(shard -> (long) shard.shard().samples()).toList(),
        PAIRS,
        PerGroup.of("x", "y"),
        OPTIONS,
        grams::add);
    return grams;
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "FAILS_TWICE", "HANGS", "KILLS_THE_EXECUTOR"})
  void theBitsAreThoseOfOneProcess(Fault fault) throws IOException {
    assertEquals(expected, added(spark, fault, marks));
    try (var left = Files.list(marks)) {
      long attempts = left.count();
      // The shard is in a task of each of two stripes.
      int least = fault == Fault.NONE ? 0 : fault == Fault.FAILS_TWICE ? 4 : 3;
      assertTrue(attempts >= least, fault + ": " + attempts + " attempts");
    }
  }

  @Test
  void aDamagedShardIsNamed() {
    Exception failure = assertThrows(Exception.class, () -> added(spark, Fault.DAMAGED, marks));
    RuntimeException cause = SparkFailure.cause(failure);
    assertEquals(ActivationsException.class, cause.getClass());
    assertEquals("store://a/x-7.npy: it is damaged", cause.getMessage());
  }
}
