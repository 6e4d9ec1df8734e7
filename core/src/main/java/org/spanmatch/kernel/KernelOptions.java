package org.spanmatch.kernel;

import java.util.regex.Pattern;

/**
 * The resources that a kernel may use.
 *
 * @param threads largest number of computing threads, at least 1; a backend may use fewer
 * @param device the device, such as a GPU, to compute on: a number from 0, or {@link #ALL_DEVICES};
 *     backends without devices ignore it
 */
public record KernelOptions(int threads, String device) {
  /** The default device. */
  public static final String FIRST_DEVICE = "0";

  /** The name for all devices of the machine. */
  public static final String ALL_DEVICES = "all";

  // Nine digits fit an int.
  private static final Pattern DEVICE_NUMBER = Pattern.compile("[0-9]{1,9}");

  /**
   * Checks the number of threads and the device.
   *
   * @param threads largest number of computing threads, at least 1
   * @param device the device, such as a GPU, to compute on: a number from 0, or {@link
   *     #ALL_DEVICES}
   */
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

  /**
   * Options with a number of threads and the first device.
   *
   * @param threads largest number of computing threads, at least 1
   */
  public KernelOptions(int threads) {
    this(threads, FIRST_DEVICE);
  }

  /** {@return options with one thread per processor of this machine and the first device} */
  public static KernelOptions defaults() {
    return new KernelOptions(Runtime.getRuntime().availableProcessors());
  }

  /**
   * {@return whether a text is a device number or {@link #ALL_DEVICES}; the device need not exist}
   *
   * @param text a text of any form
   */
  public static boolean isDevice(String text) {
    return text.equals(ALL_DEVICES) || DEVICE_NUMBER.matcher(text).matches();
  }
}
