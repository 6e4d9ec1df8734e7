package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.spanmatch.data.ArrayActivations;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionKernelContract;

/** The fast Java kernel keeps the contract, with and without the Vector API and more threads. */
class VectorKernelTest {
  private static ProjectionKernel kernel(MicroKernel microKernel, int threads) {
    return new VectorKernel(microKernel, new KernelOptions(threads), "test");
  }

  @Test
  void theVectorApiIsThere() {
    assertTrue(MicroKernel.hasVectorModule());
    assertEquals(VectorMicroKernel.class, MicroKernel.choose().getClass());
  }

  /**
   * With many samples the rounding of the Gram matrix grows beyond the rank tolerance: y₁ is nearly
   * a multiple of y₀, and x is exactly what tells them apart.
   */
  @Test
  void theBoundHoldsForMillionsOfSamples() {
    int samples = 8_000_000;
    double[] x = new double[samples];
    double[] y = new double[2 * samples];
    for (int i = 0; i < samples; i++) {
      int sign = i % 2 == 0 ? 1 : -1;
      x[i] = sign;
      y[2 * i] = 1;
      y[2 * i + 1] = 6 * (1 + sign * 2e-7);
    }
    try (ProjectionKernel kernel = kernel(new VectorMicroKernel(), 2)) {
      Distances distances =
          kernel.distances(
              ArrayActivations.of("x", samples, 1, x), ArrayActivations.of("y", samples, 2, y));
      double trueDistance = 0;
      assertTrue(
          Math.abs(distances.distance(0) - trueDistance) <= distances.errorBound(0),
          distances.distance(0) + " ± " + distances.errorBound(0));
    }
  }

  @Nested
  class InVectors extends GramRoute {
    @Override
    protected ProjectionKernel open() {
      return kernel(new VectorMicroKernel(), 1);
    }
  }

  @Nested
  class InPlainLoops extends GramRoute {
    @Override
    protected ProjectionKernel open() {
      return kernel(new ScalarMicroKernel(), 1);
    }
  }

  @Nested
  class OnThreeThreads extends GramRoute {
    @Override
    protected ProjectionKernel open() {
      return kernel(new VectorMicroKernel(), 3);
    }

    @Override
    protected int longRemovals() {
      return 50; // none of these is large enough for threads
    }
  }

  abstract static class GramRoute extends ProjectionKernelContract {
    @Override
    protected double rankTolerance(int neurons) {
      return Precision.GRAM_FLOOR;
    }

    @Override
    protected int longRemovals() {
      return 90; // several blocks of updates
    }

    @Override
    protected int removalsBetweenFreshTables() {
      return 1;
    }
  }
}
