package org.spanmatch.kernel.vector.gram;

import static org.spanmatch.kernel.vector.gemm.MicroKernel.KC;

/**
 * Some samples of all layers, packed for the micro-kernel: slices of KC samples, each cut into
 * panels of neurons.
 *
 * <p>Columns are the neurons of the first layer, padded with zeros to whole panels, then those of
 * the second, and so on.
 */
final class PackedSamples {
  // Half a megabyte a step, or two slices: the first adds to tiles that come from far away, the
  // second finds them in the cache. (Measured: with four slices the samples are no longer there.)
  private static final int STEP_VALUES = 1 << 16;

  private final int width;
  private final int panels;
  private final double[] values;
  private final int slices;
  private final double[][] squaredNorms; // by layer; null where nobody wants them

  /**
   * Makes room.
   *
   * @param width neurons of a panel
   * @param panels panels of all layers together
   * @param samples how many samples there are in all, so that small jobs take little memory
   * @param normLayers how many layers need the squared norms of samples; 0 for none
   */
  PackedSamples(int width, int panels, long samples, int normLayers) {
    this.width = width;
    this.panels = panels;
    this.slices = slices(width, panels, samples);
    this.values = new double[Math.multiplyExact(slices * panels, width * KC)];
    this.squaredNorms = normLayers == 0 ? null : new double[normLayers][slices * KC];
  }

  private static int slices(int width, int panels, long samples) {
    long needed = (samples + KC - 1) / KC;
    long fitting = STEP_VALUES / Math.max(1, (long) panels * width * KC);
    return (int) Math.min(needed, Math.max(2, fitting));
  }

  /** Memory of such a step. */
  static double bytes(int width, long panels, long samples) {
    int fewPanels = (int) Math.min(panels, Integer.MAX_VALUE / width);
    return (double) Double.BYTES * slices(width, fewPanels, samples) * panels * width * KC;
  }

  /** Samples that fit. */
  int capacity() {
    return slices * KC;
  }

  double[] values() {
    return values;
  }

  /** The squared norms of a layer's samples, as they were packed; null where nobody wants them. */
  double[] squaredNorms(int layer) {
    return squaredNorms == null ? null : squaredNorms[layer];
  }

  /** Where a panel of a slice begins in {@link #values()}. */
  int offset(int slice, int panel) {
    return (slice * panels + panel) * KC * width;
  }

  /** Where the first neuron of a panel is at a sample. */
  int sampleOffset(int sample, int panel) {
    return offset(sample / KC, panel) + sample % KC * width;
  }
}
