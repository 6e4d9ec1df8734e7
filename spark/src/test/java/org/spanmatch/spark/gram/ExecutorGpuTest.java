package org.spanmatch.spark.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.spark.TestSpark;

/** Executors compute on the GPU that Spark gives to a task; here on the stand-in for one. */
@Tag("once") // on one JDK: the tests of the CUDA kernel run on others
class ExecutorGpuTest {
  private static final List<ShardedPair> PAIRS = List.of(new ShardedPair("a", 20, "b", 30));

  @TempDir Path folder;

  private static List<Gram> added(JavaSparkContext spark, String backend) {
    List<GeneratedShard> shards = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      shards.add(new GeneratedShard(PAIRS, i, 60, 1, 0));
    }
    SumOptions options =
        new SumOptions(1e-16, Precision.STANDARD, false, backend, 1024, SumOptions.STRIPE_BYTES);
    return SparkGrams.of(spark.parallelize(shards, 4), PAIRS, PerGroup.of("x", "y"), options);
  }

  private static boolean hasOwnGpu() {
    try (ProjectionKernel kernel = Kernels.open("cuda", KernelOptions.defaults())) {
      return kernel.info().name().equals("cuda");
    } catch (KernelException.Unavailable e) {
      return false;
    }
  }

  /** A script such as Spark's own, which asks nvidia-smi. */
  private Path discovery() throws IOException {
    Path script = folder.resolve("gpus.sh");
    Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"1\"]}'\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void theTasksUseTheGpuThatSparkGaveThem() throws IOException {
    Path standIn = // not a constant: executors load this class too
        Path.of(System.getProperty("spanmatch.root"), "kernel-cuda", "target", "stand-in");
    if (!Files.isDirectory(standIn)) {
      String message = "SKIPPED: the stand-in for a GPU was not built: " + standIn;
      System.err.println(message);
      Assumptions.abort(message);
    }
    List<Gram> expected;
    try (JavaSparkContext local = new JavaSparkContext(TestSpark.conf("local[2]"))) {
      expected = added(local, "java");
      if (!hasOwnGpu()) {
        Exception failure = assertThrows(Exception.class, () -> added(local, "cuda"));
        assertEquals(KernelException.Unavailable.class, SparkFailure.cause(failure).getClass());
      }
    }
    SparkConf resources =
        new SparkConf(false)
            .set("spark.worker.resource.gpu.amount", "1")
            .set("spark.worker.resource.gpu.discoveryScript", discovery().toString());
    try (TestSpark.TwoHosts cluster = new TestSpark.TwoHosts(resources);
        JavaSparkContext spark =
            new JavaSparkContext(
                cluster
                    .conf()
                    .set("spark.executor.resource.gpu.amount", "1")
                    .set("spark.task.resource.gpu.amount", "1")
                    .set("spark.executorEnv.SPANMATCH_STANDIN_DEVICES", "2")
                    .set(
                        "spark.executor.extraJavaOptions",
                        "-XX:TieredStopAtLevel=1 -Dspanmatch.cuda.libraryPath=" + standIn))) {
      Gram found = added(spark, "cuda").get(0);
      Gram one = expected.get(0);
      assertEquals(one.samples(), found.samples());
      for (int i = 0; i < 20; i++) {
        for (int j = 0; j < 30; j++) {
          double norms =
              one.layers().get(0).moments().norm(i) * one.layers().get(1).moments().norm(j);
          assertEquals(
              one.innerProduct(0, i, 1, j),
              found.innerProduct(0, i, 1, j),
              4 * (one.error() + found.error()) * norms);
        }
      }
      List<String> devices =
          spark.parallelize(List.of(1), 1).map(each -> RunSum.device()).collect();
      assertEquals(List.of("1"), devices);
      assertTrue(found.error() > 0);
    }
  }
}
