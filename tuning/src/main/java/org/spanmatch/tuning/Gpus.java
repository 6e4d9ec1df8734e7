package org.spanmatch.tuning;

import org.spanmatch.kernel.ProjectionKernel;

/** Keeps benchmarks from measuring what only behaves like a GPU. */
public final class Gpus {
  /** The system property with which tests try benchmarks on the stand-in: {@code true}. */
  public static final String STAND_IN_PROPERTY = "spanmatch.test.measureStandIn";

  private static final String STAND_IN = "stand-in";

  private Gpus() {}

  /** Whether a kernel runs on the tests' stand-in for CUDA. */
  public static boolean isStandIn(ProjectionKernel kernel) {
    return kernel.info().device().contains(STAND_IN);
  }

  /**
   * Checks that a kernel runs on what it says: times on the tests' stand-in for CUDA mean nothing.
   *
   * @throws IllegalStateException if it is the stand-in
   */
  public static void refuseStandIn(ProjectionKernel kernel) {
    if (isStandIn(kernel) && !Boolean.getBoolean(STAND_IN_PROPERTY)) {
      throw new IllegalStateException("CPU stand-in, not a GPU: refused");
    }
  }
}
