package org.spanmatch.kernel.cuda.driver;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The device memory, page-locked host memory, events and streams of one purpose, freed together or
 * piece by piece. Two threads may allocate at the same time.
 */
public final class Allocations implements AutoCloseable {
  private final Device device;
  private final Set<AutoCloseable> memory = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<DeviceEvent> events = new ArrayDeque<>();
  private final Deque<DeviceStream> streams = new ArrayDeque<>();
  private Runnable giveUp = () -> {};

  /** Creates an empty set of allocations; only {@link Device} does so. */
  Allocations(Device device) {
    this.device = device;
  }

  /** Sets the action that frees dispensable memory when an allocation runs out of memory. */
  public void whenShort(Runnable giveUp) {
    this.giveUp = giveUp;
  }

  /** Allocates memory for {@code count} doubles. */
  public DeviceMemory doubles(long count) {
    return bytes(Math.multiplyExact(Double.BYTES, count));
  }

  /** Allocates {@code bytes} bytes. */
  public synchronized DeviceMemory bytes(long bytes) {
    DeviceMemory piece;
    try {
      piece = DeviceMemory.allocate(this::release, bytes);
    } catch (DeviceException e) {
      if (!e.isOutOfMemory()) {
        throw e;
      }
      giveUp.run();
      piece = DeviceMemory.allocate(this::release, bytes);
    }
    memory.add(piece);
    return piece;
  }

  /** Allocates memory and copies numbers there. */
  public DeviceMemory of(double[] values) {
    DeviceMemory piece = doubles(values.length);
    device.transfers().upload(values, piece);
    return piece;
  }

  /** Allocates memory and copies numbers there. */
  public DeviceMemory of(int[] values) {
    DeviceMemory piece = bytes((long) Integer.BYTES * values.length);
    device.transfers().upload(values, piece);
    return piece;
  }

  /** Allocates page-locked host memory. */
  public synchronized HostMemory host(int bytes) {
    HostMemory piece = HostMemory.allocate(this::release, bytes);
    memory.add(piece);
    return piece;
  }

  /** Creates an event that lives as long as these allocations. */
  public synchronized DeviceEvent event() {
    DeviceEvent event = new DeviceEvent();
    events.push(event);
    return event;
  }

  /** Creates a stream that lives as long as these allocations. */
  public synchronized DeviceStream stream() {
    DeviceStream stream = new DeviceStream();
    streams.push(stream);
    return stream;
  }

  /** Called before a piece is freed; waits until it is no longer used. */
  private synchronized void release(AutoCloseable piece) {
    memory.remove(piece);
    device.finish();
  }

  /** Frees everything left, unless the device has done so. */
  @Override
  public void close() {
    device.runIfOpen(this::free);
  }

  /** Frees everything while the device is the current one, and continues after failures. */
  synchronized void free() {
    for (AutoCloseable piece : List.copyOf(memory)) {
      Device.closeQuietly(piece);
    }
    while (!events.isEmpty()) {
      events.pop().destroy();
    }
    while (!streams.isEmpty()) {
      streams.pop().destroy();
    }
    device.forget(this);
  }
}
