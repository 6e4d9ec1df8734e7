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

  /** Whether device memory, or page-locked memory on the host, did not suffice. */
  public boolean isOutOfMemory() {
    return outOfMemory;
  }

  /**
   * Checks the result of a driver call.
   *
   * @param call the call's name, for the message
   */
  static void check(String call, int result) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw new DeviceException(
          call + " failed: " + CUresult.stringFor(result),
          result == CUresult.CUDA_ERROR_OUT_OF_MEMORY);
    }
  }

  /** Checks the status of a cuBLAS call. */
  static void checkBlas(String call, int status) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new DeviceException(
          call + " failed: " + cublasStatus.stringFor(status),
          status == cublasStatus.CUBLAS_STATUS_ALLOC_FAILED);
    }
  }
}
