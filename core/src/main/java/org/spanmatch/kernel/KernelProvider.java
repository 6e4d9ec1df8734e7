package org.spanmatch.kernel;

import java.util.List;
import java.util.Optional;
import org.spanmatch.kernel.KernelOptions.GramMethod;

/**
 * Offers one backend. Providers are found by {@link java.util.ServiceLoader}, so a jar on the class
 * path is all it takes to add one.
 *
 * <p>A provider is created whether or not its backend can run, so its constructor must not load
 * native libraries.
 */
public interface KernelProvider {
  /**
   * Why a backend can't run here.
   *
   * @param reason what is missing, in a few words
   * @param cure what the user can do about it
   */
  record Unavailable(String reason, String cure) {}

  /** {@return the backend's name, such as {@code reference}: lower case, no spaces} */
  String name();

  /** {@return a description of the backend, in a few words} */
  String description();

  /**
   * {@return what the backend runs on, such as devices and versions, as lines for people to read}
   * Called only if the backend is available.
   */
  default List<String> details() {
    return List.of();
  }

  /**
   * {@return the backend's priority: the automatic choice takes the available backend with the
   * highest}
   */
  int priority();

  /**
   * {@return whether the backend has fixed costs, such as those of a separate device, that small
   * problems may not repay} The automatic choice then hands problems for which {@link
   * ProjectionKernel#pays} is false to the next backend.
   */
  default boolean isAccelerator() {
    return false;
  }

  /**
   * {@return whether the backend's kernels can multiply activations in this way} {@link
   * org.spanmatch.kernel.selection.Kernels} opens no kernel with options that ask for another.
   *
   * @param method the method of {@link KernelOptions#gram()}
   */
  default boolean offers(GramMethod method) {
    return method != GramMethod.SLICED;
  }

  /**
   * Returns why the backend can't run here. May be called any number of times.
   *
   * @return empty if it can
   */
  Optional<Unavailable> unavailable();

  /**
   * Opens a kernel, which the caller closes.
   *
   * @param options the threads and the device to use
   * @param reason why this backend was chosen, for {@link ProjectionKernel.Info#reason()}
   * @return the kernel
   */
  ProjectionKernel open(KernelOptions options, String reason);
}
