package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.kernel.vector.gemm.Tiles;
import org.spanmatch.kernel.vector.gemm.VectorMicroKernel;
import org.spanmatch.kernel.vector.gemm.WorkerPool;
import org.spanmatch.match.MatchSpectrum;

/** What goes wrong in the middle of a pass is one error, and no hang. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class VectorKernelFaultsTest {
  private static final int SAMPLES = 40_000;
  private static final int NEURONS = 32;

  private final Layer good = layer(1);

  private static Layer layer(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[SAMPLES * NEURONS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble();
    }
    return Layers.of("layer", SAMPLES, NEURONS, values);
  }

  private static VectorKernel kernel(int threads) {
    return new VectorKernel(
        MicroKernels.only(MicroKernel.choose()), new KernelOptions(threads), "test");
  }

  /** The layer, but after some blocks the reader throws, or ends if there is nothing to throw. */
  private Layer failing(int blocks, RuntimeException failure) {
    return new Layer.Forwarding(good) {
      @Override
      public BlockReader open() {
        BlockReader reader = layer().open();
        return new BlockReader() {
          private int read;

          @Override
          public Block next() {
            if (read++ < blocks) {
              return reader.next();
            }
            if (failure != null) {
              throw failure;
            }
            return null;
          }

          @Override
          public void close() {
            reader.close();
          }
        };
      }
    };
  }

  private static GramOptions options(Precision precision) {
    return new GramOptions(1e-16, precision, Progress.NONE);
  }

  @ParameterizedTest
  @CsvSource({"1, STANDARD", "2, STANDARD", "5, STANDARD", "1, HIGH", "2, HIGH", "5, HIGH"})
  void aFailingReaderIsTheError(int threads, Precision precision) {
    try (VectorKernel kernel = kernel(threads)) {
      RuntimeException failure = new ActivationsException("the disk is gone");
      GramOptions options = options(precision);
      for (int blocks = 0; blocks < 3; blocks++) {
        Layer bad = failing(blocks, failure);
        assertEquals(
            failure,
            assertThrows(ActivationsException.class, () -> kernel.compress(good, bad, options)));
        assertEquals(
            failure,
            assertThrows(ActivationsException.class, () -> kernel.compress(bad, good, options)));
      }
      kernel.compress(good, good, options).close(); // and the kernel still works
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReaderThatEndsEarlyIsNoticed(Precision precision) {
    try (VectorKernel kernel = kernel(2)) {
      ActivationsException e =
          assertThrows(
              ActivationsException.class,
              () -> kernel.compress(good, failing(2, null), options(precision)));
      assertTrue(e.getMessage().contains("too early"), e.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({"1, STANDARD", "3, STANDARD", "1, HIGH", "3, HIGH"})
  void anInterruptionEndsThePass(int threads, Precision precision) {
    try (VectorKernel kernel = kernel(threads)) {
      Thread.currentThread().interrupt();
      assertThrows(
          CancellationException.class, () -> kernel.compress(good, good, options(precision)));
      assertTrue(Thread.interrupted(), "the interruption is passed on");
      kernel.compress(good, good, GramOptions.defaults()).close();
    }
  }

  /** Whatever product of a removal it hits, the table answers as after the removal. */
  @ParameterizedTest
  @EnumSource
  void anInterruptionDoesNotDamageATable(Precision precision) {
    int[] removed = IntStream.range(10, 50).toArray();
    // About 600 tiles before the first sweep, and 700 for a block of updates.
    assertInterruptible(precision, 2000, table -> {}, table -> table.remove(Group.Y, removed));
  }

  /** And so where coefficients are made exact after as many removals as are applied together. */
  @ParameterizedTest
  @EnumSource
  void anInterruptedSharpeningDoesNotDamageATable(Precision precision) {
    assertInterruptible(
        precision,
        600,
        table -> {
          for (int neuron = 0; neuron < 30; neuron++) {
            for (Group group : Group.values()) {
              table.distances(group.other());
              table.remove(group, neuron);
            }
          }
        },
        ProjectionTable::sharpen);
  }

  /**
   * Interrupts a step after more and more tiles.
   *
   * @param before what is done before it
   */
  private static void assertInterruptible(
      Precision precision,
      int tiles,
      Consumer<ProjectionTable> before,
      Consumer<ProjectionTable> step) {
    Layer x = wideLayer(3);
    Layer y = wideLayer(4);
    Interrupting microKernel = new Interrupting(Thread.currentThread());
    int interruptions = 0;
    try (VectorKernel kernel =
            new VectorKernel(MicroKernels.only(microKernel), new KernelOptions(2), "test");
        ProjectionTable undisturbed = kernel.compress(x, y, options(precision))) {
      before.andThen(step).accept(undisturbed);
      for (int after = 1; after < tiles; after += 1 + after / 8) {
        try (ProjectionTable table = kernel.compress(x, y, options(precision))) {
          table.distances(Group.X);
          ProjectionTable.Mark mark = table.mark();
          before.accept(table);
          microKernel.left.set(after);
          try {
            step.accept(table);
          } catch (CancellationException e) {
            interruptions++;
          }
          microKernel.left.set(0);
          Thread.interrupted();
          assertSameDistances(undisturbed, table);
          table.rollback(mark);
          before.andThen(step).accept(table);
          assertSameDistances(undisturbed, table);
        }
      }
    }
    assertTrue(interruptions > 10, interruptions + " interruptions");
  }

  private static void assertSameDistances(ProjectionTable expected, ProjectionTable found) {
    for (Group group : Group.values()) {
      Distances one = expected.distances(group);
      Distances other = found.distances(group);
      assertEquals(one.size(), other.size());
      for (int i = 0; i < one.size(); i++) {
        assertEquals(one.neuron(i), other.neuron(i));
        double bound = one.errorBound(i) + other.errorBound(i);
        assertEquals(one.distance(i), other.distance(i), bound);
        assertTrue(bound < 1e-6, "or it says nothing: " + bound);
      }
    }
  }

  private static Layer wideLayer(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = random.doubles(900L * 200).toArray();
    return Layers.of("layer", 900, 200, values);
  }

  /** Interrupts a thread after a number of tiles. */
  private static final class Interrupting extends MicroKernel {
    final AtomicInteger left = new AtomicInteger();
    private final MicroKernel kernel = new VectorMicroKernel();
    private final Thread thread;

    Interrupting(Thread thread) {
      this.thread = thread;
    }

    @Override
    public int nr() {
      return kernel.nr();
    }

    @Override
    public String description() {
      return kernel.description();
    }

    @Override
    public Optional<String> cure() {
      return kernel.cure();
    }

    @Override
    public void multiplyAdd(
        double[] a,
        int aOffset,
        double[] b,
        int bOffset,
        int stride,
        int depth,
        Tiles tiles,
        boolean subtract) {
      kernel.multiplyAdd(a, aOffset, b, bOffset, stride, depth, tiles, subtract);
      if (left.getAndDecrement() == 1) {
        thread.interrupt();
      }
    }

    @Override
    public void subtractRows(
        double[] values,
        int target,
        int source,
        int stride,
        double[] factors,
        int count,
        int length) {
      kernel.subtractRows(values, target, source, stride, factors, count, length);
    }

    @Override
    public void addMoments(
        double[] panel,
        int offset,
        int depth,
        double[] sums,
        double[] fourthPowers,
        double[] active,
        int to) {
      kernel.addMoments(panel, offset, depth, sums, fourthPowers, active, to);
    }

    @Override
    public void addProducts(
        double[] panel,
        int offset,
        int depth,
        double[][] vectors,
        int first,
        double[][] products,
        int to) {
      kernel.addProducts(panel, offset, depth, vectors, first, products, to);
    }

    @Override
    public void squaredNorms(double[] values, int rows, int neurons, double[] norms, int to) {
      kernel.squaredNorms(values, rows, neurons, norms, to);
    }

    @Override
    public void pack(
        double[] values, int rows, int neurons, double[] target, int to, int panelStride) {
      kernel.pack(values, rows, neurons, target, to, panelStride);
    }

    @Override
    public void pack(
        float[] values, int rows, int neurons, double[] target, int to, int panelStride) {
      kernel.pack(values, rows, neurons, target, to, panelStride);
    }

    @Override
    public void widen(float[] source, double[] target, int count) {
      kernel.widen(source, target, count);
    }
  }

  /**
   * Interrupted while it waits for the others, the caller returns when they end what they began.
   */
  @Test
  void anInterruptionWhileWaitingBeginsNoMore() {
    try (WorkerPool workers = new WorkerPool(2)) {
      Thread caller = Thread.currentThread();
      AtomicBoolean other = new AtomicBoolean();
      AtomicInteger begun = new AtomicInteger();
      AtomicInteger ended = new AtomicInteger();
      Runnable task =
          () -> {
            if (Thread.currentThread() == caller) {
              while (!other.get()) {
                Thread.onSpinWait();
              }
            } else {
              begun.incrementAndGet();
              other.set(true);
              caller.interrupt();
              pause();
              ended.incrementAndGet();
            }
          };
      List<Runnable> tasks = Collections.nCopies(1000, task);
      assertThrows(CancellationException.class, () -> workers.run(tasks));
      assertTrue(Thread.interrupted(), "the interruption is passed on");
      int count = ended.get();
      // One, unless the caller did not get to run during a pause.
      assertTrue(count < tasks.size(), count + " of " + tasks.size() + " tasks were begun");
      assertEquals(count, begun.get(), "what was begun has ended");
      pause();
      assertEquals(count, begun.get(), "nothing goes on after the return");
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void listsOfTasksAreWorkedOffOneAfterTheOther() {
    try (WorkerPool workers = new WorkerPool(3)) {
      AtomicInteger sum = new AtomicInteger();
      for (int round = 1; round <= 20_000; round++) {
        int expected = 5 * round;
        workers.run(Collections.nCopies(5, sum::incrementAndGet));
        assertEquals(expected, sum.get());
      }
    }
  }

  @Test
  void noThreadOutlivesTheKernel() throws InterruptedException {
    try (VectorKernel kernel = kernel(4)) {
      kernel.compress(good, good, GramOptions.defaults()).close();
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (hasWorker() && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    assertFalse(hasWorker());
  }

  private static boolean hasWorker() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("spanmatch-worker"));
  }

  /** More threads than cores, and any number of them, give the same bits. */
  @ParameterizedTest
  @EnumSource
  void theNumberOfThreadsDoesNotMatter(Precision precision) {
    Layer other = layer(2);
    double[] one = distances(1, other, precision);
    for (int threads : new int[] {2, 3, 16}) {
      double[] more = distances(threads, other, precision);
      for (int i = 0; i < one.length; i++) {
        assertEquals(one[i], more[i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNumberOfThreadsDoesNotMatterForNormsAndSums(Precision precision) {
    List<Double> one = moments(1, precision);
    assertEquals(4 * NEURONS, one.size());
    for (int threads : new int[] {2, 3, 5}) {
      assertEquals(one, moments(threads, precision));
    }
  }

  private List<Double> moments(int threads, Precision precision) {
    List<Double> moments = new ArrayList<>();
    try (VectorKernel kernel = kernel(threads);
        ProjectionTable table = kernel.compress(good, layer(2), options(precision))) {
      for (Group group : Group.values()) {
        for (int neuron = 0; neuron < NEURONS; neuron++) {
          moments.add(table.moments(group).norm(neuron));
          moments.add(table.moments(group).sum(neuron));
        }
      }
    }
    return moments;
  }

  private double[] distances(int threads, Layer other, Precision precision) {
    try (VectorKernel kernel = kernel(threads);
        ProjectionTable table = kernel.compress(good, other, options(precision))) {
      Distances distances = table.distances(Group.X);
      double[] values = new double[distances.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = distances.distance(i);
      }
      return values;
    }
  }

  /** Large enough for whole tableaus to be worked on by all threads, several times. */
  @Test
  void theNumberOfThreadsDoesNotMatterForTheSpectrum() {
    int neurons = 300;
    int samples = 700;
    SplittableRandom random = new SplittableRandom(3);
    float[][] values = new float[2][samples * neurons];
    for (float[] layer : values) {
      for (int i = 0; i < layer.length; i++) {
        layer[i] = (float) Math.max(0, random.nextDouble(-0.5, 1));
      }
    }
    double[] one = levels(1, samples, neurons, values);
    for (int threads : new int[] {2, 3, 16}) {
      assertArrayEquals(one, levels(threads, samples, neurons, values), 0, threads + " threads");
    }
  }

  private static double[] levels(int threads, int samples, int neurons, float[][] values) {
    try (VectorKernel kernel = kernel(threads);
        ProjectionTable table =
            kernel.compress(
                Layers.of("x", samples, neurons, values[0]),
                Layers.of("y", samples, neurons, values[1]),
                GramOptions.defaults())) {
      MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
      double[] levels = new double[4 * neurons];
      for (int i = 0; i < neurons; i++) {
        levels[i] = spectrum.level(Group.X, i).orElseThrow();
        levels[neurons + i] = spectrum.level(Group.Y, i).orElseThrow();
        levels[2 * neurons + i] = spectrum.levelError(Group.X, i);
        levels[3 * neurons + i] = spectrum.levelError(Group.Y, i);
      }
      return levels;
    }
  }
}
