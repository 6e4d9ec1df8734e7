package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/**
 * Host memory that the device copies from and to: page-locked memory, which it can access on its
 * own; or, where there is no more of that, ordinary memory, which the driver copies once more.
 */
public final class HostMemory implements AutoCloseable {
  private final Consumer<? super HostMemory> closing;
  private final Pointer pointer;
  private final ByteBuffer buffer;
  private final boolean pageLocked;
  private boolean open = true;

  private HostMemory(
      Consumer<? super HostMemory> closing,
      Pointer pointer,
      ByteBuffer buffer,
      boolean pageLocked) {
    this.closing = closing;
    this.pointer = pointer;
    this.buffer = buffer;
    this.pageLocked = pageLocked;
  }

  /**
   * Allocates at least one byte of page-locked memory.
   *
   * @param closing called before the memory is freed
   */
  static HostMemory allocate(Consumer<? super HostMemory> closing, int bytes) {
    Pointer pointer = new Pointer();
    int size = Math.max(1, bytes);
    check("cuMemAllocHost of " + size + " bytes", JCudaDriver.cuMemAllocHost(pointer, size));
    return new HostMemory(closing, pointer, pointer.getByteBuffer(0, size), true);
  }

  /** Allocates ordinary memory, which Java frees some time after it was closed. */
  static HostMemory pageable(Consumer<? super HostMemory> closing, int bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    return new HostMemory(closing, Pointer.to(buffer), buffer, false);
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
      if (pageLocked) {
        check("cuMemFreeHost", JCudaDriver.cuMemFreeHost(pointer));
      }
    }
  }
}
