package org.spanmatch.spark.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.npy.NpyBytes;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.spark.TestSpark;
import org.spanmatch.spark.gram.Shard;
import org.spanmatch.spark.gram.ShardedPair;
import org.spanmatch.spark.gram.SparkFailure;

class ShardFilesTest {
  private static JavaSparkContext spark;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    spark =
        new JavaSparkContext(
            TestSpark.conf("local[2,2]")
                .set("spark.hadoop.fs.store.impl", TestStore.class.getName()));
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  @BeforeEach
  void reset() {
    TestStore.reset();
  }

  private static double[] values(int seed, int count) {
    return new Random(seed).doubles(count).toArray();
  }

  private void npy(String file, int seed, long... shape) {
    write(
        file,
        NpyBytes.of(values(seed, (int) LongStream.of(shape).reduce(1, (a, b) -> a * b)), shape));
  }

  private void write(String file, byte[] content) {
    try {
      Files.createDirectories(folder.resolve(file).getParent());
      Files.write(folder.resolve(file), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes shards of 4 neurons of the first network and 3 of the second, of 5, 6, … samples. */
  private void shards(int count) {
    for (int i = 0; i < count; i++) {
      npy(String.format(Locale.ROOT, "x/conv1-%05d.npy", i), i, 5 + i, 4);
      npy(String.format(Locale.ROOT, "y/fc-%05d.npy", i), 100 + i, 5 + i, 3);
    }
  }

  private String in(String pattern) {
    return TestStore.name(folder) + "/" + pattern;
  }

  private ShardFiles open(String x, String y) {
    return open(List.of(in(x)), List.of(in(y)), Pairing.SAME);
  }

  private static ShardFiles open(
      List<String> x, List<String> y, Pairing pairing, Layout... layouts) {
    return ShardFiles.open(
        spark,
        new ShardFiles.Request(x, y, layer -> true, List.of(layouts), pairing),
        Progress.NONE);
  }

  private String problem(String x, String y) {
    ActivationsException e = assertThrows(ActivationsException.class, () -> open(x, y));
    return e.getMessage().replace("store:" + folder + "/", "");
  }

  private static double[] read(Layer layer) {
    double[] all = new double[(int) layer.samples() * layer.neurons()];
    int done = 0;
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        block.copyRows(0, block.samples(), all, done);
        done += block.samples() * layer.neurons();
      }
    }
    return all;
  }

  /** Reads both layers of a pair in tasks. */
  private static List<PerGroup<double[]>> values(ShardFiles files, int pair) {
    List<double[][]> read =
        spark
            .parallelize(files.shards(), files.shards().size())
            .map(shard -> two(shard, pair))
            .collect();
    return read.stream().map(two -> PerGroup.of(two[0], two[1])).toList();
  }

  private static double[][] two(Shard shard, int pair) {
    PerGroup<Layer> layers = shard.open(pair);
    return new double[][] {read(layers.x()), read(layers.y())};
  }

  @Test
  void shardsOfOneLayerAreReadInNumericOrder() {
    for (int i = 0; i < 12; i++) {
      npy("x/conv1-" + i + ".npy", i, 5 + i, 4);
      npy("y/fc-" + i + ".npy", 100 + i, 5 + i, 3);
    }
    write("x/_SUCCESS", new byte[0]);
    write("x/.hidden.npy", new byte[3]);

    ShardFiles files = open("x", "y/fc-*.npy");

    assertEquals(List.of(new ShardedPair("conv1", 4, "fc", 3)), files.pairs());
    assertEquals(IntStream.range(5, 17).mapToObj(Long::valueOf).toList(), files.samples(0));
    List<PerGroup<double[]>> values = values(files, 0);
    for (int i = 0; i < 12; i++) {
      assertArrayEquals(values(i, (5 + i) * 4), values.get(i).x());
      assertArrayEquals(values(100 + i, (5 + i) * 3), values.get(i).y());
    }
    assertEquals(TestStore.OPENED.get(), TestStore.CLOSED.get());
  }

  @Test
  void filesOfThisMachineNeedNoStore() {
    shards(2);
    ShardFiles files =
        open(
            List.of(folder + "/x/*.npy"),
            List.of(folder.resolve("y").toUri().toString()),
            Pairing.SAME);
    assertArrayEquals(values(101, 18), values(files, 0).get(1).y());
    assertEquals(0, TestStore.OPENED.get());
  }

  @Test
  void severalLayersOfLoneArraysAreDistinguishedByName() {
    for (int i = 0; i < 3; i++) {
      for (String network : List.of("x", "y")) {
        npy(network + "/conv1." + i + ".npy", i, 5, 4);
        npy(network + "/conv2." + i + ".npy", 10 + i, 5, 2);
      }
    }
    ShardFiles files = open("x", "y");
    assertEquals(
        List.of(new ShardedPair("conv1", 4, "conv1", 4), new ShardedPair("conv2", 2, "conv2", 2)),
        files.pairs());
    assertArrayEquals(values(12, 10), values(files, 1).get(2).x());
  }

  @Test
  void layersOfOneNetworkAloneAreListed() {
    for (String file : List.of("x/a-0", "x/b-0", "y/a-0", "y/c-0")) {
      npy(file + ".npy", 1, 5, 4);
    }
    ShardFiles files = open("x", "y");
    assertEquals(List.of(new ShardedPair("a", 4, "a", 4)), files.pairs());
    assertEquals(PerGroup.of(List.of("b"), List.of("c")), files.skipped());
    npy("z/d-0.npy", 1, 5, 4);
    npy("z/e-0.npy", 1, 5, 4);
    assertEquals(
        "no layer of x/a-0.npy makes a pair with one of z/d-0.npy; the first network has a, b, the"
            + " second d, e",
        problem("x", "z"));
    Pairing unknown = new Pairing(Pairing.Method.CHOSEN, List.of(new Pairing.Names("a", "f")));
    ActivationsException e =
        assertThrows(
            ActivationsException.class, () -> open(List.of(in("x")), List.of(in("z")), unknown));
    assertTrue(e.getMessage().endsWith("z/d-0.npy is named 'f'; there are d, e"), e.getMessage());
  }

  @Test
  void aNumberAloneTakesTheNameOfItsFolder() {
    npy("seed0/conv1/000.npy", 1, 5, 4);
    npy("seed1/conv1/000.npy", 2, 5, 4);
    assertEquals(
        List.of(new ShardedPair("conv1", 4, "conv1", 4)), open("seed0/conv1", "seed1/*/*").pairs());
  }

  @Test
  void archivesHoldSeveralLayers() throws IOException {
    for (int i = 0; i < 3; i++) {
      for (String network : List.of("x", "y")) {
        Path file = folder.resolve(network + "-" + i + ".npz");
        try (NpzWriter writer = new NpzWriter(Files.newOutputStream(file))) {
          writer.add("fc", values(i, (6 + i) * 2), 6 + i, 2);
          writer.add("conv", values(7 + i, (6 + i) * 3), 6 + i, 3);
        }
      }
    }
    Pairing chosen = new Pairing(Pairing.Method.CHOSEN, List.of(new Pairing.Names("fc", "conv")));
    ShardFiles files = open(List.of(in("x-*")), List.of(in("y-*")), chosen);
    assertEquals(List.of(new ShardedPair("fc", 2, "conv", 3)), files.pairs());
    assertArrayEquals(values(9, 24), values(files, 0).get(2).y());
  }

  @Test
  void layoutsSayWhatAxesMean() {
    npy("x/a-0.npy", 1, 4, 9);
    npy("y/a-0.npy", 2, 3, 9);
    ShardFiles files = open(List.of(in("x")), List.of(in("y")), Pairing.SAME, Layout.FN);
    assertEquals(List.of(new ShardedPair("a", 4, "a", 3)), files.pairs());
    assertEquals(List.of(9L), files.samples(0));
  }

  @Test
  void damagedShardsAreNamedInOrderBeforeAnyIsRead() throws IOException {
    shards(9);
    npy("x/conv1-00002.npy", 2, 7, 6);
    byte[] whole = Files.readAllBytes(folder.resolve("y/fc-00004.npy"));
    write("y/fc-00004.npy", Arrays.copyOf(whole, whole.length - 8));
    npy("y/fc-00005.npy", 5, 11, 3);
    write("x/conv1-00007.npy", new byte[0]);
    npy("x/conv1-00008.npy", 8, 0, 4);

    assertEquals(
        "x/conv1-00002.npy, layer 'conv1': it has 6 neurons, expected 4 as x/conv1-00000.npy; "
            + "y/fc-00004.npy, layer 'fc': the shape [9, 3] of <f8 needs 216 bytes of data, found"
            + " 208; "
            + "x/conv1-00005.npy, layer 'conv1' has 10 samples, but y/fc-00005.npy, layer 'fc' has"
            + " 11; and 2 more shards",
        problem("x", "y"));
  }

  @Test
  void anEmptyFileAndOneWithoutSamplesAreRefused() {
    shards(3);
    write("x/conv1-00001.npy", new byte[0]);
    npy("x/conv1-00002.npy", 8, 0, 4);
    assertEquals(
        "x/conv1-00001.npy, layer 'conv1-00001': it is empty, not a .npy array; "
            + "x/conv1-00002.npy, layer 'conv1': the shape [0, 4] has 0 samples",
        problem("x", "y"));
  }

  @Test
  void otherTypesAndImagesAreRefused() {
    for (int i = 0; i < 3; i++) {
      npy("y/b-" + i + ".npy", i, 8, 3, 2, 2);
    }
    npy("x/a-0.npy", 0, 8, 4, 2, 2);
    npy("x/a-1.npy", 1, 4, 4, 2, 4);
    write("x/a-2.npy", NpyBytes.of("<i8", false, new byte[8 * 4 * 4 * 8], 8, 4, 2, 2));
    assertEquals(
        "x/a-1.npy, layer 'a': it has the samples [2, 4] for each example, expected [2, 2] as"
            + " x/a-0.npy; "
            + "x/a-2.npy, layer 'a': its values are int64, expected float64 as in x/a-0.npy",
        problem("x", "y"));
  }

  @Test
  void archivesWithOtherLayersAreRefused() throws IOException {
    for (String file : List.of("x-0", "x-1", "x-2", "y-0", "y-1", "y-2")) {
      try (NpzWriter writer = new NpzWriter(Files.newOutputStream(folder.resolve(file + ".npz")))) {
        if (!file.equals("x-1")) {
          writer.add("fc", values(1, 12), 6, 2);
        }
        writer.add("conv", values(2, 18), 6, 3);
        if (file.equals("y-2")) {
          writer.add("new", values(2, 18), 6, 3);
        }
      }
    }
    assertEquals(
        "x-1.npz: the array 'fc' is missing, which x-0.npz has; "
            + "y-2.npz: it holds the array 'new', which y-0.npz lacks",
        problem("x-*", "y-*"));
  }

  @Test
  void shardsWithoutPartnersAreRefused() throws IOException {
    shards(4);
    Files.delete(folder.resolve("y/fc-00003.npy"));
    assertEquals(
        "expected as many shards of both networks, found 4 of the first and 3 of the second;"
            + " x/conv1-00003.npy has no partner",
        problem("x", "y"));
    npy("y/fc-00004.npy", 1, 8, 3);
    assertEquals(
        "x/conv1-00003.npy and y/fc-00004.npy are both shard 3, counted from 0, but have other"
            + " numbers in their names, expected the same samples in both",
        problem("x", "y"));
    ActivationsException twice =
        assertThrows(
            ActivationsException.class,
            () -> open(List.of(in("x"), in("x/conv1-00002*")), List.of(in("y")), Pairing.SAME));
    assertTrue(
        twice.getMessage().endsWith("conv1-00002.npy: it is there twice, expected each file once"));
  }

  @Test
  void patternsThatStandForNothingAreNamed() throws IOException {
    shards(1);
    Files.createDirectories(folder.resolve("empty"));
    Files.createDirectories(folder.resolve("deep/x"));
    assertEquals(
        "z-*: no file has a name of this pattern", problem("x", "z-*").replaceAll(".*/", ""));
    assertTrue(problem("z.npy", "y").endsWith("z.npy: there is no such file or folder"));
    assertEquals("empty: the folder holds no files", problem("x", "empty"));
    assertEquals(
        "deep: it holds the folder 'x', expected files alone; a pattern such as 'deep/*/*' takes"
            + " those in folders",
        problem("deep", "y").replace("store:" + folder + "/", ""));
    ActivationsException scheme =
        assertThrows(
            ActivationsException.class,
            () -> open(List.of("nostore://b/x"), List.of(in("y")), Pairing.SAME));
    assertTrue(scheme.getMessage().contains("nostore"), scheme.getMessage());
  }

  @Test
  void aShardThatChangedSinceIsRefused() throws IOException {
    shards(2);
    ShardFiles files = open("x", "y");
    npy("y/fc-00001.npy", 3, 6, 5);
    Exception e = assertThrows(Exception.class, () -> values(files, 0));
    RuntimeException cause = SparkFailure.cause(e);
    assertInstanceOf(ActivationsException.class, cause);
    assertEquals(
        "y/fc-00001.npy: it changed since its header was read, when it had 272 bytes, and now 368;"
            + " run again once it is complete",
        cause.getMessage().replace("store:" + folder + "/", ""));
  }

  @Test
  void aShardThatChangesWhileItIsReadIsRefused() {
    shards(1);
    PerGroup<Layer> layers = open("x", "y").shards().get(0).open(0);
    try (BlockReader reader = layers.x().open()) {
      npy("x/conv1-00000.npy", 3, 7, 4);
      ActivationsException e = assertThrows(ActivationsException.class, reader::next);
      assertTrue(e.getMessage().contains("it changed since its header was read"), e.getMessage());
    }
  }

  @Test
  void aStoreThatFailsForAMomentIsAskedAgain() {
    shards(3);
    TestStore.FAILURES.put("fc-00001.npy", new AtomicInteger(2));
    ShardFiles files = open("x", "y");

    TestStore.FAILURES.put("fc-00002.npy", new AtomicInteger(1)); // Spark tries the task again
    assertArrayEquals(values(102, 21), values(files, 0).get(2).y());

    TestStore.FAILURES.put("fc-00002.npy", new AtomicInteger(1_000));
    RuntimeException cause =
        SparkFailure.cause(assertThrows(Exception.class, () -> values(files, 0)));
    assertTrue(cause.getMessage().contains("fc-00002.npy"), cause.getMessage());
    assertTrue(cause.getMessage().endsWith("it can't be read: the connection was reset"));
    assertEquals(TestStore.OPENED.get(), TestStore.CLOSED.get());
  }

  @Test
  void aStoreThatKeepsFailingIsReportedByTheHeaders() {
    shards(2);
    TestStore.FAILURES.put("fc-00001.npy", new AtomicInteger(1_000));
    assertEquals("y/fc-00001.npy: it can't be read: the connection was reset", problem("x", "y"));
  }

  /** With an interrupt in the middle of a block, without one behind it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTaskThatIsKilledReadsNoFurther(boolean interrupts) throws InterruptedException {
    int samples = 15_000;
    npy("x/a-0.npy", 1, samples, 100);
    npy("y/a-0.npy", 2, samples, 1);
    ShardFiles files = open("x", "y");
    TestStore.reset();
    TestStore.pauseNanos = 1_000_000;
    spark.setJobGroup("killed", "reads slowly", interrupts);
    try {
      JavaFutureAction<List<double[]>> job =
          spark.parallelize(files.shards(), 1).map(shard -> read(shard.open(0).x())).collectAsync();
      await(() -> TestStore.BYTES.get() > 100_000);
      job.cancel(true);
      await(() -> TestStore.OPENED.get() == TestStore.CLOSED.get());
    } finally {
      spark.clearJobGroup();
    }
    long most = interrupts ? 4_000_000 : 9_000_000;
    assertTrue(TestStore.BYTES.get() < most, "it read " + TestStore.BYTES + " bytes");
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "it takes longer than a minute");
      Thread.sleep(1);
    }
  }

  @Test
  void progressReachesTheNumberOfShards() {
    shards(30);
    List<String> updates = new ArrayList<>();
    ShardFiles.open(
        spark,
        new ShardFiles.Request(
            List.of(in("x")), List.of(in("y")), layer -> true, List.of(), Pairing.SAME),
        (step, done, total) -> updates.add(step + " " + done + "/" + total));
    assertEquals("headers 30/30", updates.get(updates.size() - 1));
  }
}
