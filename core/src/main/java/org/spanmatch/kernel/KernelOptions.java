package org.spanmatch.kernel;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The resources that a kernel may use, and how it uses them.
 *
 * @param threads largest number of computing threads, at least 1; a backend may use fewer
 * @param device the device, such as a GPU, to compute on: a number from 0, or {@link #ALL_DEVICES};
 *     backends without devices ignore it
 * @param gram how activations are multiplied; not every backend {@linkplain
 *     KernelProvider#offers(GramMethod) offers} every method
 */
public record KernelOptions(int threads, String device, GramMethod gram) {
  /** How a backend multiplies activations for a Gram matrix of standard precision. */
  public enum GramMethod {
    /** The method that is faster on the device. */
    AUTO,

    /** In float64, as every backend can. */
    FLOAT64,

    /**
     * By slices of eight bits, whose products are added up exactly in integers; for devices on
     * which float64 is slow. Error bounds are no larger than with float64.
     */
    SLICED;

    /** {@return the name in lower case, as users write it} */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

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
   * @param gram how activations are multiplied
   */
  public KernelOptions {
    Objects.requireNonNull(gram, "gram");
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
   * Options with a number of threads, a device, and the faster method there.
   *
   * @param threads largest number of computing threads, at least 1
   * @param device the device, such as a GPU, to compute on: a number from 0, or {@link
   *     #ALL_DEVICES}
   */
  public KernelOptions(int threads, String device) {
    this(threads, device, GramMethod.AUTO);
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
   * {@return these options with another method}
   *
   * @param method how activations are multiplied
   */
  public KernelOptions withGram(GramMethod method) {
    return new KernelOptions(threads, device, method);
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
