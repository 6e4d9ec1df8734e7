package org.spanmatch.tuning;

import org.spanmatch.kernel.ProjectionKernel;

/** Keeps benchmarks from measuring the tests' stand-in for CUDA as if it were a GPU. */
public final class Gpus {
  /** The system property, set to {@code true}, with which tests run benchmarks on the stand-in. */
  public static final String STAND_IN_PROPERTY = "spanmatch.test.measureStandIn";

  private static final String STAND_IN = "stand-in";

  private Gpus() {}

  /** Whether a kernel runs on the tests' stand-in for CUDA. */
  public static boolean isStandIn(ProjectionKernel kernel) {
    return kernel.info().device().contains(STAND_IN);
  }

  /**
   * Checks that a kernel does not run on the tests' stand-in for CUDA, where times mean nothing.
   *
   * @throws IllegalStateException if it does
   */
  public static void refuseStandIn(ProjectionKernel kernel) {
    if (isStandIn(kernel) && !Boolean.getBoolean(STAND_IN_PROPERTY)) {
      throw new IllegalStateException("CPU stand-in, not a GPU: refused");
    }
  }
}
