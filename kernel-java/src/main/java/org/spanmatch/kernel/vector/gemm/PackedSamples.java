package org.spanmatch.kernel.vector.gemm;

/**
 * Some samples of both groups, packed for the micro-kernel: slices of samples, each cut into panels
 * of neurons.
 *
 * <p>Columns are the neurons of the first group, padding with zeros to whole panels, and the same
 * for the second group.
 */
public final class PackedSamples {
  /**
   * KC, the samples of a slice: what the micro-kernel sums in registers before it adds to the
   * result.
   */
  public static final int KC = 256;

  // Half a megabyte a step, or two slices: the first adds to tiles that come from far away, the
  // second finds them in the cache. (Measured: with four slices the samples are no longer there.)
  private static final int STEP_VALUES = 1 << 16;

  private final int width;
  private final int panels;
  private final double[] values;
  private final int slices;

  /**
   * Makes room.
   *
   * @param width neurons of a panel
   * @param panels panels of both groups together
   * @param samples how many samples there are in all, so that small jobs take little memory
   */
  public PackedSamples(int width, int panels, long samples) {
    this.width = width;
    this.panels = panels;
    this.slices = slices(width, panels, samples);
    this.values = new double[Math.multiplyExact(slices * panels, width * KC)];
  }

  private static int slices(int width, int panels, long samples) {
    long needed = (samples + KC - 1) / KC;
    long fitting = STEP_VALUES / Math.max(1, (long) panels * width * KC);
    return (int) Math.min(needed, Math.max(2, fitting));
  }

  /** Memory of such a step. */
  public static long bytes(int width, int panels, long samples) {
    return (long) Double.BYTES * slices(width, panels, samples) * panels * width * KC;
  }

  /** Samples that fit. */
  public int capacity() {
    return slices * KC;
  }

  public double[] values() {
    return values;
  }

  /** Where a panel of a slice begins in {@link #values()}. */
  public int offset(int slice, int panel) {
    return (slice * panels + panel) * KC * width;
  }

  /** Where the first neuron of a panel is at a sample. */
  public int sampleOffset(int sample, int panel) {
    return offset(sample / KC, panel) + sample % KC * width;
  }
}
