package org.spanmatch.kernel.backend;

import java.util.Objects;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;

/**
 * Reads a layer of any layout and block size as rows of doubles, one row per sample. For code that
 * need not be fast.
 */
public final class SampleRows implements AutoCloseable {
  private static final int MAX_CHUNK = 256;
  private static final int CHUNK_VALUES = 1 << 20;

  private final Layer layer;
  private final BlockReader reader;
  private Block block;
  private int used;

  /**
   * {@return the number of rows that fit in a buffer of a few megabytes; at most 256}
   *
   * @param neurons number of neurons, at least 0
   */
  public static int chunk(int neurons) {
    return Math.max(1, Math.min(MAX_CHUNK, CHUNK_VALUES / Math.max(1, neurons)));
  }

  /**
   * Starts a pass over the layer.
   *
   * @param layer the layer to read
   */
  public SampleRows(Layer layer) {
    Objects.requireNonNull(layer, "layer");
    this.layer = layer;
    this.reader = layer.open();
  }

  /**
   * Reads the next samples.
   *
   * @param target receives {@code count × neurons} values, row-major
   * @param rows largest number of samples to read
   * @return number of samples read; fewer than {@code rows} only at the end
   */
  public int read(double[] target, int rows) {
    int filled = 0;
    while (filled < rows) {
      if (block == null || used == block.samples()) {
        block = reader.next();
        used = 0;
        if (block == null) {
          break;
        }
      }
      int count = Math.min(rows - filled, block.samples() - used);
      block.copyRows(used, count, target, filled * layer.neurons());
      used += count;
      filled += count;
    }
    return filled;
  }

  @Override
  public void close() {
    reader.close();
  }
}
