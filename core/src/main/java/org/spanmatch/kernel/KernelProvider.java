package org.spanmatch.kernel;

import java.util.List;
import java.util.Optional;

/**
 * Offers one backend; found by {@link java.util.ServiceLoader}, so that putting a jar on the class
 * path is all it takes to add one.
 *
 * <p>A provider is made whether or not its backend can run: its constructor must not load native
 * libraries.
 */
public interface KernelProvider {
  /**
   * Why a backend can't run here.
   *
   * @param reason what is missing, in a few words
   * @param cure what the user can do about it
   */
  record Unavailable(String reason, String cure) {}

  /** The backend's name, such as {@code reference}: lower case, no spaces. */
  String name();

  /** What the backend is, in a few words. */
  String description();

  /**
   * What the backend runs on, such as devices and versions, a line each for people to read; asked
   * for only where the backend is available.
   */
  default List<String> details() {
    return List.of();
  }

  /** The automatic choice takes the available backend with the highest priority. */
  int priority();

  /**
   * Whether the backend has fixed costs that small problems may not repay, such as those of a
   * device beside the processor. The automatic choice then gives a problem for which {@link
   * ProjectionKernel#pays} is false to the backend that comes next.
   */
  default boolean isAccelerator() {
    return false;
  }

  /**
   * Finds out whether the backend can run here; asked as often as one likes.
   *
   * @return empty if it can
   */
  Optional<Unavailable> unavailable();

  /**
   * Makes a kernel.
   *
   * @param reason why this backend was chosen, for {@link KernelInfo#reason()}
   */
  ProjectionKernel open(KernelOptions options, String reason);
}
