package org.spanmatch.kernel.cuda.driver;

import jcuda.driver.CUdeviceptr;

/** An address in device memory, which is also available as a number. */
public final class DeviceAddress extends CUdeviceptr {
  /** The null pointer. */
  public static final DeviceAddress NULL = new DeviceAddress(new CUdeviceptr(), 0);

  /** Creates the address {@code offset} bytes after another. */
  DeviceAddress(CUdeviceptr pointer, long offset) {
    super(pointer, offset);
  }

  /** The address as a number, as device functions see it. */
  public long value() {
    return getNativePointer() + getByteOffset();
  }

  @Override
  public DeviceAddress withByteOffset(long offset) {
    return new DeviceAddress(this, offset);
  }
}
