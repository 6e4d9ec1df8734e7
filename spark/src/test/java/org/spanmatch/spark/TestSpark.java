package org.spanmatch.spark;

import org.apache.spark.SparkConf;

/** A Spark for tests. */
public final class TestSpark {
  private TestSpark() {}

  /**
   * {@return a small and quiet one}
   *
   * @param master such as {@code local[2]}
   */
  public static SparkConf conf(String master) {
    return new SparkConf()
        .setMaster(master)
        .setAppName("spanmatch-test")
        .set("spark.ui.enabled", "false")
        .set("spark.driver.host", "localhost")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.sql.shuffle.partitions", "4");
  }
}
