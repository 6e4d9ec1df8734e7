package org.spanmatch.kernel.cuda.gram;

import java.nio.ByteBuffer;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.RangeReader;
import org.spanmatch.kernel.cuda.driver.UploadRing;

/** A pass over a layer whose samples can be read at any place: parcels are panels, about. */
final class RangeFeed implements LayerFeed {
  // Copies of less take hardly less time.
  private static final int LEAST_BYTES = 1 << 20;

  // With larger parts the slots take more room in the caches, and the first copy begins later: 28
  // GB/s of CPU time from the page cache, beside 20 with 4 MB. (EPYC, Zen 5; JDK 17.)
  private static final int PART_BYTES = 2 << 20;

  private final RangeReader reader;
  private final long samples;
  private final long sampleBytes;
  private final int parcelSamples;
  private final int partSamples;
  private long done;

  /**
   * Starts a pass.
   *
   * @param reader whose unit fits in a slot; closed with this
   */
  RangeFeed(Layer layer, RangeReader reader, int panelSamples) {
    this.reader = reader;
    samples = layer.samples();
    sampleBytes = sampleBytes(layer);
    parcelSamples = parcelSamples(sampleBytes, reader.unit(), samples, panelSamples);
    long unitBytes = sampleBytes * reader.unit();
    long units = parcelSamples / reader.unit();
    long most = Math.max(1, PART_BYTES / unitBytes);
    long parts = (units + most - 1) / most;
    partSamples = (int) ((units + parts - 1) / parts) * reader.unit();
  }

  private static long sampleBytes(Layer layer) {
    return (long) layer.neurons() * layer.type().bytes();
  }

  /** Bytes of the samples that must be read together. */
  static long unitBytes(Layer layer, RangeReader reader) {
    return sampleBytes(layer) * reader.unit();
  }

  /** The most bytes of a parcel of a layer that has a feed of this kind. */
  static double parcelBytes(Layer layer, int panelSamples) {
    double sample = sampleBytes(layer);
    return Math.max(panelSamples * sample, LEAST_BYTES) + UploadRing.SLOT_BYTES;
  }

  /** A panel, or what is worth a copy; in whole units. */
  private static int parcelSamples(long sampleBytes, int unit, long samples, int panelSamples) {
    long wanted = Math.max(panelSamples, LEAST_BYTES / sampleBytes);
    return (int) Math.min((wanted + unit - 1) / unit * unit, samples);
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public Parcel next() {
    long first = done;
    int count = (int) Math.min(parcelSamples, samples - done);
    done += count;
    return new Parcel(first, count, count * sampleBytes, (int) (partSamples * sampleBytes)) {
      @Override
      Block copy(int part, ByteBuffer target) {
        long start = partStart(part) / sampleBytes;
        int size = (int) (partLength(part) / sampleBytes);
        return reader.fill(first + start, size, target);
      }
    };
  }

  @Override
  public void close() {
    reader.close();
  }
}
