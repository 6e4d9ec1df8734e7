package org.spanmatch.spark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Assumptions;

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

  /**
   * {@return one with two executors in processes of their own, with the classes of these tests}
   *
   * @throws IOException if Spark's home, which the build names, can't be made
   */
  public static SparkConf cluster() throws IOException {
    String home = System.getenv("SPARK_HOME");
    if (home == null) {
      String message = "SKIPPED: no SPARK_HOME for executors, which the build sets";
      System.err.println(message);
      Assumptions.abort(message);
    }
    List<String> own = new ArrayList<>();
    Path jars = Files.createDirectories(Path.of(home).resolve("jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry).toAbsolutePath();
      String name = path.getFileName().toString();
      if (!name.endsWith(".jar") || name.startsWith("spanmatch")) {
        own.add(path.toString());
      } else if (!Files.exists(jars.resolve(name))) {
        Files.createSymbolicLink(jars.resolve(name), path);
      }
    }
    return conf("local-cluster[2,1,1024]")
        .set("spark.executor.extraClassPath", String.join(File.pathSeparator, own));
  }
}
