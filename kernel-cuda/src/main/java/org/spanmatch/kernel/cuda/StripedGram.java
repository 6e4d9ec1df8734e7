package org.spanmatch.kernel.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.gram.GramStrip;
import org.spanmatch.kernel.cuda.gram.Layers;
import org.spanmatch.kernel.vector.gram.GramTables;

/**
 * A Gram matrix too large for a device: computed there in strips of rows, with a pass over the
 * activations for each, and kept on the host, whose table answers.
 */
final class StripedGram implements JointGram {
  private static final int LEAST_ROWS = 8;
  private static final int LEAST_SAMPLES = 128;
  private static final int FEW_PASSES = 4;
  // The rest is for other allocations, and for gaps between them.
  private static final double USABLE = 0.8;

  private final int threads;
  private final Layers layers;
  private final double[][] upper; // from the diagonal on
  private final double[] sums;
  private final double error;

  private StripedGram(int threads, Layers layers, double[][] upper, double[] sums, double error) {
    this.threads = threads;
    this.layers = layers;
    this.upper = upper;
    this.sums = sums;
    this.error = error;
  }

  /** The most bytes of Java heap that it takes, its table included. */
  static double heapBytes(int xNeurons, int yNeurons) {
    double all = (double) xNeurons + yNeurons;
    return Double.BYTES * all * all / 2 + GramTables.heapBytes(xNeurons, yNeurons);
  }

  /**
   * Reads both layers as often as it must. The device is the current one.
   *
   * @param threads how many threads may read and compute
   * @throws NotEnoughMemoryException if the device can't hold the least
   */
  static StripedGram of(Device device, int threads, Layers layers, Progress progress) {
    // Smaller panels make products slower, and narrower strips make more passes.
    for (int samples = GramStrip.PANEL; samples >= LEAST_SAMPLES; samples /= 2) {
      int rows = rowsThatFit(device, layers, samples);
      int least = samples == LEAST_SAMPLES ? LEAST_ROWS : layers.neurons() / FEW_PASSES;
      while (rows >= Math.min(least, layers.neurons())) {
        try {
          return inStrips(device, threads, layers, rows, samples, progress);
        } catch (DeviceException e) {
          if (!e.isOutOfMemory()) {
            throw e;
          }
          rows /= 2;
        }
      }
    }
    throw new NotEnoughMemoryException(
        layers.x().description()
            + ": "
            + layers.x().neurons()
            + " + "
            + layers.y().neurons()
            + " neurons need more memory than the "
            + device.freeBytes() / 1_000_000
            + " MB that are free on CUDA device "
            + device.info().number()
            + ", even in parts");
  }

  private static int rowsThatFit(Device device, Layers layers, int panelSamples) {
    double left = USABLE * device.freeBytes() - GramStrip.panelBytes(layers, panelSamples);
    return (int) Math.min(layers.neurons(), left / (Double.BYTES * (double) layers.neurons()));
  }

  private static StripedGram inStrips(
      Device device, int threads, Layers layers, int rows, int panelSamples, Progress progress) {
    int neurons = layers.neurons();
    int passes = (neurons + rows - 1) / rows;
    double[][] upper = new double[neurons][];
    double[] sums = null;
    for (int pass = 0; pass < passes; pass++) {
      int first = pass * rows;
      int count = Math.min(rows, neurons - first);
      try (Allocations room = device.allocations()) {
        GramStrip strip = new GramStrip(device, room, layers, first, count, panelSamples);
        GramStrip.readAll(List.of(device), List.of(strip), layers, progress, pass, passes, threads);
        for (int i = 0; i < count; i++) {
          upper[first + i] = strip.row(i);
        }
        sums = strip.sums();
      }
    }
    return new StripedGram(threads, layers, upper, sums, layers.gramError(panelSamples));
  }

  private double get(int row, int column) {
    return row <= column ? upper[row][column - row] : upper[column][row - column];
  }

  @Override
  public Moments moments(Group group) {
    double[] diagonal = new double[upper.length];
    Arrays.setAll(diagonal, i -> get(i, i));
    return layers.moments(group, diagonal, sums);
  }

  @Override
  public ProjectionTable table(
      int[] columns, Map<Group, LivingNeurons> living, Map<Group, Moments> moments) {
    int size = columns.length;
    double[] norms = new double[size];
    Arrays.setAll(norms, i -> Math.sqrt(get(columns[i], columns[i])));
    double[][] unit = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = i + 1; j < size; j++) {
        unit[i][j] = get(columns[i], columns[j]) / norms[i] / norms[j];
        unit[j][i] = unit[i][j];
      }
      unit[i][i] = 1;
    }
    return GramTables.of(
        unit, error, layers.storageRoundoff(), layers.samples(), living, moments, threads);
  }

  @Override
  public void close() {}
}
