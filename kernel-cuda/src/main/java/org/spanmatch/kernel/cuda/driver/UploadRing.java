package org.spanmatch.kernel.cuda.driver;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Page-locked host memory through which activations reach a device: slots that threads fill and
 * that one stream, which does nothing else, empties in the same order. The device keeps it from one
 * layer to the next, since to lock pages takes longer than to copy them.
 */
public final class UploadRing {
  /**
   * Bytes of a slot: room for an image of most layers, and many times what a copy takes to begin,
   * since a GPU on PCI Express 5 copies as many in some 80 µs.
   */
  public static final int SLOT_BYTES = 4 << 20;

  private final Allocations allocations;
  private final DeviceStream stream;
  private final List<Slot> slots = new ArrayList<>();
  private int size;
  private int next;

  /** Host memory for one part of a layer. */
  public final class Slot {
    private final HostMemory host = allocations.hostIfPossible(SLOT_BYTES);
    private final DeviceEvent copied = allocations.sleepingEvent();

    private Slot() {}

    /** Waits until the device has copied what was here, and returns the memory. */
    public ByteBuffer awaitFree() {
      copied.synchronise();
      return host.buffer();
    }

    /** Copies the first bytes to the device, without waiting. */
    public void copy(DeviceAddress target, int bytes) {
      stream.copy(host, target, bytes);
      stream.record(copied);
    }
  }

  /** Creates an empty ring of the current device. */
  UploadRing(Allocations allocations) {
    this.allocations = allocations;
    this.stream = allocations.stream();
  }

  /**
   * Begins a pass.
   *
   * @param most how many slots it uses, at least 1
   */
  public void begin(int most) {
    size = most;
    next = 0;
  }

  /**
   * Returns the slot that was used longest ago. What it held must have been passed to {@link
   * Slot#copy}. Page-locks memory if there are fewer slots than this pass may use.
   */
  public Slot next() {
    if (next == slots.size()) {
      slots.add(new Slot());
    }
    Slot slot = slots.get(next);
    next = (next + 1) % size;
    return slot;
  }

  /** The stream of the copies. */
  public DeviceStream stream() {
    return stream;
  }
}
