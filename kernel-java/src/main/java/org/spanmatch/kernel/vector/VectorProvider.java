package org.spanmatch.kernel.vector;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernel;

/** Offers the fast kernel in pure Java, which runs everywhere. */
public final class VectorProvider implements KernelProvider {
  static final String NAME = "java";

  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private final MicroKernel microKernel = MicroKernel.choose();

  /** Made by {@link java.util.ServiceLoader}. */
  public VectorProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "pure Java on all cores, " + microKernel.description();
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
    if (microKernel.cure().isPresent() && !TOLD.getAndSet(true)) {
      System.getLogger("org.spanmatch.kernel")
          .log(System.Logger.Level.DEBUG, "the java backend uses " + microKernel.description());
    }
    return new VectorKernel(microKernel, options, reason);
  }
}
