package org.spanmatch.kernel.vector.gram;

import static org.spanmatch.kernel.vector.gemm.MicroKernel.KC;

/**
 * A step of samples of all layers, packed for the micro-kernel: slices of KC samples, each cut into
 * panels of neurons.
 *
 * <p>Columns are the neurons of the first layer, padded with zeros to whole panels, then those of
 * the second, and so on.
 */
final class PackedSamples {
  // Half a megabyte per step, or two slices: the first slice fetches the tiles from memory, the
  // second finds them in the cache. (Measured: with four slices the samples have left the cache.)
  private static final int STEP_VALUES = 1 << 16;

  private final int width;
  private final int panels;
  private final double[] values;
  private final int slices;
  private final double[][] squaredNorms; // by layer; null if not requested

  /**
   * Allocates a step.
   *
   * @param width neurons per panel
   * @param panels number of panels of all layers together
   * @param samples total number of samples, so that small jobs take little memory
   * @param normLayers number of layers for which to keep the squared norms of samples; 0 for none
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

  /** Returns the memory of such a step, in bytes. */
  static double bytes(int width, long panels, long samples) {
    int fewPanels = (int) Math.min(panels, Integer.MAX_VALUE / width);
    return (double) Double.BYTES * slices(width, fewPanels, samples) * panels * width * KC;
  }

  /** Number of samples that fit. */
  int capacity() {
    return slices * KC;
  }

  double[] values() {
    return values;
  }

  /** The squared norms of a layer's packed samples; null if not requested. */
  double[] squaredNorms(int layer) {
    return squaredNorms == null ? null : squaredNorms[layer];
  }

  /** Returns the index in {@link #values()} of a panel of a slice. */
  int offset(int slice, int panel) {
    return (slice * panels + panel) * KC * width;
  }

  /** Returns the index in {@link #values()} of a panel's first neuron at a sample. */
  int sampleOffset(int sample, int panel) {
    return offset(sample / KC, panel) + sample % KC * width;
  }
}
