package org.spanmatch.kernel.cuda.gram;

import java.nio.ByteOrder;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceEvent;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceStream;
import org.spanmatch.kernel.cuda.driver.HostMemory;

/**
 * Where the blocks of one layer arrive on a device, as they lie in the file, and are turned into
 * rows of doubles.
 *
 * <p>The host has room for two blocks: while one is copied and unpacked, on a stream of this inbox,
 * it reads the next. The user of the rows has to wait for an event; see {@link #record}.
 */
public final class Inbox {
  // Readers take larger blocks only where one sample is larger.
  private static final double LARGEST_BLOCK = 32 << 20;

  private final Allocations allocations;
  private final DeviceStream stream;
  private final GramCode code;
  private final DeviceMemory scales; // null for none
  private final Slot[] slots;
  private DeviceMemory raw; // the block as it lies in the file
  private int current;
  private long arrived; // number of the block that lies there, from 1

  /** Room for a block on the host. */
  private static final class Slot {
    final DeviceEvent copied;
    HostMemory host;

    Slot(Allocations allocations) {
      copied = allocations.event();
    }
  }

  /**
   * An empty inbox.
   *
   * @param allocations owns its memory on the device
   * @param scales a factor for each neuron, or null
   */
  public Inbox(Device device, Allocations allocations, double[] scales) {
    this.allocations = allocations;
    this.stream = allocations.stream();
    this.code = new GramCode(device, stream);
    this.scales = scales == null ? null : allocations.of(scales);
    this.slots = new Slot[] {new Slot(allocations), new Slot(allocations)};
  }

  /** The most bytes of device memory that an inbox takes for a layer. */
  public static double bytes(Layer layer) {
    double all = (double) layer.neurons() * layer.samples() * layer.type().bytes();
    return Math.min(all, LARGEST_BLOCK) + Double.BYTES * (double) layer.neurons();
  }

  /**
   * Writes samples of a block to rows of doubles on the device.
   *
   * @param number of the block, growing from 1: one that has arrived is not copied again
   * @param from the first sample in the block
   * @param count how many
   * @param target where the first neuron of the first sample goes
   * @param leading distance between the rows of the target
   */
  public void unpack(
      Block block, long number, int from, int count, DeviceAddress target, long leading) {
    if (number != arrived) {
      receive(block);
      arrived = number;
    }
    code.unpack(
        raw,
        block.type(),
        block.data().order() == ByteOrder.BIG_ENDIAN,
        scales == null ? DeviceAddress.NULL : scales.pointer(),
        target,
        leading,
        block.neurons(),
        block.innerSize(),
        block.neuronStride(),
        block.outerStride(),
        block.innerStride(),
        from,
        count);
  }

  /** Makes all later blocks wait for an event, such as that rows may be overwritten. */
  public void waitFor(DeviceEvent event) {
    stream.waitFor(event);
  }

  /** Makes an event occur when all blocks so far are unpacked. */
  public void record(DeviceEvent event) {
    stream.record(event);
  }

  /** Copies a block, through the host's memory that was used longer ago. */
  private void receive(Block block) {
    current = 1 - current;
    Slot slot = slots[current];
    int values =
        1
            + (block.neurons() - 1) * block.neuronStride()
            + (block.outerSize() - 1) * block.outerStride()
            + (block.innerSize() - 1) * block.innerStride();
    int bytes = values * block.type().bytes();
    // The last copy has left the host's memory. On the device one thing follows the other.
    slot.copied.synchronise();
    if (slot.host == null || slot.host.bytes() < bytes) {
      if (slot.host != null) {
        slot.host.close();
      }
      slot.host = allocations.host(bytes);
    }
    if (raw == null || raw.bytes() < bytes) {
      if (raw != null) {
        raw.close();
      }
      raw = allocations.bytes(bytes);
    }
    slot.host.buffer().put(block.data().duplicate().clear().limit(bytes));
    stream.copy(slot.host, raw.pointer(), bytes);
    record(slot.copied);
  }
}
