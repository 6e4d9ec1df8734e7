package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;
import static org.spanmatch.kernel.cuda.driver.DeviceException.checkBlas;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.libraryPropertyType;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.cuda.loading.CudaUnavailableException;
import org.spanmatch.kernel.cuda.loading.NativeLibraries;
import org.spanmatch.kernel.cuda.loading.StartLog;

/**
 * CUDA on this machine: the libraries, their versions, and the devices.
 *
 * @param libraries the loaded files
 * @param driverVersion newest CUDA that the driver supports, such as 12060 for 12.6
 * @param cublasVersion such as "12.6.4"
 * @param devices all devices, in the driver's order
 */
public record Cuda(
    NativeLibraries.Loaded libraries,
    int driverVersion,
    String cublasVersion,
    List<DeviceInfo> devices) {
  // The first driver that supports everything that cuBLAS 12 needs.
  private static final int OLDEST_DRIVER = 12_000;

  private static Cuda found;

  /**
   * Loads the libraries and queries the driver; keeps the result after the first success.
   *
   * @throws CudaUnavailableException if no device can be used
   */
  public static synchronized Cuda find() throws CudaUnavailableException {
    if (found == null) {
      long begun = System.nanoTime();
      NativeLibraries.Loaded libraries = NativeLibraries.load();
      StartLog.ended("libraries", begun);
      begun = System.nanoTime();
      try {
        found = ask(libraries);
        StartLog.ended("driver", begun);
      } catch (DeviceException e) {
        throw new CudaUnavailableException(
            "the NVIDIA driver does not answer: " + e.getMessage(), "see what nvidia-smi says", e);
      }
    }
    return found;
  }

  private static Cuda ask(NativeLibraries.Loaded libraries) throws CudaUnavailableException {
    int result = JCudaDriver.cuInit(0);
    if (result == CUresult.CUDA_ERROR_NO_DEVICE) {
      throw new CudaUnavailableException(
          "the NVIDIA driver finds no GPU",
          "use a machine with one, or see whether CUDA_VISIBLE_DEVICES hides it");
    }
    check("cuInit", result);
    int[] version = {0};
    check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
    if (version[0] < OLDEST_DRIVER) {
      throw new CudaUnavailableException(
          "the NVIDIA driver supports CUDA "
              + versionText(version[0])
              + ", expected "
              + versionText(OLDEST_DRIVER)
              + " or later",
          "install a newer driver");
    }
    int[] count = {0};
    check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
    List<DeviceInfo> devices = new ArrayList<>();
    for (int number = 0; number < count[0]; number++) {
      devices.add(DeviceInfo.of(number));
    }
    if (devices.stream().noneMatch(DeviceInfo::isNewEnough)) {
      throw new CudaUnavailableException(
          devices.isEmpty()
              ? "the NVIDIA driver finds no GPU"
              : devices.get(0) + ", is too old; expected compute capability 7.5 or later",
          "use a newer GPU");
    }
    int major = cublasProperty(libraryPropertyType.MAJOR_VERSION);
    if (major != 12 && major != 13) {
      throw new CudaUnavailableException(
          libraries.cublas() + " is cuBLAS " + major + ", expected 12 or 13",
          "name the folder of another one with -D" + NativeLibraries.PROPERTY);
    }
    String cublas =
        major
            + "."
            + cublasProperty(libraryPropertyType.MINOR_VERSION)
            + "."
            + cublasProperty(libraryPropertyType.PATCH_LEVEL);
    return new Cuda(libraries, version[0], cublas, List.copyOf(devices));
  }

  private static int cublasProperty(int property) {
    int[] value = {0};
    checkBlas("cublasGetProperty", JCublas2.cublasGetProperty(property, value));
    return value[0];
  }

  private static String versionText(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /**
   * The arithmetic, in words for users.
   *
   * @param sliced whether Gram matrices are computed by slices
   */
  public String arithmetic(boolean sliced) {
    return "float64, Gram matrix "
        + (sliced ? "by slices of int8 " : "")
        + "and Cholesky with cuBLAS "
        + cublasVersion
        + "; Householder QR on the processor for high precision";
  }

  /** The devices and versions, one per line. */
  public List<String> details() {
    List<String> lines = new ArrayList<>();
    devices.forEach(
        device ->
            lines.add(
                "device "
                    + device.number()
                    + ": "
                    + device
                    + ", Gram matrices "
                    + (device.hasSlowDoubles() ? "by slices of int8" : "in float64")
                    + (device.launchesCooperatively() ? "" : ", without cooperative launches")));
    lines.add("driver: for CUDA " + versionText(driverVersion) + ", " + libraries.driver());
    lines.add(
        "cuBLAS "
            + cublasVersion
            + (libraries.forwarded() ? " (through a forwarding library): " : ": ")
            + libraries.cublas());
    return lines;
  }

  /**
   * Returns the devices that an option names.
   *
   * @param option a number, or {@link KernelOptions#ALL_DEVICES}
   * @throws KernelException.Unavailable if a device does not exist or is too old
   */
  public List<DeviceInfo> chosen(String option) {
    if (option.equals(KernelOptions.ALL_DEVICES)) {
      return devices.stream().filter(DeviceInfo::isNewEnough).toList();
    }
    int number = Integer.parseInt(option);
    if (number >= devices.size()) {
      String numbers =
          IntStream.range(0, devices.size())
              .mapToObj(Integer::toString)
              .collect(Collectors.joining(", "));
      throw new KernelException.Unavailable(
          "there is no CUDA device " + number + ", only " + numbers);
    }
    DeviceInfo device = devices.get(number);
    if (!device.isNewEnough()) {
      throw new KernelException.Unavailable(
          "CUDA device "
              + number
              + ", "
              + device
              + ", is too old; expected compute capability 7.5 or later");
    }
    return List.of(device);
  }
}
