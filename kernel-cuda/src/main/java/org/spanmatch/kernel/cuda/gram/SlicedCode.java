package org.spanmatch.kernel.cuda.gram;

import static org.spanmatch.kernel.cuda.driver.KernelArguments.arguments;

import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceCode;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceModule;
import org.spanmatch.kernel.cuda.driver.Grid;

/**
 * The device functions for products by slices. Parameters are named as in sliced.cu, which
 * describes them.
 */
final class SlicedCode {
  /** Neurons of a block. */
  static final int TILE = 32;

  /** Samples of a block. */
  static final int CHUNK = 128;

  /** Threads of a block along the samples. */
  static final int ROWS = 8;

  private final DeviceCode code;

  /** Launches on the main stream of a device. */
  SlicedCode(Device device) {
    this.code = device.code(DeviceModule.SLICED);
  }

  /** How many blocks cover some samples. */
  static int chunks(long samples) {
    return Grid.blocks(samples, CHUNK);
  }

  private static Grid grid(int neurons, int samples) {
    return new Grid(Grid.blocks(neurons, TILE), chunks(samples), TILE, ROWS);
  }

  /** Writes the bits of every neuron's largest size in each chunk of samples. */
  void chunkMaxima(
      DeviceAddress samples, long leading, int neurons, int count, DeviceMemory maxima) {
    code.launch(
        "chunkMaxima",
        grid(neurons, count),
        arguments().address(samples).int64(leading).int32(neurons).int32(count).address(maxima));
  }

  /** Writes every neuron's exponent, and 2 to the power of it. */
  void chooseExponents(
      DeviceMemory maxima,
      int chunkCount,
      int neurons,
      DeviceMemory exponents,
      DeviceMemory factors) {
    code.launch(
        "chooseExponents",
        Grid.lines(neurons),
        arguments()
            .address(maxima)
            .int32(chunkCount)
            .int32(neurons)
            .address(exponents)
            .address(factors));
  }

  /** Cuts some samples into slices. */
  void slice(
      DeviceAddress samples,
      long leading,
      int neurons,
      int padded,
      int count,
      int depth,
      int sliceCount,
      boolean descending,
      DeviceAddress exponents,
      DeviceMemory slices) {
    code.launch(
        "slice",
        grid(padded, depth),
        arguments()
            .address(samples)
            .int64(leading)
            .int32(neurons)
            .int32(padded)
            .int32(count)
            .int32(depth)
            .int32(sliceCount)
            .flag(descending)
            .address(exponents)
            .address(slices));
  }

  /** Adds the sums of all groups to rows of a Gram matrix, from the diagonal on. */
  void addGroups(
      DeviceMemory groups,
      long groupSize,
      int groupCount,
      int rows,
      int columns,
      int width,
      DeviceAddress factors,
      DeviceAddress target,
      long leading) {
    code.launch(
        "addGroups",
        Grid.lines(columns, rows),
        arguments()
            .address(groups)
            .int64(groupSize)
            .int32(groupCount)
            .int32(columns)
            .int32(width)
            .address(factors)
            .address(target)
            .int64(leading));
  }
}
