package org.spanmatch.kernel.cuda.gram;

import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceEvent;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceStream;
import org.spanmatch.kernel.cuda.driver.UploadRing;

/**
 * Where the parcels of one layer arrive on a device: in two places in turn, so that one is copied
 * while the other is unpacked.
 */
final class Inbox {
  // Readers take larger blocks only where one sample is larger.
  private static final double LARGEST_BLOCK = 32 << 20;

  private final UploadRing ring;
  private final DeviceStream unpacking;
  private final Unpacker unpacker;
  private final Place[] places;
  private int turn;

  /** Room for a parcel. */
  final class Place {
    private final Allocations allocations;
    private final DeviceEvent arrived;
    private final DeviceEvent unpacked;
    private DeviceMemory memory;
    private Parcel parcel; // planned or here; null if none was
    private int planned; // parts
    private Block layout;

    private Place(Allocations allocations) {
      this.allocations = allocations;
      this.arrived = allocations.event();
      this.unpacked = allocations.event();
    }

    /** Whether further parts of the parcel are to be read. */
    boolean isIncomplete() {
      return planned < parcel.parts();
    }

    /** Returns the number of the next part, which is planned with that. */
    int planPart() {
      parcel.plan();
      return planned++;
    }

    /** Copies a part, after those before it and after what was here has been unpacked. */
    void receive(Parcel from, int part, UploadRing.Slot slot, Block strides) {
      if (part == 0) {
        require(from.bytes());
        ring.stream().waitFor(unpacked);
        layout = strides;
      }
      slot.copy(memory.pointer().withByteOffset(from.partStart(part)), from.partLength(part));
      if (part == from.parts() - 1) {
        ring.stream().record(arrived);
      }
    }

    private void require(long bytes) {
      if (memory == null || memory.bytes() < bytes) {
        if (memory != null) {
          memory.close();
        }
        memory = allocations.bytes(bytes);
      }
    }

    /** Writes samples to rows of doubles when all parts have arrived. */
    void unpack(int from, int count, DeviceAddress target, long leading) {
      unpacking.waitFor(arrived);
      unpacker.unpack(memory, layout, from, count, target, leading);
      unpacking.record(unpacked);
    }
  }

  /**
   * Creates an empty inbox of the current device.
   *
   * @param allocations owns its memory on the device
   * @param unpacking the stream that unpacks
   * @param scales a factor for each neuron, or null
   */
  Inbox(Device device, Allocations allocations, DeviceStream unpacking, double[] scales) {
    this.ring = device.uploads();
    this.unpacking = unpacking;
    this.unpacker = new Unpacker(device, allocations, unpacking, scales);
    this.places = new Place[] {new Place(allocations), new Place(allocations)};
  }

  /** The most bytes of device memory that an inbox takes for a layer. */
  static double bytes(Layer layer, int panelSamples) {
    double all = (double) layer.neurons() * layer.samples() * layer.type().bytes();
    double parcel = Math.max(LARGEST_BLOCK, RangeFeed.parcelBytes(layer, panelSamples));
    // The second place is not used by a layer that comes in one parcel.
    return (all <= parcel ? all : 2 * parcel) + Double.BYTES * (double) layer.neurons();
  }

  /** Returns where a parcel is, or will be; if it is new here, it takes the place used before. */
  Place placeOf(Parcel parcel) {
    if (places[turn].parcel != parcel) {
      turn = 1 - turn;
      places[turn].parcel = parcel;
      places[turn].planned = 0;
    }
    return places[turn];
  }
}
