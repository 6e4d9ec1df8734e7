package org.spanmatch.kernel.vector;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernels;

/** Offers the fast pure-Java kernel, which runs everywhere. */
public final class VectorProvider implements KernelProvider {
  static final String NAME = "java";

  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private final MicroKernels microKernels = MicroKernels.shared();

  /** Called by {@link java.util.ServiceLoader}. */
  public VectorProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "pure Java on all cores, " + microKernels.description();
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public Optional<Unavailable> unavailable() {
    return Optional.empty();
  }

  @Override
  public ProjectionKernel open(KernelOptions options, String reason) {
    if (microKernels.cure().isPresent() && !TOLD.getAndSet(true)) {
      System.getLogger("org.spanmatch.kernel")
          .log(System.Logger.Level.DEBUG, "the java backend uses " + microKernels.description());
    }
    return new VectorKernel(microKernels, options, reason);
  }
}
