package org.spanmatch.spark.gram;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.spark.TestSpark;

/**
 * Measures what Spark costs on one machine: Gram matrices of the same files by the kernel alone and
 * through Spark, in one run. {@code spark/overhead.sh} starts it.
 */
final class SparkOverhead {
  private static final int THREADS = 2;
  private static final int REPETITIONS = 5;

  private SparkOverhead() {}

  /** Both files of some samples. */
  private record Files2(String x, String y) implements Shard {
    private static final long serialVersionUID = 1;

    @Override
    public PerGroup<Layer> open(int pair) {
      return PerGroup.of(layer(x), layer(y));
    }

    private static Layer layer(String file) {
      return ActivationFile.open(Path.of(file)).arrays().get(0).layer(List.of());
    }
  }

  /** Counts what tasks send. */
  private static final class Sent extends SparkListener {
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong tasks = new AtomicLong();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      tasks.incrementAndGet();
      bytes.addAndGet(end.taskMetrics().shuffleWriteMetrics().bytesWritten());
    }
  }

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("spark-overhead");
    System.out.printf(
        Locale.ROOT,
        "%s, JDK %s, Spark %s, %s%n%n",
        LocalDate.now(java.time.ZoneId.systemDefault()),
        System.getProperty("java.version"),
        org.apache.spark.package$.MODULE$.SPARK_VERSION(),
        device());
    System.out.println(
        "neurons     samples  shards  kernel s  Spark s  more s  per task ms  sent MB");
    try (JavaSparkContext spark = new JavaSparkContext(TestSpark.conf("local[" + THREADS + "]"))) {
      Sent sent = new Sent();
      spark.sc().addSparkListener(sent);
      for (int[] size :
          new int[][] {
            {64, 20_000, 4},
            {64, 20_000, 64},
            {512, 20_000, 16},
            {512, 160_000, 16},
            {512, 160_000, 128},
            {1024, 80_000, 16}
          }) {
        measure(folder, size[0], size[1], size[2], spark, sent);
      }
    } finally {
      delete(folder);
    }
  }

  private static String device() {
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(THREADS))) {
      return kernel.info().device() + ", " + THREADS + " threads";
    }
  }

  private static void measure(
      Path folder, int neurons, int samples, int count, JavaSparkContext spark, Sent sent)
      throws IOException {
    List<Files2> shards = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      shards.add(
          new Files2(
              write(folder, "x", neurons, samples / count, i),
              write(folder, "y", neurons, samples / count, i)));
    }
    List<PerGroup<Layer>> layers = shards.stream().map(shard -> shard.open(0)).toList();
    Layer x = Layers.concatenated("fc", layers.stream().map(PerGroup::x).toList());
    Layer y = Layers.concatenated("fc", layers.stream().map(PerGroup::y).toList());
    List<Long> counts = Collections.nCopies(count, (long) (samples / count));
    List<ShardedPair> pairs = List.of(new ShardedPair("fc", neurons, "fc", neurons));
    double alone =
        median(
            () -> {
              try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(THREADS))) {
                return kernel.gram(List.of(x, y), GramPair.all(2), SumOptions.defaults().gram());
              }
            });
    double through =
        median(
            () -> {
              sent.bytes.set(0);
              sent.tasks.set(0);
              List<Gram> grams = new ArrayList<>();
              SparkGrams.add(
                  spark,
                  shards,
                  counts,
                  pairs,
                  PerGroup.of("x", "y"),
                  SumOptions.defaults(),
                  grams::add);
              return grams.get(0);
            });
    System.out.printf(
        Locale.ROOT,
        "%4d+%-5d  %8d  %6d  %8.3f  %7.3f  %6.3f  %11.1f  %7.1f%n",
        neurons,
        neurons,
        samples,
        count,
        alone,
        through,
        through - alone,
        1e3 * (through - alone) * THREADS / sent.tasks.get(),
        sent.bytes.get() / 1e6);
  }

  private interface Work {
    Gram run();
  }

  /** The median time in seconds, after one run that is not counted. */
  private static double median(Work work) {
    double[] seconds = new double[REPETITIONS];
    work.run();
    for (int i = 0; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      if (work.run().isEmpty()) {
        throw new IllegalStateException("nothing was added up");
      }
      seconds[i] = (System.nanoTime() - start) / 1e9;
    }
    Arrays.sort(seconds);
    return seconds[REPETITIONS / 2];
  }

  private static String write(Path folder, String network, int neurons, int samples, int shard)
      throws IOException {
    Path file = folder.resolve(network + "-" + shard + ".npy");
    String dict =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + samples + ", " + neurons + "), }";
    int length = (10 + dict.length() + 1 + 63) / 64 * 64;
    ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    header.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    header.putShort((short) (length - 10)).put(dict.getBytes(StandardCharsets.US_ASCII));
    while (header.position() < length - 1) {
      header.put((byte) ' ');
    }
    header.put((byte) '\n');
    SplittableRandom random = new SplittableRandom(shard * 2L + network.hashCode());
    ByteBuffer row = ByteBuffer.allocate(4 * neurons).order(ByteOrder.LITTLE_ENDIAN);
    try (OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(header.array());
      for (int i = 0; i < samples; i++) {
        for (int j = 0; j < neurons; j++) {
          row.putFloat(4 * j, Math.max(0, (float) random.nextDouble(-1, 1)));
        }
        out.write(row.array());
      }
    }
    return file.toString();
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
