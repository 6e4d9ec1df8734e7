package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.kernel.vector.gemm.PlainMicroKernel;

/** Tests that compressing leaves little garbage per sample. */
class AllocationTest {
  private static final int NEURONS = 256;
  private static final int FEW = 2048; // more than are looked at one by one
  private static final int MANY = 5 * FEW;

  // Allows some small objects per step of 512 samples and block of 256, which take 2 bytes per
  // sample; a task per tile of a step would take 50 more, a copy of the samples 2048.
  private static final int MOST_BYTES_PER_SAMPLE = 6;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void moreSamplesTakeNoMoreMemory() {
    assumeTrue(threads.isThreadAllocatedMemorySupported(), "skipped where the JVM can't tell");
    // Plain Java, since uncompiled Vector API code creates an object per vector.
    VectorKernel kernel =
        new VectorKernel(
            MicroKernels.only(new PlainMicroKernel(4, true, "as the test wants it")),
            new KernelOptions(1),
            "test");
    allocated(kernel, MANY); // loads classes
    long few = allocated(kernel, FEW);
    long many = allocated(kernel, MANY);
    double perSample = (double) (many - few) / (MANY - FEW);
    assertTrue(perSample <= MOST_BYTES_PER_SAMPLE, perSample + " bytes for each further sample");
    kernel.close();
  }

  private long allocated(VectorKernel kernel, int samples) {
    Layer x = layer("x", samples);
    Layer y = layer("y", samples);
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    kernel.compress(x, y, GramOptions.defaults()).close();
    return threads.getThreadAllocatedBytes(thread) - before;
  }

  private static Layer layer(String name, int samples) {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    float[] values = new float[samples * NEURONS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble();
    }
    return Layers.of(name, samples, NEURONS, values);
  }
}
