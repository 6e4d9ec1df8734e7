package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Page-locked host memory, which the device can copy from and to on its own. */
public final class HostMemory implements AutoCloseable {
  private final Consumer<? super HostMemory> closing;
  private final Pointer pointer;
  private final ByteBuffer buffer;
  private boolean open = true;

  private HostMemory(Consumer<? super HostMemory> closing, Pointer pointer, ByteBuffer buffer) {
    this.closing = closing;
    this.pointer = pointer;
    this.buffer = buffer;
  }

  /**
   * Allocates at least one byte.
   *
   * @param closing called before the memory is freed
   */
  static HostMemory allocate(Consumer<? super HostMemory> closing, int bytes) {
    Pointer pointer = new Pointer();
    int size = Math.max(1, bytes);
    check("cuMemAllocHost of " + size + " bytes", JCudaDriver.cuMemAllocHost(pointer, size));
    return new HostMemory(closing, pointer, pointer.getByteBuffer(0, size));
  }

  /** The size in bytes. */
  public int bytes() {
    return buffer.capacity();
  }

  /** The address of the memory. */
  Pointer pointer() {
    return pointer;
  }

  /** The memory, in this machine's byte order; not to be used after this is closed. */
  public ByteBuffer buffer() {
    return buffer.duplicate().clear().order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      closing.accept(this);
      check("cuMemFreeHost", JCudaDriver.cuMemFreeHost(pointer));
    }
  }
}
