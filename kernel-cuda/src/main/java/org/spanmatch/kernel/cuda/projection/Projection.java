package org.spanmatch.kernel.cuda.projection;

import java.util.stream.IntStream;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Blas;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;

/**
 * Computes a tableau from the Gram matrix: with G = RᵀR the part of the spanning vectors, by a
 * blocked Cholesky factorisation, W = R⁻¹R⁻ᵀ and C = R⁻¹(R⁻ᵀG_SP).
 *
 * <p>cuBLAS is column-major: to it the tableau is [Wᵀ; Cᵀ], with the lower triangle L = Rᵀ.
 */
final class Projection {
  private final Device device;
  private final Allocations allocations;
  private final UnitGram gram;
  private final Tableau tableau;
  private final SpanState state;
  private final SpanCode code;
  private final int which;

  /** Prepares the computation of a tableau whose descriptor is on the device. */
  Projection(
      Device device,
      Allocations allocations,
      UnitGram gram,
      Tableau tableau,
      SpanState state,
      SpanCode code,
      int which) {
    this.device = device;
    this.allocations = allocations;
    this.gram = gram;
    this.tableau = tableau;
    this.state = state;
    this.code = code;
    this.which = which;
  }

  /**
   * Computes the tableau and its state. If the spanning vectors are dependent, {@link
   * SpanState#nearest()} is 0 and the rest is undefined.
   */
  void compute() {
    int rows = tableau.rows().length;
    int width = tableau.width();
    int leading = tableau.leading();
    DeviceAddress values = tableau.values();
    MatrixCode matrices = new MatrixCode(device);
    int[] vectors =
        IntStream.concat(IntStream.of(tableau.rows()), IntStream.of(tableau.columns())).toArray();
    try (DeviceMemory from = allocations.of(tableau.rows());
        DeviceMemory sources = allocations.of(vectors)) {
      matrices.gather(gram.values(), gram.size(), from, rows, sources, width, values, leading);
    }
    factorise(rows, width, leading);
    code.startSquares(which, tableau.columns().length);
    try (DeviceMemory triangle = allocations.doubles((long) rows * rows)) {
      matrices.takeTriangle(values, leading, rows, triangle);
      matrices.putIdentity(values, leading, rows);
      DeviceAddress l = triangle.pointer();
      device.blas().divideTransposed(rows, rows, l, rows, values, leading);
      code.inverseDiagonal(which, rows);
      device.blas().divide(width, rows, l, rows, values, leading);
    }
    code.refresh(which, width);
    code.startErrors(which, width);
  }

  /** Turns [G_SS G_SP] into [R R⁻ᵀG_SP], 64 rows at a time. */
  private void factorise(int rows, int width, int leading) {
    Blas blas = device.blas();
    CholeskyCode cholesky = new CholeskyCode(device);
    DeviceAddress values = tableau.values();
    for (int from = 0; from < rows; from += SpanLayout.PANEL) {
      int size = Math.min(SpanLayout.PANEL, rows - from);
      cholesky.factoriseBlock(values, leading, from, size, state.scalars());
      // Not by cuBLAS, which documents no error of its solves: it might invert the square.
      int next = from + size;
      cholesky.solvePanel(values, leading, from, size, width);
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
