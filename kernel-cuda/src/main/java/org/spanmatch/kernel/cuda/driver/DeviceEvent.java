package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.check;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * A point in the commands of a {@link DeviceStream}, for which other streams and the host can wait.
 */
public final class DeviceEvent {
  private final CUevent handle = new CUevent();

  private DeviceEvent(int flags) {
    check("cuEventCreate", JCudaDriver.cuEventCreate(handle, flags));
  }

  /** Creates an event of the current context that counts as occurred until it is recorded. */
  static DeviceEvent spinning() {
    return new DeviceEvent(CUevent_flags.CU_EVENT_DISABLE_TIMING);
  }

  /** Creates one whose {@link #synchronise} leaves the processor to others. */
  static DeviceEvent sleeping() {
    return new DeviceEvent(
        CUevent_flags.CU_EVENT_DISABLE_TIMING | CUevent_flags.CU_EVENT_BLOCKING_SYNC);
  }

  /** The driver's handle of the event. */
  CUevent handle() {
    return handle;
  }

  /** Waits until the event has occurred. */
  public void synchronise() {
    check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(handle));
  }

  /** Frees the event. */
  void destroy() {
    JCudaDriver.cuEventDestroy(handle);
  }
}
