package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.data.ActivationBlock;
import org.spanmatch.data.ActivationsException;
import org.spanmatch.data.ArrayActivations;
import org.spanmatch.data.BlockReader;
import org.spanmatch.data.ForwardingActivations;
import org.spanmatch.data.LayerActivations;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.MatchSpectrum;

/** What goes wrong in the middle of a pass is one error, and no hang. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class VectorKernelFaultsTest {
  private static final int SAMPLES = 40_000;
  private static final int NEURONS = 32;

  private final LayerActivations good = layer(1);

  private static LayerActivations layer(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[SAMPLES * NEURONS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble();
    }
    return ArrayActivations.of("layer", SAMPLES, NEURONS, values);
  }

  private static VectorKernel kernel(int threads) {
    return new VectorKernel(MicroKernel.choose(), new KernelOptions(threads), "test");
  }

  /** The layer, but after some blocks the reader throws, or ends if there is nothing to throw. */
  private LayerActivations failing(int blocks, RuntimeException failure) {
    return new ForwardingActivations(good) {
      @Override
      public BlockReader open() {
        BlockReader reader = layer().open();
        return new BlockReader() {
          private int read;

          @Override
          public ActivationBlock next() {
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

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aFailingReaderIsTheError(int threads) {
    try (VectorKernel kernel = kernel(threads)) {
      RuntimeException failure = new ActivationsException("the disk is gone");
      CompressionOptions options = CompressionOptions.defaults();
      for (int blocks = 0; blocks < 3; blocks++) {
        LayerActivations bad = failing(blocks, failure);
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

  @Test
  void aReaderThatEndsEarlyIsNoticed() {
    try (VectorKernel kernel = kernel(2)) {
      ActivationsException e =
          assertThrows(
              ActivationsException.class,
              () -> kernel.compress(good, failing(2, null), CompressionOptions.defaults()));
      assertTrue(e.getMessage().contains("too early"), e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void anInterruptionEndsThePass(int threads) {
    try (VectorKernel kernel = kernel(threads)) {
      Thread.currentThread().interrupt();
      assertThrows(
          CancellationException.class,
          () -> kernel.compress(good, good, CompressionOptions.defaults()));
      assertTrue(Thread.interrupted(), "the interruption is passed on");
      kernel.compress(good, good, CompressionOptions.defaults()).close();
    }
  }

  @Test
  void noThreadOutlivesTheKernel() throws InterruptedException {
    try (VectorKernel kernel = kernel(4)) {
      kernel.compress(good, good, CompressionOptions.defaults()).close();
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
  @Test
  void theNumberOfThreadsDoesNotMatter() {
    LayerActivations other = layer(2);
    double[] one = distances(1, other);
    for (int threads : new int[] {2, 3, 16}) {
      double[] more = distances(threads, other);
      for (int i = 0; i < one.length; i++) {
        assertEquals(one[i], more[i]);
      }
    }
  }

  private double[] distances(int threads, LayerActivations other) {
    try (VectorKernel kernel = kernel(threads);
        ProjectionTable table = kernel.compress(good, other, CompressionOptions.defaults())) {
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
                ArrayActivations.of("x", samples, neurons, values[0]),
                ArrayActivations.of("y", samples, neurons, values[1]),
                CompressionOptions.defaults())) {
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
