package org.spanmatch.kernel.cuda.projection;

import java.util.stream.IntStream;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;

/**
 * Chooses a largest subset of vectors in which none is near the span of the others, by a pivoted
 * Cholesky factorisation on the device: rank²·vectors operations, with a check by the host after
 * every 64 steps.
 */
final class IndependentVectors {
  private static final int STEPS = 64;

  private final Device device;
  private final CholeskyCode code;
  private final UnitGram gram;

  /** Chooses among the vectors of a Gram matrix. */
  IndependentVectors(Device device, UnitGram gram) {
    this.device = device;
    this.code = new CholeskyCode(device);
    this.gram = gram;
  }

  /**
   * Returns the independent vectors, in the order taken: always the farthest next.
   *
   * @param tolerance vectors within this distance of the span of the others are dependent
   */
  int[] of(int[] vectors, double tolerance) {
    int count = vectors.length;
    try (Allocations room = device.allocations()) {
      DeviceMemory candidates = room.of(vectors);
      DeviceMemory squares = room.of(IntStream.range(0, count).mapToDouble(i -> 1).toArray());
      DeviceMemory pivotSquares = room.doubles(count);
      DeviceMemory rows = room.doubles((long) count * count);
      DeviceMemory pivots = room.bytes((long) Integer.BYTES * count);
      int[] found = new int[0];
      while (found.length < count && (found.length == 0 || found[found.length - 1] >= 0)) {
        int next = Math.min(count, found.length + STEPS);
        for (int step = found.length; step < next; step++) {
          take(step, count, tolerance, candidates, squares, pivotSquares, rows, pivots);
        }
        found = device.transfers().downloadInts(pivots, next);
      }
      return IntStream.of(found)
          .takeWhile(pivot -> pivot >= 0)
          .map(pivot -> vectors[pivot])
          .toArray();
    }
  }

  private void take(
      int step,
      int count,
      double tolerance,
      DeviceMemory candidates,
      DeviceMemory squares,
      DeviceMemory pivotSquares,
      DeviceMemory rows,
      DeviceMemory pivots) {
    code.choosePivot(squares, count, step, tolerance * tolerance, pivots, pivotSquares);
    code.addPivotRow(
        gram.values(), gram.size(), candidates, count, step, pivots, rows, squares, pivotSquares);
  }
}
