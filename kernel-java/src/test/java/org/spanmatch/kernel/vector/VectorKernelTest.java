package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
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
  }

  abstract static class GramRoute extends ProjectionKernelContract {
    @Override
    protected double rankTolerance(int neurons) {
      return Precision.GRAM_FLOOR;
    }
  }
}
