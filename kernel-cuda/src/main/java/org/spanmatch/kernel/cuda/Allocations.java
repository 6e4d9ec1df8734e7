package org.spanmatch.kernel.cuda;

import static org.spanmatch.kernel.cuda.DeviceException.check;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * What was allocated on a device for one purpose, to be freed together or piece by piece; two
 * threads may allocate at the same time.
 */
final class Allocations implements AutoCloseable {
  private final Device device;
  private final Set<AutoCloseable> memory = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<CUevent> events = new ArrayDeque<>();
  private final Deque<CUstream> streams = new ArrayDeque<>();
  private Runnable giveUp = () -> {};

  /** Nothing yet; for {@link Device} alone. */
  Allocations(Device device) {
    this.device = device;
  }

  /** What to do when memory runs short: free what can be done without. */
  void whenShort(Runnable giveUp) {
    this.giveUp = giveUp;
  }

  /** Allocates memory for so many doubles. */
  DeviceMemory doubles(long count) {
    return bytes(Math.multiplyExact(Double.BYTES, count));
  }

  /** Allocates memory for so many bytes. */
  synchronized DeviceMemory bytes(long bytes) {
    DeviceMemory piece;
    try {
      piece = DeviceMemory.allocate(this, bytes);
    } catch (DeviceException e) {
      if (!e.isOutOfMemory()) {
        throw e;
      }
      giveUp.run();
      piece = DeviceMemory.allocate(this, bytes);
    }
    memory.add(piece);
    return piece;
  }

  /** Allocates memory and copies numbers there. */
  DeviceMemory of(double[] values) {
    DeviceMemory piece = doubles(values.length);
    device.transfers().upload(values, piece);
    return piece;
  }

  /** Allocates memory and copies numbers there. */
  DeviceMemory of(int[] values) {
    DeviceMemory piece = bytes((long) Integer.BYTES * values.length);
    device.transfers().upload(values, piece);
    return piece;
  }

  /** Allocates page-locked host memory. */
  synchronized HostMemory host(int bytes) {
    HostMemory piece = HostMemory.allocate(this, bytes);
    memory.add(piece);
    return piece;
  }

  /** Makes an event, which lives as long as this. */
  synchronized CUevent event() {
    CUevent event = new CUevent();
    check("cuEventCreate", JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING));
    events.push(event);
    return event;
  }

  /** Makes a stream, which lives as long as this. */
  synchronized CUstream stream() {
    CUstream stream = new CUstream();
    check(
        "cuStreamCreate",
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    streams.push(stream);
    return stream;
  }

  /** Is told that a piece is about to be freed: waits until nothing uses it any more. */
  synchronized void release(AutoCloseable piece) {
    memory.remove(piece);
    device.finish();
  }

  /** Frees everything that is left, if the device has not done so. */
  @Override
  public void close() {
    device.runIfOpen(this::free);
  }

  /** The same with the device as the current one; goes on to the end in spite of failures. */
  synchronized void free() {
    for (AutoCloseable piece : List.copyOf(memory)) {
      Device.closeQuietly(piece);
    }
    while (!events.isEmpty()) {
      JCudaDriver.cuEventDestroy(events.pop());
    }
    while (!streams.isEmpty()) {
      JCudaDriver.cuStreamDestroy(streams.pop());
    }
    device.forget(this);
  }
}
