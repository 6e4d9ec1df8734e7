package org.spanmatch.kernel.reference;

import java.util.Optional;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;

/** Offers the reference kernel, which runs everywhere and is chosen last. */
public final class ReferenceProvider implements KernelProvider {
  static final String NAME = "reference";

  /** Called by {@link java.util.ServiceLoader}. */
  public ReferenceProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "textbook Householder QR in plain Java: slow, always available";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Optional<Unavailable> unavailable() {
    return Optional.empty();
  }

  @Override
  public ProjectionKernel open(KernelOptions options, String reason) {
    return new ReferenceKernel(reason);
  }
}
