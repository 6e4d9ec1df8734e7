package org.spanmatch.kernel;

/**
 * What a kernel may use.
 *
 * @param threads how many threads may compute, at least 1; a backend may use fewer
 */
public record KernelOptions(int threads) {
  /** Checks the range. */
  public KernelOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, found " + threads);
    }
  }

  /** All processors of this machine. */
  public static KernelOptions defaults() {
    return new KernelOptions(Runtime.getRuntime().availableProcessors());
  }
}
