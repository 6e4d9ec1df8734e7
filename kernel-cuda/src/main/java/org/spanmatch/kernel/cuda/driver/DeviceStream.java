package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** A queue of commands that a device executes in order. */
public final class DeviceStream {
  private final CUstream handle = new CUstream();

  /** Creates a stream of the current context that does not wait for the default stream. */
  DeviceStream() {
    check(
        "cuStreamCreate",
        JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING));
  }

  /** The driver's handle of the stream. */
  CUstream handle() {
    return handle;
  }

  /** Makes all later commands of this stream wait for an event. */
  public void waitFor(DeviceEvent event) {
    check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(handle, event.handle(), 0));
  }

  /** Records an event, which occurs when all earlier commands have ended. */
  public void record(DeviceEvent event) {
    check("cuEventRecord", JCudaDriver.cuEventRecord(event.handle(), handle));
  }

  /** Copies the first bytes of host memory to the device, without waiting. */
  public void copy(HostMemory source, DeviceAddress target, long bytes) {
    check(
        "cuMemcpyHtoDAsync",
        JCudaDriver.cuMemcpyHtoDAsync(target, source.pointer(), bytes, handle));
  }

  /** Copies from the device to the start of host memory, without waiting. */
  void copy(DeviceAddress source, HostMemory target, long bytes) {
    check(
        "cuMemcpyDtoHAsync",
        JCudaDriver.cuMemcpyDtoHAsync(target.pointer(), source, bytes, handle));
  }

  /** Waits until all commands so far have ended. */
  void synchronise() {
    check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(handle));
  }

  /** Destroys the stream; commands already issued are still executed. */
  void destroy() {
    JCudaDriver.cuStreamDestroy(handle);
  }
}
