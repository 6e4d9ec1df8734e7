package org.spanmatch.kernel.cuda.projection;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Scalar;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Span;

/** The part of a span's state with a few numbers per neuron, on the device; a mark copies it. */
final class SpanState implements AutoCloseable {
  private final Device device;
  private final DeviceMemory memory;
  private final long rows;
  private final long columns;
  private final int others;

  /** Allocates the state of a tableau. */
  SpanState(Device device, Allocations allocations, Tableau tableau) {
    this.device = device;
    this.rows = tableau.rows().length;
    this.columns = tableau.columns().length;
    this.others = tableau.others();
    memory = allocations.doubles(flagsAt() + rows + columns);
  }

  /** Returns a state in which all vectors span, are projected, or are dependent. */
  static SpanState fresh(Device device, Allocations allocations, Tableau tableau) {
    SpanState state = new SpanState(device, allocations, tableau);
    double[] initial = new double[(int) (state.memory.bytes() / Double.BYTES)];
    Arrays.fill(initial, (int) state.flagsAt(), initial.length, 1);
    device.transfers().upload(initial, state.memory);
    return state;
  }

  private long normsAt() {
    return SpanLayout.SCALARS + 3L * others;
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

  /**
   * Returns the offset of the flags: whether each row spans, then whether each column is projected.
   */
  private long flagsAt() {
    return driftAt() + columns;
  }

  /** Writes the members of a struct Span that point here. */
  void describe(ByteBuffer struct) {
    Span.NORMS.put(struct, memory.element(normsAt()));
    Span.ERRORS.put(struct, memory.element(errorsAt()));
    Span.SQUARES.put(struct, memory.element(squaresAt()));
    Span.DRIFT.put(struct, memory.element(driftAt()));
    Span.SPANNING.put(struct, memory.element(flagsAt()));
    Span.PROJECTED.put(struct, memory.element(flagsAt() + rows));
    Span.SCALARS.put(struct, memory.pointer());
  }

  /** The memory of the scalars. */
  DeviceMemory scalars() {
    return memory;
  }

  /**
   * Returns the last answer: the distances of the other group's vectors, then the error bounds,
   * then the coefficient norms.
   *
   * @return empty if a fresh start is needed first
   */
  Optional<DoubleBuffer> answer() {
    double[] found = device.transfers().download(memory, 0, SpanLayout.SCALARS + 3 * others);
    return Scalar.NEEDS_START.of(found) == 0
        ? Optional.of(DoubleBuffer.wrap(found, SpanLayout.SCALARS, 3 * others).slice())
        : Optional.empty();
  }

  /**
   * Returns, after a start, the distance of the spanning vector nearest to the span of the others;
   * 0 if the factorisation failed.
   */
  double nearest() {
    double[] found = device.transfers().download(memory, 0, SpanLayout.SCALARS);
    double nearest = 1 / Math.sqrt(Scalar.LARGEST_INVERSE.of(found));
    return Scalar.INDEFINITE.of(found) == 0 && nearest > 0 ? nearest : 0;
  }

  /** Returns the squared distances of some columns. */
  double[] squares(int from, int count) {
    return device.transfers().download(memory, squaresAt() + from, count);
  }

  /** Copies this state to that of a tableau of the same shape. */
  void copyTo(SpanState target) {
    device.copy(memory, target.memory, memory.bytes());
  }

  /**
   * Returns the state of a compacted tableau.
   *
   * @param sources the old positions of its columns
   * @param keptColumns the old positions of the columns of C
   */
  SpanState compacted(
      Allocations allocations, Tableau compacted, int[] sources, int[] keptColumns) {
    SpanState state = fresh(device, allocations, compacted);
    device.copy(memory, state.memory, (long) Double.BYTES * SpanLayout.SCALARS);
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
    new MatrixCode(device.code())
        .pick(memory.element(at), sources, count, target.memory.element(targetAt));
  }

  @Override
  public void close() {
    memory.close();
  }
}
