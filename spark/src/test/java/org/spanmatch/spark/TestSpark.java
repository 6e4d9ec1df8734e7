package org.spanmatch.spark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.rpc.RpcEnv;
import org.junit.jupiter.api.Assumptions;
import scala.Option;
import scala.Tuple2;

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
   * A cluster of two workers, which Spark takes for two hosts: it runs a speculative copy of a task
   * on another host only. Executors are other processes, with the classes of these tests.
   */
  public static final class TwoHosts implements AutoCloseable {
    private final List<RpcEnv> parts = new ArrayList<>();
    private final String url;
    private final String classes;

    /**
     * Starts it.
     *
     * @param workers settings of the workers, such as their GPUs
     * @throws IOException if Spark's home, which the build names, can't be made
     */
    public TwoHosts(SparkConf workers) throws IOException {
      Path home = home();
      this.classes = linkJars(home);
      SparkConf conf = TestSpark.conf("local");
      for (Tuple2<String, String> setting : workers.getAll()) {
        conf.set(setting._1(), setting._2());
      }
      RpcEnv master = Master.startRpcEnvAndEndpoint("127.0.0.1", 0, 0, conf)._1();
      parts.add(master);
      url = master.address().toSparkURL();
      for (int i = 0; i < 2; i++) {
        String work = home.resolve("work").toString();
        parts.add(
            Worker.startRpcEnvAndEndpoint(
                "127.0.0." + (2 + i),
                0,
                0,
                1,
                1024,
                new String[] {url},
                work,
                Option.apply(i),
                conf,
                Option.empty()));
      }
    }

    /** {@return what connects to it} */
    public SparkConf conf() {
      return TestSpark.conf(url)
          .set("spark.executor.extraClassPath", classes)
          // As this process has it.
          .set("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1");
    }

    @Override
    public void close() {
      Collections.reverse(parts); // workers that lose their master complain
      parts.forEach(RpcEnv::shutdown);
    }
  }

  /** The folder in which executors find Spark; they are other processes. */
  static Path home() {
    String home = System.getenv("SPARK_HOME");
    if (home == null) {
      String message = "SKIPPED: no SPARK_HOME for executors, which the build sets";
      System.err.println(message);
      Assumptions.abort(message);
    }
    return Path.of(home);
  }

  /** Links Spark's jars; returns the class path of what else there is. */
  static String linkJars(Path home) throws IOException {
    List<String> own = new ArrayList<>();
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry).toAbsolutePath();
      String name = path.getFileName().toString();
      if (!name.endsWith(".jar") || name.startsWith("spanmatch")) {
        own.add(path.toString());
      } else if (!Files.exists(jars.resolve(name))) {
        Files.createSymbolicLink(jars.resolve(name), path);
      }
    }
    return String.join(File.pathSeparator, own);
  }
}
