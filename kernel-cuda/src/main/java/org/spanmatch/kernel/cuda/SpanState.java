package org.spanmatch.kernel.cuda;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.spanmatch.kernel.cuda.DeviceCode.Grid;

/** The part of a span that has a number for each neuron, on the device: what a mark copies. */
final class SpanState implements AutoCloseable {
  // As in spanmatch.cu: room for enum Scalar, and some of its places.
  private static final int SCALARS = 16;
  private static final int DEPENDENT = 5;
  private static final int NEEDS_START = 9;

  private final Device device;
  private final DeviceMemory memory;
  private final long rows;
  private final long columns;
  private final int others;

  /** Room for a tableau's state. */
  SpanState(Device device, Allocations allocations, Tableau tableau) {
    this.device = device;
    this.rows = tableau.rows().length;
    this.columns = tableau.columns().length;
    this.others = tableau.others();
    memory = allocations.doubles(flagsAt() + rows + columns);
  }

  /** In which all vectors span, are projected, or wait. */
  static SpanState fresh(Device device, Allocations allocations, Tableau tableau) {
    SpanState state = new SpanState(device, allocations, tableau);
    double[] initial = new double[(int) (state.memory.bytes() / Double.BYTES)];
    Arrays.fill(initial, (int) state.flagsAt(), initial.length, 1);
    device.transfers().upload(initial, state.memory);
    return state;
  }

  private long normsAt() {
    return SCALARS + 3L * others;
  }

  private long errorsAt() {
    return normsAt() + rows + columns;
  }

  private long squaresAt() {
    return errorsAt() + rows + columns;
  }

  private long driftAt() {
    return squaresAt() + columns;
  }

  /** Whether each row spans, then whether each column is projected. */
  private long flagsAt() {
    return driftAt() + columns;
  }

  /** Writes the members of the device's struct Span that belong to this, in their order. */
  void describe(ByteBuffer target) {
    for (long index :
        new long[] {
          normsAt(), errorsAt(), squaresAt(), driftAt(), flagsAt(), flagsAt() + rows, 0
        }) {
      target.putLong(memory.address() + Double.BYTES * index);
    }
  }

  /** Where the scalars lie. */
  DeviceMemory scalars() {
    return memory;
  }

  /**
   * The last answer: for each vector that does not wait its distance, then the error bounds, then
   * the coefficient norms.
   *
   * @return empty if it does not count, since a fresh start is needed
   */
  Optional<DoubleBuffer> answer() {
    double[] found = device.transfers().download(memory, 0, SCALARS + 3 * others);
    return found[NEEDS_START] == 0
        ? Optional.of(DoubleBuffer.wrap(found, SCALARS, 3 * others).slice())
        : Optional.empty();
  }

  /**
   * The distance of the nearest vector to the span of the other vectors that span, after a start; 0
   * if the factorisation failed.
   */
  double nearest() {
    double[] found = device.transfers().download(memory, DEPENDENT, 2);
    double nearest = 1 / Math.sqrt(found[1]);
    return found[0] == 0 && nearest > 0 ? nearest : 0;
  }

  /** The squared distances of some columns. */
  double[] squares(int from, int count) {
    return device.transfers().download(memory, squaresAt() + from, count);
  }

  /** Copies this to the state of a tableau of the same shape. */
  void copyTo(SpanState target) {
    device.copy(memory, target.memory, memory.bytes());
  }

  /**
   * The state of a compacted tableau.
   *
   * @param sources which columns its columns come from
   * @param keptColumns which columns of C those come from
   */
  SpanState compacted(
      Allocations allocations, Tableau compacted, int[] sources, int[] keptColumns) {
    SpanState state = fresh(device, allocations, compacted);
    device.copy(memory, state.memory, (long) Double.BYTES * SCALARS);
    try (DeviceMemory from = allocations.of(sources);
        DeviceMemory columnsFrom = allocations.of(keptColumns)) {
      gather(normsAt(), from, sources.length, state, state.normsAt());
      gather(errorsAt(), from, sources.length, state, state.errorsAt());
      gather(squaresAt(), columnsFrom, keptColumns.length, state, state.squaresAt());
      gather(driftAt(), columnsFrom, keptColumns.length, state, state.driftAt());
    }
    return state;
  }

  private void gather(long at, DeviceMemory sources, int count, SpanState target, long targetAt) {
    device
        .code()
        .launch(
            "pick",
            Grid.lines(count),
            memory.element(at),
            sources,
            count,
            target.memory.element(targetAt));
  }

  @Override
  public void close() {
    memory.close();
  }
}
