package org.spanmatch.kernel.cuda;

import java.util.Optional;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;

/** Stands for the CUDA backend, which this version does not have. */
public final class CudaProvider implements KernelProvider {
  private static final Unavailable NOT_YET =
      new Unavailable(
          "this version of spanmatch has no CUDA kernel yet",
          "use '--backend auto', which takes the best backend that is available");

  /** Made by {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String description() {
    return "JCuda and cuBLAS on an NVIDIA GPU: planned";
  }

  @Override
  public int priority() {
    return 20;
  }

  @Override
  public Optional<Unavailable> unavailable() {
    return Optional.of(NOT_YET);
  }

  @Override
  public ProjectionKernel open(KernelOptions options, String reason) {
    throw new UnsupportedOperationException(NOT_YET.reason());
  }
}
