package org.spanmatch.kernel.cuda.gram;

import java.nio.ByteOrder;
import org.spanmatch.activations.Block;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceStream;

/** Turns samples of one layer in device memory, as they lie in the file, into rows of doubles. */
public final class Unpacker {
  private final GramCode code;
  private final DeviceMemory scales; // null for none

  /**
   * Creates an unpacker of one layer, whose scales it copies to the device.
   *
   * @param allocations owns its memory on the device
   * @param stream does the work, after the main stream has done what is here
   * @param scales a factor for each neuron, or null
   */
  public Unpacker(Device device, Allocations allocations, DeviceStream stream, double[] scales) {
    this.code = new GramCode(device, stream);
    this.scales = scales == null ? null : allocations.of(scales);
  }

  /**
   * Writes samples to rows of doubles.
   *
   * @param raw the samples
   * @param layout a block whose strides are those of the samples; its data and size don't count
   * @param from the first sample
   * @param count how many
   * @param target where the first neuron of the first sample goes
   * @param leading distance between the rows of the target
   */
  public void unpack(
      DeviceMemory raw, Block layout, int from, int count, DeviceAddress target, long leading) {
    code.unpack(
        raw,
        layout.type(),
        layout.data().order() == ByteOrder.BIG_ENDIAN,
        scales == null ? DeviceAddress.NULL : scales.pointer(),
        target,
        leading,
        layout.neurons(),
        layout.innerSize(),
        layout.neuronStride(),
        layout.outerStride(),
        layout.innerStride(),
        from,
        count);
  }
}
