package org.spanmatch.validation;

import java.util.Optional;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;

/** Opens the reference kernel, which stands in for the arbiter where that would take too long. */
public final class ReferenceBackend {
  private static final String NAME = "reference";

  // Looked up only once, since every look-up warns of each backend that can't be loaded.
  private static final Optional<KernelProvider> FOUND =
      Kernels.providers().stream().filter(provider -> provider.name().equals(NAME)).findFirst();

  private ReferenceBackend() {}

  /**
   * Opens the reference kernel on one thread, even if {@link Kernels#REQUIRED_PROPERTY} allows only
   * another backend.
   *
   * @throws KernelException.Unavailable if its jar, that of {@code kernel-java}, is not on the
   *     class path
   */
  public static ProjectionKernel open() {
    return FOUND
        .orElseThrow(
            () ->
                new KernelException.Unavailable(
                    "backend '" + NAME + "' is unavailable: it is not on the class path"))
        .open(new KernelOptions(1), "to compare with");
  }
}
