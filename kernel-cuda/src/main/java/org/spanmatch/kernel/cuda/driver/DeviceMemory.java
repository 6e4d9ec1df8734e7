package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import java.util.function.Consumer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/** A piece of device memory, freed with its {@link Allocations} at the latest. */
public final class DeviceMemory implements AutoCloseable {
  private final Consumer<? super DeviceMemory> closing;
  private final DeviceAddress address;
  private final long bytes;
  private boolean open = true;

  private DeviceMemory(Consumer<? super DeviceMemory> closing, CUdeviceptr pointer, long bytes) {
    this.closing = closing;
    this.address = new DeviceAddress(pointer, 0);
    this.bytes = bytes;
  }

  /**
   * Allocates at least one byte, so that empty memory has an address too.
   *
   * @param closing called before the memory is freed
   */
  static DeviceMemory allocate(Consumer<? super DeviceMemory> closing, long bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    check("cuMemAlloc of " + bytes + " bytes", JCudaDriver.cuMemAlloc(pointer, Math.max(1, bytes)));
    return new DeviceMemory(closing, pointer, bytes);
  }

  /** The size in bytes. */
  public long bytes() {
    return bytes;
  }

  /** The address of the memory. */
  public DeviceAddress pointer() {
    return address;
  }

  /** Returns the address of an element, counted in doubles. */
  public DeviceAddress element(long index) {
    return address.withByteOffset(Double.BYTES * index);
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      closing.accept(this);
      check("cuMemFree", JCudaDriver.cuMemFree(address));
    }
  }
}
