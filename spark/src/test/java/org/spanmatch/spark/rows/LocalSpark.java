package org.spanmatch.spark.rows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.spark.sql.SparkSession;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.spark.Shard;

/** Spark with two threads in this process. */
final class LocalSpark {
  private static final Map<Integer, List<Gram>> SUMS = new ConcurrentSkipListMap<>();

  private LocalSpark() {}

  static SparkSession start() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("test")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "localhost")
        .config("spark.sql.shuffle.partitions", 3)
        .getOrCreate();
  }

  static List<Gram> sums(KeyedRows rows) {
    SUMS.clear();
    int pairs = rows.pairs().size();
    rows.runs().foreach(run -> SUMS.put(run._1(), sum(run._2(), pairs)));
    List<Gram> sums = new ArrayList<>(Collections.nCopies(pairs, Gram.empty()));
    for (List<Gram> run : SUMS.values()) {
      for (int pair = 0; pair < pairs; pair++) {
        sums.set(pair, sums.get(pair).plus(run.get(pair)));
      }
    }
    return sums;
  }

  private static List<Gram> sum(Iterator<Shard> shards, int pairs) {
    List<Gram> sums = new ArrayList<>(Collections.nCopies(pairs, Gram.empty()));
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1))) {
      while (shards.hasNext()) {
        Shard shard = shards.next();
        for (int pair = 0; pair < pairs; pair++) {
          PerGroup<Layer> two = shard.open(pair);
          sums.set(
              pair,
              sums.get(pair)
                  .plus(
                      kernel.gram(
                          List.of(two.x(), two.y()), GramPair.all(2), GramOptions.defaults())));
        }
      }
    }
    return sums;
  }
}
