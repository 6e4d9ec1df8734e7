package org.spanmatch.kernel.cuda.driver;

import java.util.function.Supplier;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.NotEnoughMemoryException;

/**
 * Turns the errors of devices into the exceptions that kernels document.
 *
 * @param devices the devices as messages name them
 * @param closing closes what a failure leaves unusable; called after each failure other than lack
 *     of memory
 */
public record DeviceErrors(String devices, Runnable closing) {
  /**
   * Calls work with a device as the current one of this thread.
   *
   * @throws NotEnoughMemoryException if the device's memory does not suffice
   * @throws KernelException.Failed if the device failed otherwise
   */
  public <T> T on(Device device, Supplier<T> work) {
    try {
      return device.call(work);
    } catch (DeviceException e) {
      if (e.isOutOfMemory()) {
        throw new NotEnoughMemoryException(
            "the memory of " + devices + " does not suffice: " + e.getMessage());
      }
      closing.run();
      throw new KernelException.Failed(
          "the cuda backend failed on "
              + devices
              + ": "
              + e.getMessage()
              + "; '--backend java' computes without it",
          e);
    }
  }
}
