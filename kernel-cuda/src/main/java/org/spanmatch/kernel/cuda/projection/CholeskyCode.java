package org.spanmatch.kernel.cuda.projection;

import static org.spanmatch.kernel.cuda.driver.KernelArguments.arguments;

import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceCode;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceModule;
import org.spanmatch.kernel.cuda.driver.Grid;

/**
 * The device functions of the Cholesky factorisations, blocked and pivoted. Parameters are named as
 * in factorise.cu, which describes them.
 */
final class CholeskyCode {
  private final DeviceCode code;

  /** Creates functions that launch on the main stream of a device. */
  CholeskyCode(Device device) {
    this.code = device.code(DeviceModule.FACTORISE);
  }

  /** Factorises a square of at most {@link SpanLayout#PANEL} rows on the diagonal. */
  void factoriseBlock(
      DeviceAddress matrix, long leading, int from, int size, DeviceMemory scalars) {
    code.launch(
        "factoriseBlock",
        Grid.oneSquare(),
        arguments().address(matrix).int64(leading).int32(from).int32(size).address(scalars));
  }

  /** Extends the factorisation of a square to the columns right of it. */
  void solvePanel(DeviceAddress matrix, long leading, int from, int size, long width) {
    code.launch(
        "solvePanel",
        Grid.lines(width - from - size),
        arguments().address(matrix).int64(leading).int32(from).int32(size).int64(width));
  }

  /** Chooses the vector farthest from the span of the pivots so far. */
  void choosePivot(
      DeviceMemory squares,
      int count,
      int step,
      double tolerance,
      DeviceMemory pivots,
      DeviceMemory pivotSquares) {
    code.launch(
        "choosePivot",
        Grid.oneBlock(count),
        arguments()
            .address(squares)
            .int32(count)
            .int32(step)
            .float64(tolerance)
            .address(pivots)
            .address(pivotSquares));
  }

  /** Adds the factor's row for the pivot of a step. */
  void addPivotRow(
      DeviceMemory unit,
      long leading,
      DeviceMemory vectors,
      int count,
      int step,
      DeviceMemory pivots,
      DeviceMemory rows,
      DeviceMemory squares,
      DeviceMemory pivotSquares) {
    code.launch(
        "addPivotRow",
        Grid.lines(count),
        arguments()
            .address(unit)
            .int64(leading)
            .address(vectors)
            .int32(count)
            .int32(step)
            .address(pivots)
            .address(rows)
            .address(squares)
            .address(pivotSquares));
  }
}
