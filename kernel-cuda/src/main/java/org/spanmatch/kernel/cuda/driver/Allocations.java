package org.spanmatch.kernel.cuda.driver;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
  private static final Logger LOGGER = System.getLogger("org.spanmatch.kernel");

  private final Device device;
  private final MemoryPool pool;
  private final Set<AutoCloseable> memory = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<DeviceEvent> events = new ArrayDeque<>();
  private final Deque<DeviceStream> streams = new ArrayDeque<>();
  private Runnable giveUp = () -> {};
  private boolean unused; // nothing that runs uses these any more

  /**
   * Creates an empty set of allocations; only {@link Device} does so.
   *
   * @param pool where device memory comes from if it can, and where it is left
   */
  Allocations(Device device, MemoryPool pool) {
    this.device = device;
    this.pool = pool;
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
    // Empty memory has an address too.
    DeviceMemory piece = new DeviceMemory(this::release, piece(Math.max(1, bytes)), bytes);
    memory.add(piece);
    return piece;
  }

  private MemoryPool.Piece piece(long bytes) {
    MemoryPool.Piece kept = pool.take(bytes);
    if (kept != null) {
      return kept;
    }
    try {
      return MemoryPool.Piece.allocate(bytes);
    } catch (DeviceException e) {
      if (!e.isOutOfMemory()) {
        throw e;
      }
      if (pool.clear()) {
        try {
          return MemoryPool.Piece.allocate(bytes);
        } catch (DeviceException again) {
          if (!again.isOutOfMemory()) {
            throw again;
          }
        }
      }
      giveUp.run();
      return MemoryPool.Piece.allocate(bytes);
    }
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

  /** Allocates page-locked host memory, or ordinary one where there is no more of it. */
  synchronized HostMemory hostIfPossible(int bytes) {
    try {
      return host(bytes);
    } catch (DeviceException e) {
      if (!e.isOutOfMemory()) {
        throw e;
      }
      LOGGER.log(Level.DEBUG, "copying to the device from pageable memory, which is slower", e);
      HostMemory piece = HostMemory.pageable(this::release, bytes);
      memory.add(piece);
      return piece;
    }
  }

  /** Creates an event that lives as long as these allocations. */
  public DeviceEvent event() {
    return add(DeviceEvent.spinning());
  }

  /** Creates such an event for which the host waits without taking a processor. */
  DeviceEvent sleepingEvent() {
    return add(DeviceEvent.sleeping());
  }

  private synchronized DeviceEvent add(DeviceEvent event) {
    events.push(event);
    return event;
  }

  /** Creates a stream that lives as long as these allocations. */
  public synchronized DeviceStream stream() {
    DeviceStream stream = new DeviceStream();
    streams.push(stream);
    return stream;
  }

  /** Called before host memory is freed; waits until it is no longer used. */
  private synchronized void release(HostMemory piece) {
    memory.remove(piece);
    awaitUnused();
  }

  private void awaitUnused() {
    if (!unused) {
      device.finish();
    }
  }

  /** Leaves device memory to the pool when it is no longer used. */
  private synchronized void release(DeviceMemory piece) {
    memory.remove(piece);
    awaitUnused();
    pool.keep(piece.piece());
  }

  /** Frees everything left, unless the device has done so. */
  @Override
  public void close() {
    device.runIfOpen(this::free);
  }

  /** Frees everything while the device is the current one, and continues after failures. */
  synchronized void free() {
    awaitUnused();
    unused = true;
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
