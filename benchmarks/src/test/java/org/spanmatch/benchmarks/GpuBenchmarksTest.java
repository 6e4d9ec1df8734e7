package org.spanmatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelUnavailableException;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.ProjectionKernel;

/** What is measured on a GPU runs, if only on the stand-in, where it refuses to be measured. */
class GpuBenchmarksTest {
  private static final String REFUSED = "CPU stand-in, not a GPU: refused";

  @BeforeEach
  void requireStandIn() {
    try (ProjectionKernel kernel = Kernels.open("cuda", KernelOptions.defaults())) {
      assumeTrue(kernel.info().device().contains("stand-in"), "skipped on a GPU");
    } catch (KernelUnavailableException e) {
      assumeTrue(false, "skipped without the stand-in: " + e.getMessage());
    }
  }

  @Test
  void measuresNothingOnTheStandIn() {
    GpuBenchmark benchmark = new GpuBenchmark();
    benchmark.backend = "cuda";
    benchmark.n = 4;
    benchmark.samples = 100;
    IllegalStateException e = assertThrows(IllegalStateException.class, benchmark::setUp);
    benchmark.tearDown();
    assertEquals(REFUSED, e.getMessage());
  }

  @Test
  void matchingRuns() {
    GpuBenchmark benchmark = new GpuBenchmark();
    benchmark.backend = "cuda";
    benchmark.n = 4;
    benchmark.samples = 100;
    benchmark.prepare();
    benchmark.check();
    benchmark.compress();
    GpuBenchmark.FreshTable fresh = new GpuBenchmark.FreshTable();
    fresh.setUp(benchmark);
    assertTrue(benchmark.distances(fresh) > 0);
    assertEquals(4, benchmark.spectrum(fresh).maximumMatch(1).x().size());
    fresh.tearDown();
    benchmark.tearDown();
  }
}
