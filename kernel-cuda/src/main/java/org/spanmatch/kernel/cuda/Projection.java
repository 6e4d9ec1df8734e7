package org.spanmatch.kernel.cuda;

import java.util.stream.IntStream;
import jcuda.driver.CUdeviceptr;
import org.spanmatch.kernel.cuda.DeviceCode.Grid;

/**
 * Fills a tableau from the Gram matrix: with G = RᵀR the part of the vectors that span, by a
 * blocked Cholesky factorisation, W = R⁻¹R⁻ᵀ and C = R⁻¹(R⁻ᵀG_SP).
 *
 * <p>The tableau's rows are columns to cuBLAS, for which it is therefore [Wᵀ; Cᵀ] with the lower
 * triangle L = Rᵀ.
 */
final class Projection {
  private static final int PANEL = 64; // as in spanmatch.cu

  private final Device device;
  private final Allocations allocations;
  private final UnitGram gram;
  private final Tableau tableau;
  private final SpanState state;
  private final DeviceMemory descriptors;
  private final int which;

  /** Prepares to fill a tableau whose descriptor is on the device. */
  Projection(
      Device device,
      Allocations allocations,
      UnitGram gram,
      Tableau tableau,
      SpanState state,
      DeviceMemory descriptors,
      int which) {
    this.device = device;
    this.allocations = allocations;
    this.gram = gram;
    this.tableau = tableau;
    this.state = state;
    this.descriptors = descriptors;
    this.which = which;
  }

  /**
   * Computes; where the vectors that span are dependent, the state says so and the rest is waste.
   */
  void compute() {
    int rows = tableau.rows().length;
    int columns = tableau.columns().length;
    int width = tableau.width();
    DeviceCode code = device.code();
    int[] vectors =
        IntStream.concat(IntStream.of(tableau.rows()), IntStream.of(tableau.columns())).toArray();
    try (DeviceMemory from = allocations.of(tableau.rows());
        DeviceMemory sources = allocations.of(vectors)) {
      code.launch(
          "gather",
          Grid.matrix(rows, width),
          gram.values(),
          (long) gram.size(),
          from,
          rows,
          sources,
          width,
          tableau.values(),
          (long) width);
    }
    factorise(rows, width);
    code.launch("startSquares", Grid.lines(columns), descriptors, which);
    try (DeviceMemory triangle = allocations.doubles((long) rows * rows)) {
      code.launch(
          "takeTriangle", Grid.matrix(rows, rows), tableau.values(), (long) width, rows, triangle);
      code.launch("putIdentity", Grid.matrix(rows, rows), tableau.values(), (long) width, rows);
      CUdeviceptr l = triangle.pointer();
      device.blas().divideTransposed(rows, rows, l, rows, tableau.values(), width);
      code.launch("inverseDiagonal", Grid.lines(rows), descriptors, which);
      device.blas().divide(width, rows, l, rows, tableau.values(), width);
    }
    code.launch("startNorms", Grid.lines(width), descriptors, which);
    code.launch("startErrors", Grid.oneBlock(width), descriptors, which);
  }

  /** Turns [G_SS G_SP] into [R R⁻ᵀG_SP], 64 rows at a time. */
  private void factorise(int rows, int width) {
    Blas blas = device.blas();
    for (int from = 0; from < rows; from += PANEL) {
      int size = Math.min(PANEL, rows - from);
      device
          .code()
          .launch(
              "factoriseBlock",
              Grid.oneSquare(),
              tableau.values(),
              (long) width,
              from,
              size,
              state.scalars());
      int next = from + size;
      int left = rows - next;
      CUdeviceptr panel = element(from, next);
      // Not by cuBLAS, which says nothing of the error of its solves: it might invert the square.
      device
          .code()
          .launch(
              "solvePanel",
              Grid.lines(width - next),
              tableau.values(),
              (long) width,
              from,
              size,
              (long) width);
      blas.subtractSquare(left, size, panel, width, element(next, next), width);
      blas.subtractProduct(
          width - rows,
          left,
          size,
          element(from, rows),
          width,
          panel,
          width,
          element(next, rows),
          width);
    }
  }

  private CUdeviceptr element(long row, long column) {
    return tableau.values().withByteOffset(Double.BYTES * (row * tableau.width() + column));
  }
}
