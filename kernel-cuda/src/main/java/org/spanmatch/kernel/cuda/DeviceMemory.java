package org.spanmatch.kernel.cuda;

import static org.spanmatch.kernel.cuda.DeviceException.check;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/** A piece of device memory, which is freed at the latest with its {@link Allocations}. */
final class DeviceMemory implements AutoCloseable {
  private final Allocations owner;
  private final DeviceAddress address;
  private final long bytes;
  private boolean open = true;

  private DeviceMemory(Allocations owner, CUdeviceptr pointer, long bytes) {
    this.owner = owner;
    this.address = new DeviceAddress(pointer, 0);
    this.bytes = bytes;
  }

  /**
   * Allocates; at least one byte, so that nothing has no address. For {@link Allocations} alone.
   */
  static DeviceMemory allocate(Allocations owner, long bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    check("cuMemAlloc of " + bytes + " bytes", JCudaDriver.cuMemAlloc(pointer, Math.max(1, bytes)));
    return new DeviceMemory(owner, pointer, bytes);
  }

  /** How many bytes there are. */
  long bytes() {
    return bytes;
  }

  /** The address as a number. */
  long address() {
    return address.value();
  }

  /** Where it begins. */
  DeviceAddress pointer() {
    return address;
  }

  /** Where one of its doubles lies. */
  DeviceAddress element(long index) {
    return address.withByteOffset(Double.BYTES * index);
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      owner.release(this);
      check("cuMemFree", JCudaDriver.cuMemFree(address));
    }
  }
}
