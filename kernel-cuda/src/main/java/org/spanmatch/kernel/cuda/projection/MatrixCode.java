package org.spanmatch.kernel.cuda.projection;

import static org.spanmatch.kernel.cuda.driver.KernelArguments.arguments;

import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceCode;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceModule;
import org.spanmatch.kernel.cuda.driver.Grid;

/**
 * The device functions that extract parts of matrices. Parameters are named as in factorise.cu,
 * which describes them; matrices are row-major with a leading dimension in elements.
 */
final class MatrixCode {
  private final DeviceCode code;

  /** Creates functions that launch on the main stream of a device. */
  MatrixCode(Device device) {
    this.code = device.code(DeviceModule.FACTORISE);
  }

  /** Writes the cosines of {@code count} vectors, from inner products on and above the diagonal. */
  void cosines(
      DeviceMemory gram, long leading, DeviceMemory vectors, int count, DeviceMemory unit) {
    code.launch(
        "cosines",
        Grid.matrix(count, count),
        arguments().address(gram).int64(leading).address(vectors).int32(count).address(unit));
  }

  /** Gathers rows and columns of a matrix, given their numbers. */
  void gather(
      DeviceMemory from,
      long fromLeading,
      DeviceMemory rows,
      int rowCount,
      DeviceMemory columns,
      int columnCount,
      DeviceAddress to,
      long toLeading) {
    code.launch(
        "gather",
        Grid.matrix(rowCount, columnCount),
        arguments()
            .address(from)
            .int64(fromLeading)
            .address(rows)
            .int32(rowCount)
            .address(columns)
            .int32(columnCount)
            .address(to)
            .int64(toLeading));
  }

  /** Copies the upper triangle of the first columns to a square matrix, with zeros below. */
  void takeTriangle(DeviceAddress from, long fromLeading, int size, DeviceMemory to) {
    code.launch(
        "takeTriangle",
        Grid.matrix(size, size),
        arguments().address(from).int64(fromLeading).int32(size).address(to));
  }

  /** Writes the identity matrix to the first columns. */
  void putIdentity(DeviceAddress matrix, long leading, int size) {
    code.launch(
        "putIdentity",
        Grid.matrix(size, size),
        arguments().address(matrix).int64(leading).int32(size));
  }
}
