package org.spanmatch.kernel.cuda.driver;

import jcuda.driver.CUdeviceptr;

/** An address in device memory, also as a number, which JCuda hides. */
public final class DeviceAddress extends CUdeviceptr {
  /** The null pointer. */
  public static final DeviceAddress NULL = new DeviceAddress(new CUdeviceptr(), 0);

  /** The address {@code offset} bytes behind another. */
  DeviceAddress(CUdeviceptr pointer, long offset) {
    super(pointer, offset);
  }

  /** The address as device functions see it. */
  public long value() {
    return getNativePointer() + getByteOffset();
  }

  @Override
  public DeviceAddress withByteOffset(long offset) {
    return new DeviceAddress(this, offset);
  }
}
