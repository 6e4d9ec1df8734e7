package org.spanmatch.kernel.cuda.gram;

import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;

/** One pass over a layer's samples, dealt out to the inboxes of devices. */
final class LayerFeed implements AutoCloseable {
  private final String description;
  private final BlockReader reader;
  private final boolean hasNeurons;
  private Block block;
  private long number;
  private int used;

  /** Starts a pass. */
  LayerFeed(Layer layer) {
    this.description = layer.description();
    this.reader = layer.open();
    this.hasNeurons = layer.neurons() > 0;
  }

  /** Whether there is anything to bring. */
  boolean hasNeurons() {
    return hasNeurons;
  }

  /**
   * Brings the next samples to a device.
   *
   * @param samples how many
   * @param rows receives a row for each sample
   * @param leading elements of such a row
   * @param column where the first neuron goes
   * @throws ActivationsException if there are fewer samples
   */
  void fill(Inbox inbox, int samples, DeviceMemory rows, long leading, int column) {
    int filled = 0;
    while (filled < samples) {
      if (block == null || used == block.samples()) {
        block = reader.next();
        number++;
        used = 0;
        if (block == null) {
          throw new ActivationsException(
              description + " ended " + (samples - filled) + " samples or more too early");
        }
      }
      int count = Math.min(samples - filled, block.samples() - used);
      inbox.unpack(block, number, used, count, rows.element(filled * leading + column), leading);
      used += count;
      filled += count;
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
