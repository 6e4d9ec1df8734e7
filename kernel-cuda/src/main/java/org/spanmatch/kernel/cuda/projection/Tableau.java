package org.spanmatch.kernel.cuda.projection;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Blas;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceException;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.Transfers;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Span;

/**
 * The part of a span with a number per pair of neurons, on the device: the tableau [W C], its
 * pending updates, and which vectors its rows and columns belong to.
 *
 * <p>With r rows and c columns of C it takes little more than {@code 8·(r + 64)·(r + c)} bytes.
 * Marks may share it, so it counts its users.
 */
final class Tableau {
  /** Number of updates that are applied together. */
  static final int PENDING = 64;

  private static final int ALIGNED = 8; // doubles of a cache line

  private final int[] rows;
  private final int[] columns;
  private final int others;
  private final int started;
  private final DeviceMemory memory;
  private final DeviceMemory places;
  private int users = 1;

  /**
   * Allocates a tableau without setting its values.
   *
   * @param rows the spanning vectors
   * @param columns the projected vectors: first the other group's, then the dependent ones
   * @param others number of columns of the other group
   * @param started number of spanning vectors when they were factorised
   * @param vectors number of vectors of both groups
   */
  Tableau(
      Device device,
      Allocations allocations,
      int[] rows,
      int[] columns,
      int others,
      int started,
      int vectors) {
    this.rows = rows;
    this.columns = columns;
    this.others = others;
    this.started = started;
    places = allocations.bytes((long) Long.BYTES * vectors);
    try {
      memory = allocations.doubles(doubles(rows.length, columns.length));
    } catch (DeviceException e) {
      places.close();
      throw e;
    }
    ByteBuffer bytes = Transfers.nativeBytes(Long.BYTES * vectors);
    for (int i = 0; i < rows.length; i++) {
      bytes.putLong(Long.BYTES * rows[i], i);
    }
    for (int x = 0; x < columns.length; x++) {
      bytes.putLong(Long.BYTES * columns[x], x < others ? x : -1 - x);
    }
    device.transfers().upload(bytes, places, 0);
  }

  /** Returns the distance between rows, aligned for faster products. */
  private static long leading(long width) {
    return (width + ALIGNED - 1) / ALIGNED * ALIGNED;
  }

  private static long doubles(long rows, long columns) {
    long leading = leading(rows + columns);
    return rows * leading + PENDING * (rows + leading) + 2 * (rows + leading);
  }

  /** Returns an upper bound on the bytes of a tableau and the rest of its span. */
  static double bytes(double rows, double columns) {
    return Double.BYTES * (rows + PENDING + 16) * (rows + columns + PENDING + 16);
  }

  /** The spanning vectors, by row. */
  int[] rows() {
    return rows;
  }

  /** The other group's vectors and the dependent ones, by column of C. */
  int[] columns() {
    return columns;
  }

  /** Number of columns of the other group. */
  int others() {
    return others;
  }

  /** Number of spanning vectors when they were factorised. */
  int started() {
    return started;
  }

  /** Number of columns of the whole tableau. */
  int width() {
    return rows.length + columns.length;
  }

  /** The distance between rows, in elements. */
  int leading() {
    return (int) leading(width());
  }

  /** Returns the row of a vector, or -1 if it is dependent. */
  int row(int vector) {
    return IntStream.range(0, rows.length).filter(i -> rows[i] == vector).findFirst().orElse(-1);
  }

  /** The address of [W C]. */
  DeviceAddress values() {
    return memory.pointer();
  }

  /** The address of C. */
  DeviceAddress coefficients() {
    return memory.element(rows.length);
  }

  private long pendingRowsAt() {
    return (long) rows.length * leading();
  }

  private long pendingColumnsAt() {
    return pendingRowsAt() + (long) PENDING * leading();
  }

  private long scratchAt() {
    return pendingColumnsAt() + (long) PENDING * rows.length;
  }

  /** Writes the members of a struct Span that point here, and the sizes. */
  void describe(ByteBuffer struct) {
    long scratch = scratchAt();
    Span.VALUES.put(struct, memory.pointer());
    Span.PENDING_ROWS.put(struct, memory.element(pendingRowsAt()));
    Span.PENDING_COLUMNS.put(struct, memory.element(pendingColumnsAt()));
    Span.ROW.put(struct, memory.element(scratch));
    Span.ROW_SIZES.put(struct, memory.element(scratch + leading()));
    Span.COLUMN.put(struct, memory.element(scratch + 2L * leading()));
    Span.COLUMN_SIZES.put(struct, memory.element(scratch + 2L * leading() + rows.length));
    Span.PLACES.put(struct, places.pointer());
    Span.ROWS.put(struct, rows.length);
    Span.COLUMNS.put(struct, columns.length);
    Span.OTHERS.put(struct, others);
    Span.LEADING.put(struct, leading());
    Span.STARTED.put(struct, started);
  }

  /** Applies pending updates: [W C] −= columnsᵀ·rows. */
  void apply(int pending, Blas blas) {
    blas.subtractProduct(
        width(),
        rows.length,
        pending,
        memory.element(pendingRowsAt()),
        leading(),
        memory.element(pendingColumnsAt()),
        rows.length,
        memory.pointer(),
        leading());
  }

  /** Returns a copy with the same values and pending updates. */
  Tableau copy(Device device, Allocations allocations, int vectors) {
    Tableau copy = new Tableau(device, allocations, rows, columns, others, started, vectors);
    device.copy(memory, copy.memory, memory.bytes());
    return copy;
  }

  /**
   * Returns a tableau of some of the rows and columns; no update may be pending.
   *
   * @param keptRows positions of the rows to keep
   * @param keptColumns positions of the columns of C to keep
   */
  Tableau compacted(
      Device device, Allocations allocations, int[] keptRows, int[] keptColumns, int vectors) {
    Tableau compacted =
        new Tableau(
            device,
            allocations,
            IntStream.of(keptRows).map(i -> rows[i]).toArray(),
            IntStream.of(keptColumns).map(x -> columns[x]).toArray(),
            (int) IntStream.of(keptColumns).filter(x -> x < others).count(),
            started,
            vectors);
    try (DeviceMemory from = allocations.of(keptRows);
        DeviceMemory sources = allocations.of(sources(keptRows, keptColumns))) {
      new MatrixCode(device.code())
          .gather(
              memory,
              leading(),
              from,
              keptRows.length,
              sources,
              compacted.width(),
              compacted.values(),
              compacted.leading());
    }
    return compacted;
  }

  /** Returns the positions in this tableau of a compacted one's columns. */
  int[] sources(int[] keptRows, int[] keptColumns) {
    return IntStream.concat(
            Arrays.stream(keptRows), Arrays.stream(keptColumns).map(x -> rows.length + x))
        .toArray();
  }

  /** Adds a user. */
  Tableau share() {
    users++;
    return this;
  }

  /** Whether it has more than one user. */
  boolean isShared() {
    return users > 1;
  }

  /** Removes a user, and frees the memory after the last one. */
  void release() {
    users--;
    if (users == 0) {
      memory.close();
      places.close();
    }
  }
}
