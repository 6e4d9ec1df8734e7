package org.spanmatch.kernel.cuda.driver;

import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;

/** A call of the driver or of cuBLAS failed. */
public final class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean outOfMemory;

  private DeviceException(String message, boolean outOfMemory) {
    super(message);
    this.outOfMemory = outOfMemory;
  }

  /** Whether the device's memory, or that for copies on the host, did not suffice. */
  public boolean isOutOfMemory() {
    return outOfMemory;
  }

  /**
   * Checks what a driver call returned.
   *
   * @param call its name, as the message shows it
   */
  static void check(String call, int result) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw new DeviceException(
          call + " failed: " + CUresult.stringFor(result),
          result == CUresult.CUDA_ERROR_OUT_OF_MEMORY);
    }
  }

  /** Checks what a cuBLAS call returned. */
  static void checkBlas(String call, int status) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new DeviceException(
          call + " failed: " + cublasStatus.stringFor(status),
          status == cublasStatus.CUBLAS_STATUS_ALLOC_FAILED);
    }
  }
}
