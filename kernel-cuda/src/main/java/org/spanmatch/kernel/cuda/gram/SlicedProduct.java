package org.spanmatch.kernel.cuda.gram;

import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Blas;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;

/**
 * Products by {@linkplain Slicing slices}, of the matrix's elements on and right of the diagonal,
 * in blocks of rows.
 *
 * <p>The slices of a neuron lie one after the other, the most significant one first. Those of a
 * block's rows lie the other way round once more, so that the pairs of digits of a group meet in
 * one product of greater depth: digits 1, 2, 3 on one side are beside 3, 2, 1 on the other.
 */
final class SlicedProduct implements PanelProduct {
  /**
   * Rows of a block. Half a square of them is computed in vain at the diagonal; with fewer rows
   * products would wait for memory, which is read once a block.
   */
  static final int BLOCK = 1024;

  private final Device device;
  private final SlicedCode code;
  private final Slicing slicing;
  private final int neurons;
  private final Target target;
  private final int columns;
  private final long groupSize;
  private final DeviceMemory maxima;
  private final DeviceMemory exponents;
  private final DeviceMemory factors;
  private final DeviceMemory slices; // of all columns, ascending
  private final DeviceMemory rowSlices; // of a block's rows, descending
  private final DeviceMemory groups; // the sums of a block

  /**
   * Allocates the memory.
   *
   * @param neurons m, the distance between the rows of a panel
   * @param panelSamples the most samples of a panel
   */
  SlicedProduct(
      Device device,
      Allocations allocations,
      Slicing slicing,
      int neurons,
      Target target,
      long panelSamples) {
    this.device = device;
    this.code = new SlicedCode(device);
    this.slicing = slicing;
    this.neurons = neurons;
    this.target = target;
    this.columns = neurons - target.first();
    long chunk = Math.min(panelSamples, Slicing.CHUNK);
    long bytes = slicing.slices() * padded(chunk);
    long block = padded(Math.min(BLOCK, target.rows()));
    groupSize = block * padded(columns);
    maxima = allocations.bytes((long) Long.BYTES * SlicedCode.chunks(chunk) * columns);
    exponents = allocations.bytes((long) Integer.BYTES * columns);
    factors = allocations.doubles(columns);
    slices = allocations.bytes(bytes * padded(columns));
    rowSlices = allocations.bytes(bytes * block);
    groups = allocations.bytes((long) Integer.BYTES * slicing.groups() * groupSize);
  }

  /** The most bytes of device memory that a product takes. */
  static double bytes(double neurons, double rows, double panelSamples) {
    double chunk = Math.min(panelSamples, Slicing.CHUNK);
    double slices = Slicing.MOST_SLICES * padded((long) chunk);
    double all = padded((long) neurons);
    double block = padded((long) Math.min(BLOCK, rows));
    double scales = Integer.BYTES + Double.BYTES + Long.BYTES * SlicedCode.chunks((long) chunk);
    return (slices + scales) * all
        + slices * block
        + Integer.BYTES * Slicing.MOST_GROUPS * block * all;
  }

  private static long padded(long count) {
    return (count + Blas.BYTES_MULTIPLE - 1) / Blas.BYTES_MULTIPLE * Blas.BYTES_MULTIPLE;
  }

  @Override
  public void add(DeviceMemory samples, int count) {
    if (columns > 0) {
      for (int from = 0; from < count; from += Slicing.CHUNK) {
        DeviceAddress chunk = samples.element((long) from * neurons + target.first());
        addChunk(chunk, Math.min(Slicing.CHUNK, count - from));
      }
    }
  }

  private void addChunk(DeviceAddress samples, int count) {
    code.chunkMaxima(samples, neurons, columns, count, maxima);
    code.chooseExponents(maxima, SlicedCode.chunks(count), columns, exponents, factors);
    slice(samples, 0, columns, count, false, slices);
    for (int row = 0; row < target.rows(); row += BLOCK) {
      int rows = Math.min(BLOCK, target.rows() - row);
      slice(samples, row, rows, count, true, rowSlices);
      addBlock(row, rows, (int) padded(count));
    }
  }

  private void slice(
      DeviceAddress samples,
      int from,
      int neuronCount,
      int count,
      boolean descending,
      DeviceMemory to) {
    code.slice(
        samples.withByteOffset((long) Double.BYTES * from),
        neurons,
        neuronCount,
        (int) padded(neuronCount),
        count,
        (int) padded(count),
        slicing.slices(),
        descending,
        exponents.pointer().withByteOffset((long) Integer.BYTES * from),
        to);
  }

  private void addBlock(int row, int rows, int depth) {
    int line = slicing.slices() * depth;
    int width = (int) padded(columns - row);
    for (int group = 0; group < slicing.groups(); group++) {
      int pairs = slicing.pairs(group);
      int first = slicing.firstDigit(group);
      int last = first + pairs - 1;
      device
          .blas()
          .multiplyBytes(
              width,
              (int) padded(rows),
              pairs * depth,
              slices.pointer().withByteOffset((long) row * line + (long) first * depth),
              line,
              rowSlices.pointer().withByteOffset((slicing.slices() - 1L - last) * depth),
              line,
              groups.pointer().withByteOffset((long) Integer.BYTES * group * groupSize),
              width);
    }
    code.addGroups(
        groups,
        groupSize,
        slicing.groups(),
        rows,
        columns - row,
        width,
        factors.element(row),
        target.values().element((long) row * columns + row),
        columns);
  }
}
