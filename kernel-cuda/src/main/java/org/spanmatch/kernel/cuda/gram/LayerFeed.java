package org.spanmatch.kernel.cuda.gram;

import java.util.Optional;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.RangeReader;
import org.spanmatch.kernel.cuda.driver.UploadRing;

/** One pass over a layer's samples, cut into parcels. */
interface LayerFeed extends AutoCloseable {
  /** Whether {@link #next} would not wait. */
  boolean isReady();

  /**
   * Returns the next parcel, after the one before it is {@linkplain Parcel#complete complete}.
   *
   * @throws org.spanmatch.activations.ActivationsException if there is none, or it can't be read
   */
  Parcel next();

  /** Ends the pass; no part may be in the course of being read. */
  @Override
  void close();

  /**
   * Starts a pass: by several threads at once where samples can be read at any place, otherwise by
   * one at a time.
   *
   * @param panelSamples how many samples are used together
   */
  static LayerFeed of(Layer layer, int panelSamples, Readers readers) {
    if (layer.neurons() > 0 && layer.samples() > 0) {
      Optional<RangeReader> ranges = layer.openRanges();
      if (ranges.isPresent()) {
        RangeReader reader = ranges.get();
        if (RangeFeed.unitBytes(layer, reader) <= UploadRing.SLOT_BYTES) {
          return new RangeFeed(layer, reader, panelSamples);
        }
        reader.close();
      }
    }
    return new BlockFeed(layer, readers);
  }
}
