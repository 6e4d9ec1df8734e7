package org.spanmatch.kernel.vector.gram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.GramErrors;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.PackedSamples;
import org.spanmatch.kernel.vector.gemm.WorkerPool;
import org.spanmatch.kernel.vector.projection.CompressedVectors;
import org.spanmatch.kernel.vector.projection.JointMatrix;

/**
 * The Gram matrix G = AᵀA of the activation vectors A = [Z_X Z_Y] of two groups, and their sums.
 *
 * <p>With m neurons and d samples it costs d·m² operations, 8·m² bytes, and two steps of packed
 * samples whatever d is: while one is multiplied, the next is read and packed. The sums are formed
 * in the same order whatever the number of threads is, so that the result is the same bit for bit.
 */
public final class GramMatrix implements JointMatrix {
  // Tiles of so many panels a side are one task: their panels of a slice stay in the second-level
  // cache together.
  private static final int TASK_PANELS = 4;

  private static final int UNIT_BLOCK = 64;

  private final int width;
  private final int xNeurons;
  private final int yNeurons;
  private final int yFirst;
  private final int stride;
  private final double[] values;
  private final double[] sums;
  private final long samples;

  private GramMatrix(int width, int xNeurons, int yNeurons, long samples) {
    this.width = width;
    this.xNeurons = xNeurons;
    this.yNeurons = yNeurons;
    this.yFirst = panels(xNeurons, width) * width;
    this.stride = yFirst + panels(yNeurons, width) * width;
    this.values = new double[Math.multiplyExact(stride, stride)];
    this.sums = new double[stride];
    this.samples = samples;
  }

  /**
   * Reads both layers once and accumulates their Gram matrix.
   *
   * @param xScales a factor for each neuron of the first layer, or null
   * @param yScales the same for the second layer, or null
   * @param progress is told the number of samples read so far
   */
  public static GramMatrix of(
      Layer x,
      Layer y,
      double[] xScales,
      double[] yScales,
      MicroKernel kernel,
      WorkerPool workers,
      Progress progress) {
    int width = kernel.nr();
    long samples = x.samples();
    GramMatrix gram = new GramMatrix(width, x.neurons(), y.neurons(), samples);
    int xPanels = gram.yFirst / width;
    int panels = gram.stride / width;
    if (panels == 0) {
      return gram;
    }
    try (LayerPacker xPacker = new LayerPacker(x, 0, xScales, kernel);
        LayerPacker yPacker = new LayerPacker(y, xPanels, yScales, kernel)) {
      Pass pass = gram.new Pass(xPacker, yPacker, kernel);
      long done = 0;
      do {
        workers.run(pass.tasks(samples - done));
        done += pass.multiplied;
        progress.update("compress", done, samples);
      } while (pass.swap() > 0);
      return gram;
    }
  }

  /** The steps of a pass; their tasks are made once, or they would be garbage for every step. */
  private final class Pass {
    private static final int READING = 2;

    private final List<Runnable> tasks = new ArrayList<>();
    private PackedSamples current = new PackedSamples(width, stride / width, samples);
    private PackedSamples next = new PackedSamples(width, stride / width, samples);
    private int multiplied; // samples in current: none before the first step
    private int packed; // samples that next gets

    Pass(LayerPacker xPacker, LayerPacker yPacker, MicroKernel kernel) {
      tasks.add(() -> xPacker.fill(next, packed));
      tasks.add(() -> yPacker.fill(next, packed));
      int panels = stride / width;
      for (int column = 0; column < panels; column += TASK_PANELS) {
        for (int row = 0; row <= column; row += TASK_PANELS) {
          int firstRow = row;
          int firstColumn = column;
          tasks.add(() -> multiply(current, multiplied, firstRow, firstColumn, kernel));
        }
      }
    }

    /**
     * What to do in the next step.
     *
     * @param left samples that are not yet multiplied
     */
    List<Runnable> tasks(long left) {
      packed = (int) Math.min(next.capacity(), left - multiplied);
      return tasks.subList(packed > 0 ? 0 : READING, multiplied > 0 ? tasks.size() : READING);
    }

