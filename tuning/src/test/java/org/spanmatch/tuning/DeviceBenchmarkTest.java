package org.spanmatch.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.spanmatch.kernel.cuda.CudaProvider;
import org.spanmatch.kernel.cuda.gram.PanelProducts;

/** Tests that the device benchmarks run, on the stand-in. */
class DeviceBenchmarkTest {
  @BeforeEach
  void requireCuda() {
    assumeTrue(new CudaProvider().unavailable().isEmpty(), "skipped without the stand-in");
  }

  @Test
  void runs() {
    DeviceBenchmark benchmark = new DeviceBenchmark();
    DeviceBenchmark.Gpu gpu = new DeviceBenchmark.Gpu();
    gpu.open();
    for (PanelProducts products : PanelProducts.values()) {
      DeviceBenchmark.Samples samples = new DeviceBenchmark.Samples();
      samples.m = 4;
      samples.samples = 10_000; // two blocks, the second one shorter, and panels
      samples.products = products;
      samples.setUp(gpu);
      benchmark.gram(gpu, samples);
    }
    DeviceBenchmark.HostSamples host = new DeviceBenchmark.HostSamples();
    host.m = 6;
    host.samples = 5000;
    host.setUp();
    benchmark.feed(gpu, host);
    benchmark.feed(gpu, host);
    host.tearDown();
    DeviceBenchmark.Matrices matrices = new DeviceBenchmark.Matrices();
    matrices.size = 4;
    matrices.setUp(gpu);
    benchmark.dgemm(gpu, matrices);
    DeviceBenchmark.Buffers buffers = new DeviceBenchmark.Buffers();
    buffers.setUp(gpu);
    benchmark.copyToDevice(gpu, buffers);
    gpu.tearDown();
  }

  @Test
  void measuresNothingOnTheStandIn() {
    DeviceBenchmark.Gpu gpu = new DeviceBenchmark.Gpu();
    gpu.open();
    boolean standIn = gpu.isStandIn();
    gpu.tearDown();
    assumeTrue(standIn, "skipped on a GPU");
    IllegalStateException e = assertThrows(IllegalStateException.class, gpu::setUp);
    gpu.tearDown();
    assertEquals("CPU stand-in, not a GPU: refused", e.getMessage());
  }
}
