package org.spanmatch.tuning;

import java.util.Locale;
import org.spanmatch.kernel.selection.CostProfile.LayerWork;

/**
 * A size of a layer.
 *
 * @param neurons number of neurons of each network, at least 1
 * @param samples number of samples, at least 1
 */
public record GridPoint(int neurons, long samples) {
  private static final int TABLES = 16;
  private static final long LEAST_HEAP = 512L << 20;

  /** Checks that both numbers are at least 1. */
  public GridPoint {
    if (neurons < 1 || samples < 1) {
      throw new IllegalArgumentException("no such size: " + neurons + " neurons, " + samples);
    }
  }

  /** The work of matching such a layer of float32 activations. */
  public LayerWork work() {
    return LayerWork.of(neurons, neurons, samples, Float.BYTES);
  }

  /** Number of operations of both phases. */
  double flops() {
    return work().compressFlops() + work().matchFlops();
  }

  /**
   * Returns an upper estimate of the Java heap for measuring such a layer: its activations (for a
   * peer, also twice in float64), Gram matrices and tables of two results, and headroom for the
   * collector.
   *
   * @param backend a backend's or a peer's name
   */
  public long heapBytes(String backend) {
    double all = 2.0 * neurons;
    int bytes = Float.BYTES + (Peers.names().contains(backend) ? 2 * Double.BYTES : 0);
    double tables = TABLES * Double.BYTES * all * all;
    return (long) (1.2 * (samples * all * bytes + tables)) + LEAST_HEAP;
  }

  /** Returns the size, such as "64 + 64 neurons, 10,000 samples". */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%,d + %,d neurons, %,d samples", neurons, neurons, samples);
  }
}
