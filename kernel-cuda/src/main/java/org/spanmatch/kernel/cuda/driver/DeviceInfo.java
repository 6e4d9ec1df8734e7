package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/**
 * The driver's description of a GPU.
 *
 * @param number the driver's number of the device, from 0
 * @param name such as "NVIDIA H100 80GB HBM3"
 * @param major first part of the compute capability
 * @param minor second part of the compute capability
 * @param memoryBytes memory size in bytes
 * @param multiprocessors number of multiprocessors
 * @param launchesCooperatively whether all blocks of a launch can be made to run at the same time
 * @param singleToDouble how many times as many operations a second it does in float32 as in float64
 */
public record DeviceInfo(
    int number,
    String name,
    int major,
    int minor,
    long memoryBytes,
    int multiprocessors,
    boolean launchesCooperatively,
    int singleToDouble) {
  /** The shipped code runs from compute capability 7.5 on (Turing, 2018). */
  private static final int OLDEST_MAJOR = 7;

  private static final int OLDEST_MINOR = 5;

  // Slices take 34 int8 operations for one of float64 (docs/gpu.md), and int8 is some 8 to 25 times
  // as fast as float32.
  private static final int SLOW_RATIO = 32;

  /** Queries the driver, which must be initialised. */
  static DeviceInfo of(int number) {
    CUdevice device = new CUdevice();
    check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, number));
    byte[] name = new byte[256];
    check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device));
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    long[] bytes = {0};
    check("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(bytes, device));
    return new DeviceInfo(
        number,
        new String(name, 0, end, StandardCharsets.UTF_8),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
        bytes[0],
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH) != 0,
        attribute(
            device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO));
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = {0};
    check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device));
    return value[0];
  }

  /** Whether the shipped code runs on the device. */
  public boolean isNewEnough() {
    return major > OLDEST_MAJOR || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR);
  }

  /**
   * Whether float64 is so slow that products of slices are faster. The ratio is 2 on GPUs for data
   * centres, but for some of the newest, and 32 or 64 on others.
   */
  public boolean hasSlowDoubles() {
    return singleToDouble >= SLOW_RATIO;
  }

  /** "NVIDIA H100 80GB HBM3, compute capability 9.0, 79.1 GiB". */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, compute capability %d.%d, %.1f GiB",
        name,
        major,
        minor,
        memoryBytes / (double) (1 << 30));
  }
}
