package org.spanmatch.kernel.cuda;

import static org.spanmatch.kernel.cuda.DeviceException.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Page-locked host memory, which the device can copy from and to by itself. */
final class HostMemory implements AutoCloseable {
  private final Allocations owner;
  private final Pointer pointer;
  private final ByteBuffer buffer;
  private boolean open = true;

  private HostMemory(Allocations owner, Pointer pointer, ByteBuffer buffer) {
    this.owner = owner;
    this.pointer = pointer;
    this.buffer = buffer;
  }

  /** Allocates; for {@link Allocations} alone. */
  static HostMemory allocate(Allocations owner, int bytes) {
    Pointer pointer = new Pointer();
    int size = Math.max(1, bytes);
    check("cuMemAllocHost of " + size + " bytes", JCudaDriver.cuMemAllocHost(pointer, size));
    return new HostMemory(owner, pointer, pointer.getByteBuffer(0, size));
  }

  /** How many bytes there are. */
  int bytes() {
    return buffer.capacity();
  }

  /** Where it begins. */
  Pointer pointer() {
    return pointer;
  }

  /** The memory, in this machine's byte order; not to be used after this is closed. */
  ByteBuffer buffer() {
    return buffer.duplicate().clear().order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      owner.release(this);
      check("cuMemFreeHost", JCudaDriver.cuMemFreeHost(pointer));
    }
  }
}
