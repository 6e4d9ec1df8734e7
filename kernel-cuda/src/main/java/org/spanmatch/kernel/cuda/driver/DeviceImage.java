package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import jcuda.driver.JCudaDriver;

/**
 * The compiled code of modules as it ships: binaries (cubins) for some GPUs, which a driver loads
 * as they are, and PTX, which it compiles for any GPU.
 */
final class DeviceImage {
  /** The system property that, set to {@code ptx}, leaves the binaries aside. */
  static final String PROPERTY = "spanmatch.cuda.code";

  // build-ptx.sh makes a binary for each. One for 8.6 runs on 8.7 to 8.9 too, and so on: for higher
  // minor numbers of the same major one.
  private static final int[] ARCHITECTURES = {80, 86, 90, 100, 120};

  // CUDA 13 made the binaries, and NVIDIA says that drivers for CUDA 13 run them.
  private static final int BINARY_DRIVER = 13_000;

  private static final String FOLDER = "/org/spanmatch/kernel/cuda/";

  private DeviceImage() {}

  /** Returns the binary of a module for a device, if there is one that its driver should take. */
  static Optional<byte[]> binary(DeviceModule module, DeviceInfo device) {
    int[] driver = {0};
    check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(driver));
    return "ptx".equals(System.getProperty(PROPERTY))
        ? Optional.empty()
        : architecture(device.major(), device.minor(), driver[0])
            .map(folder -> read(folder + "/" + module.source() + ".cubin"));
  }

  /**
   * Returns the folder with the binaries for a compute capability.
   *
   * @param driver the newest CUDA that the driver supports, such as 13000
   */
  static Optional<String> architecture(int major, int minor, int driver) {
    return driver < BINARY_DRIVER
        ? Optional.empty()
        : IntStream.of(ARCHITECTURES)
            .filter(each -> each / 10 == major && each % 10 <= minor)
            .max()
            .stream()
            .mapToObj(best -> "sm_" + best)
            .findFirst();
  }

  /** Returns the PTX of a module in the driver's format, terminated by a zero. */
  static byte[] ptx(DeviceModule module) {
    byte[] text = read(module.source() + ".ptx");
    return Arrays.copyOf(text, text.length + 1);
  }

  private static byte[] read(String name) {
    try (InputStream in = DeviceImage.class.getResourceAsStream(FOLDER + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
