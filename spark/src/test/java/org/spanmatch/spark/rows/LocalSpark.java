package org.spanmatch.spark.rows;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.spanmatch.gram.Gram;
import org.spanmatch.spark.TestSpark;
import org.spanmatch.spark.gram.SumOptions;

/** Sums of rows with two threads in this process. */
final class LocalSpark {
  private LocalSpark() {}

  static SparkSession start() {
    return SparkSession.builder().config(TestSpark.conf("local[2]")).getOrCreate();
  }

  static List<Gram> sums(KeyedRows rows) {
    List<Gram> sums = new ArrayList<>();
    rows.add(SumOptions.defaults(), sums::add);
    return sums;
  }
}
