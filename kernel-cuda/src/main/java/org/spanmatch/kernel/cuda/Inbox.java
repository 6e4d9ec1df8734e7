package org.spanmatch.kernel.cuda;

import static org.spanmatch.kernel.cuda.DeviceException.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.JCudaDriver;
import org.spanmatch.data.ActivationBlock;
import org.spanmatch.data.ElementType;

/**
 * Where the blocks of one layer arrive on a device, as they lie in the file, and are turned into
 * rows of doubles.
 *
 * <p>There is room for two blocks: while one is being computed with, the next is copied, and the
 * host reads the one after that.
 */
final class Inbox {
  private static final int TILE = 32;
  private static final int TILE_ROWS = 8;

  private final Device device;
  private final Allocations allocations;
  private final DeviceMemory scales; // null for none
  private final Slot[] slots;
  private int current;
  private long arrived; // number of the block that lies in the current slot, from 1

  /** Room for one block on both sides. */
  private static final class Slot {
    final CUevent copied;
    final CUevent used;
    HostMemory host;
    DeviceMemory raw;

    Slot(Allocations allocations) {
      copied = allocations.event();
      used = allocations.event();
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
    this.scales = scales == null ? null : allocations.of(scales);
    this.slots = new Slot[] {new Slot(allocations), new Slot(allocations)};
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
      ActivationBlock block, long number, int from, int count, CUdeviceptr target, long leading) {
    if (number != arrived) {
      receive(block);
      arrived = number;
    }
    Slot slot = slots[current];
    device
        .code()
        .launch(
            "unpack",
            new DeviceCode.Grid(
                DeviceCode.Grid.blocks(block.neurons(), TILE),
                DeviceCode.Grid.blocks(count, TILE),
                TILE,
                TILE_ROWS),
            slot.raw,
            code(block.type()),
            block.data().order() == ByteOrder.BIG_ENDIAN ? 1 : 0,
            scales == null ? new CUdeviceptr() : scales,
            target,
            leading,
            block.neurons(),
            block.innerSize(),
            (long) block.neuronStride(),
            (long) block.outerStride(),
            (long) block.innerStride(),
            from,
            count);
    check("cuEventRecord", JCudaDriver.cuEventRecord(slot.used, device.stream()));
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

  /** Copies a block to the slot that was used longest ago. */
  private void receive(ActivationBlock block) {
    current = 1 - current;
    Slot slot = slots[current];
    int values =
        1
            + (block.neurons() - 1) * block.neuronStride()
            + (block.outerSize() - 1) * block.outerStride()
            + (block.innerSize() - 1) * block.innerStride();
    int bytes = values * block.type().bytes();
    if (slot.host == null || slot.host.bytes() < bytes) {
      grow(slot, bytes);
    }
    // The last copy has left the host's buffer, and its use on the device has ended.
    check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(slot.copied));
    ByteBuffer data = block.data().duplicate().clear().limit(bytes);
    slot.host.buffer().put(data);
    check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(device.copyStream(), slot.used, 0));
    device.uploadAhead(slot.host, slot.raw, bytes);
    check("cuEventRecord", JCudaDriver.cuEventRecord(slot.copied, device.copyStream()));
    check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(device.stream(), slot.copied, 0));
  }

  private void grow(Slot slot, int bytes) {
    if (slot.host != null) {
      slot.host.close();
      slot.raw.close();
    }
    slot.host = allocations.host(bytes);
    slot.raw = allocations.bytes(bytes);
  }
}
