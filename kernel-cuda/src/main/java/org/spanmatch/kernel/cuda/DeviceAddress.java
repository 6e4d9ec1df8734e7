package org.spanmatch.kernel.cuda;

import jcuda.driver.CUdeviceptr;

/** A place in device memory, also as a number, which JCuda hides. */
final class DeviceAddress extends CUdeviceptr {
  /** No place. */
  static final DeviceAddress NULL = new DeviceAddress(new CUdeviceptr(), 0);

  /** The place some bytes behind another. */
  DeviceAddress(CUdeviceptr pointer, long offset) {
    super(pointer, offset);
  }

  /** As kernels see it. */
  long value() {
    return getNativePointer() + getByteOffset();
  }

  @Override
  public DeviceAddress withByteOffset(long offset) {
    return new DeviceAddress(this, offset);
  }
}
