package org.spanmatch.kernel;

import java.util.regex.Pattern;

/**
 * What a kernel may use.
 *
 * @param threads how many threads may compute, at least 1; a backend may use fewer
 * @param device which of several devices, such as GPUs, a backend that computes on them uses: a
 *     number from 0 on, or {@link #ALL_DEVICES}; other backends ignore it
 */
public record KernelOptions(int threads, String device) {
  /** The device that a backend uses unless told otherwise. */
  public static final String FIRST_DEVICE = "0";

  /** All devices that there are. */
  public static final String ALL_DEVICES = "all";

  // Fits an int.
  private static final Pattern DEVICE_NUMBER = Pattern.compile("[0-9]{1,9}");

  /** Checks the ranges. */
  public KernelOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, found " + threads);
    }
    if (!isDevice(device)) {
      throw new IllegalArgumentException(
          "expected the number of a device, from 0 on, or "
              + ALL_DEVICES
              + ", found '"
              + device
              + "'");
    }
  }

  /** So many threads, and the first device. */
  public KernelOptions(int threads) {
    this(threads, FIRST_DEVICE);
  }

  /** All processors of this machine, and the first device. */
  public static KernelOptions defaults() {
    return new KernelOptions(Runtime.getRuntime().availableProcessors());
  }

  /** Whether a text is the number of a device or {@link #ALL_DEVICES}; there may be no such one. */
  public static boolean isDevice(String text) {
    return text.equals(ALL_DEVICES) || DEVICE_NUMBER.matcher(text).matches();
  }
}
