package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider.Unavailable;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.cuda.driver.CooperativeLaunches;
import org.spanmatch.kernel.cuda.driver.Cuda;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.loading.CudaUnavailableException;

/** The CUDA that tests run on: the stand-in, or a GPU. */
public final class Cudas {
  private Cudas() {}

  /** Opens the kernel, or skips the test where there is no CUDA, not even the stand-in. */
  static ProjectionKernel open(KernelOptions options) {
    assumeAvailable();
    return new CudaProvider().open(options, "test");
  }

  /** Opens the kernel as on a device without cooperative launches. */
  static ProjectionKernel openStepwise(KernelOptions options) {
    System.setProperty(CooperativeLaunches.PROPERTY, "false");
    try {
      ProjectionKernel kernel = open(options);
      ((CudaKernel) kernel).devices(); // which look at the property
      return kernel;
    } finally {
      System.clearProperty(CooperativeLaunches.PROPERTY);
    }
  }

  /** Whether tests run on the stand-in. */
  public static boolean isStandIn() {
    CudaProvider provider = new CudaProvider();
    return provider.unavailable().isEmpty() && provider.details().get(0).contains("stand-in");
  }

  /** Opens the first device, or skips the test where there is none; the caller closes it. */
  public static Device openDevice() {
    assumeAvailable();
    try {
      return new Device(Cuda.find().chosen("0").get(0));
    } catch (CudaUnavailableException e) {
      throw new AssertionError(e);
    }
  }

  /** Skips the test where there is no CUDA. */
  static void assumeAvailable() {
    Optional<Unavailable> problem = new CudaProvider().unavailable();
    assumeTrue(problem.isEmpty(), () -> "skipped without CUDA: " + problem.get().reason());
  }
}