    /** Ends a step; returns how many samples the next one multiplies. */
    int swap() {
      PackedSamples read = next;
      next = current;
      current = read;
      multiplied = packed;
      return multiplied;
    }
  }

  /** Memory: this matrix, its unit-norm copy, and two steps of packed samples. */
  public static double bytes(int xNeurons, int yNeurons, long samples, int width) {
    int panels = panels(xNeurons, width) + panels(yNeurons, width);
    double stride = (double) panels * width;
    return Double.BYTES * 2 * stride * stride + 2.0 * PackedSamples.bytes(width, panels, samples);
  }

  private static int panels(int neurons, int width) {
    return (int) ((neurons + width - 1L) / width);
  }

  /** Adds the products of one task's panels, of the upper triangle only, and a diagonal's sums. */
  private void multiply(
      PackedSamples packed, int count, int firstRow, int firstColumn, MicroKernel kernel) {
    int panels = stride / width;
    int lastRow = Math.min(panels, firstRow + TASK_PANELS);
    int lastColumn = Math.min(panels, firstColumn + TASK_PANELS);
    double[] data = packed.values();
    for (int slice = 0; slice * PackedSamples.KC < count; slice++) {
      int depth = Math.min(PackedSamples.KC, count - slice * PackedSamples.KC);
      for (int row = firstRow; row < lastRow; row++) {
        if (firstRow == firstColumn) {
          // Every panel is in one such task, which has it in the cache.
          kernel.addSums(data, packed.offset(slice, row), depth, sums, row * width);
        }
        for (int column = Math.max(row, firstColumn); column < lastColumn; column++) {
          int left = packed.offset(slice, row);
          int right = packed.offset(slice, column);
          for (int i = 0; i < width; i += kernel.mr()) {
            int tile = tile(row, column) + i * width;
            kernel.multiplyAdd(data, left + i, data, right, depth, values, tile, width, false);
          }
        }
      }
    }
  }

  @Override
  public int column(Group group, int neuron) {
    return group == Group.X ? neuron : yFirst + neuron;
  }

  @Override
  public Moments moments(Group group) {
    int first = column(group, 0);
    double[] norms = new double[group == Group.X ? xNeurons : yNeurons];
    Arrays.setAll(norms, neuron -> Math.sqrt(get(first + neuron, first + neuron)));
    return new Moments(norms, Arrays.copyOfRange(sums, first, first + norms.length));
  }

  /** Where the elements of two panels begin: one tile after the other, each in one piece. */
  private int tile(int panel, int otherPanel) {
    return (panel * (stride / width) + otherPanel) * width * width;
  }

  /** The inner product of the activation vectors in two columns. */
  private double get(int column, int other) {
    int first = Math.min(column, other);
    int second = Math.max(column, other);
    return values[tile(first / width, second / width) + first % width * width + second % width];
  }

  @Override
  public CompressedVectors unitVectors(int[] columns, double storageRoundoff, Gemm gemm) {
    double[] norms = new double[columns.length];
    Arrays.setAll(norms, i -> Math.sqrt(get(columns[i], columns[i])));
    double[][] unit = new double[columns.length][columns.length];
    // In squares, so that the transposed elements stay in the cache.
    for (int row = 0; row < columns.length; row += UNIT_BLOCK) {
      for (int column = row; column < columns.length; column += UNIT_BLOCK) {
        scale(unit, columns, norms, row, column);
      }
    }
    double error = GramErrors.ofUnitNorm(GramErrors.ofSums(samples, PackedSamples.KC));
    return new GramVectors(unit, error, storageRoundoff, gemm);
  }

  private void scale(double[][] unit, int[] columns, double[] norms, int row, int column) {
    int lastRow = Math.min(columns.length, row + UNIT_BLOCK);
    int lastColumn = Math.min(columns.length, column + UNIT_BLOCK);
    for (int i = row; i < lastRow; i++) {
      for (int j = Math.max(column, i + 1); j < lastColumn; j++) {
        double cosine = get(columns[i], columns[j]) / norms[i] / norms[j];
        unit[i][j] = cosine;
        unit[j][i] = cosine;
      }
      unit[i][i] = 1;
    }
  }
}
