package org.spanmatch.data;

/**
 * Reads a layer as rows of doubles, one row a sample, whatever its layout and block sizes: the
 * simple way in, for code that need not be fast.
 */
public final class SampleRows implements AutoCloseable {
  private final LayerActivations layer;
  private final BlockReader reader;
  private ActivationBlock block;
  private int used;

  /** Starts a pass over the layer. */
  public SampleRows(LayerActivations layer) {
    this.layer = layer;
    this.reader = layer.open();
  }

  /**
   * Reads the next samples.
   *
   * @param target receives {@code count × neurons} values, row-major
   * @param rows how many samples to read at most
   * @return how many were read; fewer than asked for only at the end
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
