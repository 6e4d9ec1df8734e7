package org.spanmatch.kernel.cuda;

import java.util.stream.IntStream;
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
    int width = tableau.width();
    int leading = tableau.leading();
    DeviceAddress values = tableau.values();
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
          values,
          (long) leading);
    }
    factorise(rows, width, leading);
    code.launch("startSquares", Grid.lines(tableau.columns().length), descriptors, which);
    try (DeviceMemory triangle = allocations.doubles((long) rows * rows)) {
      Grid square = Grid.matrix(rows, rows);
      code.launch("takeTriangle", square, values, (long) leading, rows, triangle);
      code.launch("putIdentity", square, values, (long) leading, rows);
      DeviceAddress l = triangle.pointer();
      device.blas().divideTransposed(rows, rows, l, rows, values, leading);
      code.launch("inverseDiagonal", Grid.lines(rows), descriptors, which);
      device.blas().divide(width, rows, l, rows, values, leading);
    }
    code.launch("startNorms", Grid.lines(width), descriptors, which);
    code.launch("startErrors", Grid.oneBlock(width), descriptors, which);
  }

  /** Turns [G_SS G_SP] into [R R⁻ᵀG_SP], 64 rows at a time. */
  private void factorise(int rows, int width, int leading) {
    Blas blas = device.blas();
    DeviceCode code = device.code();
    DeviceAddress values = tableau.values();
    for (int from = 0; from < rows; from += PANEL) {
      int size = Math.min(PANEL, rows - from);
      code.launch(
          "factoriseBlock", Grid.oneSquare(), values, (long) leading, from, size, state.scalars());
      // Not by cuBLAS, which says nothing of the error of its solves: it might invert the square.
      int next = from + size;
      code.launch(
          "solvePanel", Grid.lines(width - next), values, (long) leading, from, size, (long) width);
      int left = rows - next;
      DeviceAddress panel = element(from, next);
      blas.subtractSquare(left, size, panel, leading, element(next, next), leading);
      blas.subtractProduct(
          width - rows,
          left,
          size,
          element(from, rows),
          leading,
          panel,
          leading,
          element(next, rows),
          leading);
    }
  }

  private DeviceAddress element(long row, long column) {
    return tableau.values().withByteOffset(Double.BYTES * (row * tableau.leading() + column));
  }
}
