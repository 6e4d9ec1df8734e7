package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionTable;

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
    CompressionOptions options = new CompressionOptions(0, precision, Progress.NONE);
    try (VectorKernel kernel = kernel(threads);
        ProjectionTable table = kernel.compress(good, layer(2), options)) {
      for (Group group : Group.values()) {
        for (int neuron = 0; neuron < NEURONS; neuron++) {
          moments.add(table.moments(group).norm(neuron));
          moments.add(table.moments(group).sum(neuron));
        }
      }
    }
    return moments;
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
}
