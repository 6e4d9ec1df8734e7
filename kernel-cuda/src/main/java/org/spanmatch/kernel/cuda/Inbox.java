package org.spanmatch.kernel.cuda;

import static org.spanmatch.kernel.cuda.DeviceException.check;

import java.nio.ByteOrder;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.spanmatch.data.ActivationBlock;
import org.spanmatch.data.ElementType;
import org.spanmatch.data.LayerActivations;

/**
 * Where the blocks of one layer arrive on a device, as they lie in the file, and are turned into
 * rows of doubles.
 *
 * <p>The host has room for two blocks: while one is copied and unpacked, on a stream of this inbox,
 * it reads the next. Whoever wants the rows has to wait for an event; see {@link #record}.
 */
final class Inbox {
  private static final int TILE = 32;
  private static final int TILE_ROWS = 8;

  // Readers take larger blocks only where one sample is larger.
  private static final double LARGEST_BLOCK = 32 << 20;

  private final Device device;
  private final Allocations allocations;
  private final CUstream stream;
  private final DeviceMemory scales; // null for none
  private final Slot[] slots;
  private DeviceMemory raw; // the block as it lies in the file
  private int current;
  private long arrived; // number of the block that lies there, from 1

  /** Room for a block on the host. */
  private static final class Slot {
    final CUevent copied;
    HostMemory host;

    Slot(Allocations allocations) {
      copied = allocations.event();
    }
  }

  /**
   * An empty inbox.
   *
   * @param allocations owns what it needs on the device
   * @param scales a factor for each neuron, or null
   */
  Inbox(Device device, Allocations allocations, double[] scales) {
    this.device = device;
    this.allocations = allocations;
    this.stream = allocations.stream();
    this.scales = scales == null ? null : allocations.of(scales);
    this.slots = new Slot[] {new Slot(allocations), new Slot(allocations)};
  }

  /** How many bytes of device memory one takes at most for a layer. */
  static double bytes(LayerActivations layer) {
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
  void unpack(
      ActivationBlock block, long number, int from, int count, DeviceAddress target, long leading) {
    if (number != arrived) {
      receive(block);
      arrived = number;
    }
    device
        .code()
        .launchOn(
            stream,
            "unpack",
            new DeviceCode.Grid(
                DeviceCode.Grid.blocks(block.neurons(), TILE),
                DeviceCode.Grid.blocks(count, TILE),
                TILE,
                TILE_ROWS),
            raw,
            code(block.type()),
            block.data().order() == ByteOrder.BIG_ENDIAN ? 1 : 0,
            scales == null ? DeviceAddress.NULL : scales.pointer(),
            target,
            leading,
            block.neurons(),
            block.innerSize(),
            (long) block.neuronStride(),
            (long) block.outerStride(),
            (long) block.innerStride(),
            from,
            count);
  }

  /** Lets what comes next wait for an event, such as that rows may be overwritten. */
  void waitFor(CUevent event) {
    check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(stream, event, 0));
  }

  /** Lets an event follow everything so far. */
  void record(CUevent event) {
    check("cuEventRecord", JCudaDriver.cuEventRecord(event, stream));
  }

  /** The number of a format in spanmatch.cu. */
  private static int code(ElementType type) {
    return switch (type) {
      case FLOAT16 -> 0;
      case FLOAT32 -> 1;
      case FLOAT64 -> 2;
      case INT8 -> 3;
      case INT16 -> 4;
      case INT32 -> 5;
      case INT64 -> 6;
      case UINT8 -> 7;
      case UINT16 -> 8;
      case UINT32 -> 9;
      case UINT64 -> 10;
      case BOOL -> 11;
    };
  }

  /** Copies a block, through the host's memory that was used longer ago. */
  private void receive(ActivationBlock block) {
    current = 1 - current;
    Slot slot = slots[current];
    int values =
        1
            + (block.neurons() - 1) * block.neuronStride()
            + (block.outerSize() - 1) * block.outerStride()
            + (block.innerSize() - 1) * block.innerStride();
    int bytes = values * block.type().bytes();
    // The last copy has left the host's memory. On the device one thing follows the other.
    check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(slot.copied));
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
    check(
        "cuMemcpyHtoDAsync",
        JCudaDriver.cuMemcpyHtoDAsync(raw.pointer(), slot.host.pointer(), bytes, stream));
    record(slot.copied);
  }
}
