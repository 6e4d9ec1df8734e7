package org.spanmatch.kernel.cuda;

import java.util.stream.IntStream;
import org.spanmatch.kernel.cuda.DeviceCode.Grid;

/**
 * Chooses a largest subset of vectors in which none is near the span of the others, by a pivoted
 * Cholesky factorisation on the device: rank²·vectors operations, and no wait until its end.
 */
final class IndependentVectors {
  private final Device device;
  private final UnitGram gram;

  /** Chooses among the vectors of a Gram matrix. */
  IndependentVectors(Device device, UnitGram gram) {
    this.device = device;
    this.gram = gram;
  }

  /**
   * The independent ones, in the order in which they are taken: always the farthest one.
   *
   * @param tolerance vectors within this distance of the others are dependent
   */
  int[] of(int[] vectors, double tolerance) {
    int count = vectors.length;
    try (Allocations room = device.allocations()) {
      DeviceMemory candidates = room.of(vectors);
      DeviceMemory squares = room.of(IntStream.range(0, count).mapToDouble(i -> 1).toArray());
      DeviceMemory pivotSquares = room.doubles(count);
      DeviceMemory rows = room.doubles((long) count * count);
      DeviceMemory pivots = room.bytes((long) Integer.BYTES * count);
      DeviceCode code = device.code();
      for (int step = 0; step < count; step++) {
        code.launch(
            "choosePivot",
            Grid.oneBlock(count),
            squares,
            count,
            step,
            tolerance * tolerance,
            pivots,
            pivotSquares);
        code.launch(
            "addPivotRow",
            Grid.lines(count),
            gram.values(),
            (long) gram.size(),
            candidates,
            count,
            step,
            pivots,
            rows,
            squares,
            pivotSquares);
      }
      return IntStream.of(device.downloadInts(pivots, count))
          .takeWhile(pivot -> pivot >= 0)
          .map(pivot -> vectors[pivot])
          .toArray();
    }
  }
}
