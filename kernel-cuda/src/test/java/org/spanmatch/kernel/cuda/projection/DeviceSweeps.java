package org.spanmatch.kernel.cuda.projection;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.Transfers;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Scalar;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Span;

/** A span on a device whose numbers are given, for tests of single sweeps. */
@SuppressWarnings("EnumOrdinal") // as in SpanLayout
public final class DeviceSweeps {
  /** Bound on the errors of the elements of the Gram matrix. */
  public static final double GRAM_ERROR = 1e-13;

  private final Device device;
  private final SpanCode code;
  private final int rows;
  private final int columns;
  private final DeviceMemory memory;
  private final Map<Span, Integer> offsets = new EnumMap<>(Span.class);
  private final double[] scalars = new double[SpanLayout.SCALARS];
  private int next; // the first free offset

  /**
   * A span without pending updates: W is near twice the identity matrix, and C random.
   *
   * @param rows number of vectors that span
   * @param columns number of projected vectors
   * @param errors bounds on the errors of all columns
   */
  public DeviceSweeps(
      Device device, Allocations allocations, int rows, int columns, double[] errors) {
    this.device = device;
    this.rows = rows;
    this.columns = columns;
    int width = rows + columns;
    place(Span.VALUES, rows * width);
    place(Span.PENDING_ROWS, Tableau.PENDING * width);
    place(Span.PENDING_COLUMNS, Tableau.PENDING * rows);
    for (Span line : new Span[] {Span.ROW, Span.ROW_SIZES, Span.NORMS, Span.LOCAL, Span.CARRIED}) {
      place(line, width);
    }
    for (Span line : new Span[] {Span.COLUMN, Span.COLUMN_SIZES, Span.WEIGHTS, Span.PIVOTS}) {
      place(line, rows);
    }
    for (Span line :
        new Span[] {
          Span.COMPONENTS, Span.JOINED, Span.OWN, Span.SQUARES, Span.PROJECTED, Span.VECTORS
        }) {
      place(line, columns);
    }
    place(Span.ROW_SUMS, Tableau.rowSums(width + rows));
    place(Span.PLACES, width);
    place(Span.SCALARS, SpanLayout.SCALARS + 3 * columns);
    memory = allocations.doubles(next);
    device.clear(memory);
    DeviceMemory struct = allocations.bytes(Span.BYTES);
    device.transfers().upload(describe(), struct, 0);
    code = new SpanCode(device, struct);
    fill(errors);
  }

  private void place(Span member, int count) {
    offsets.put(member, next);
    next += count;
  }

  private ByteBuffer describe() {
    ByteBuffer struct = Transfers.nativeBytes(Span.BYTES);
    offsets.forEach((member, offset) -> member.put(struct, memory.element(offset)));
    Span.ROWS.put(struct, rows);
    Span.FIRST.put(struct, rows);
    Span.COLUMNS.put(struct, columns);
    Span.OTHERS.put(struct, columns);
    Span.LEADING.put(struct, rows + columns);
    Span.STARTED.put(struct, rows);
    Span.GRAM_ERROR.put(struct, GRAM_ERROR);
    Span.ALLOWED_DRIFT.put(struct, 1.0);
    Span.RANK_TOLERANCE.put(struct, 1e-6);
    return struct;
  }

  private void fill(double[] errors) {
    SplittableRandom random = new SplittableRandom(1);
    DoubleSupplier small = () -> random.nextDouble(-0.1, 0.1);
    double[] values = new double[rows * (rows + columns)];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows + columns; j++) {
        values[i * (rows + columns) + j] = small.getAsDouble() + (i == j ? 2 : 0);
      }
    }
    put(Span.VALUES, values);
    put(Span.LOCAL, errors);
    put(Span.JOINED, DoubleStream.of(errors).skip(rows).map(error -> error * error).toArray());
    put(Span.PROJECTED, DoubleStream.generate(() -> 1).limit(columns).toArray());
    put(Span.SQUARES, DoubleStream.generate(() -> 0.01).limit(columns).toArray());
    long[] inOrder = LongStream.range(0, rows).toArray();
    put(Span.PLACES, inOrder);
    put(Span.PIVOTS, inOrder);
    scalars[Scalar.SPANNING.ordinal()] = rows;
    put(Span.SCALARS, scalars);
    code.refresh(0, rows + columns);
    synchronise();
  }

  private void synchronise() {
    System.arraycopy(get(Span.SCALARS, scalars.length), 0, scalars, 0, scalars.length);
  }

  private void put(Span member, double[] values) {
    ByteBuffer bytes = Transfers.nativeBytes(Double.BYTES * values.length);
    bytes.asDoubleBuffer().put(values);
    device.transfers().upload(bytes, memory, (long) Double.BYTES * offsets.get(member));
  }

  private void put(Span member, long[] values) {
    ByteBuffer bytes = Transfers.nativeBytes(Long.BYTES * values.length);
    bytes.asLongBuffer().put(values);
    device.transfers().upload(bytes, memory, (long) Long.BYTES * offsets.get(member));
  }

  private double[] get(Span member, int count) {
    return device.transfers().download(memory, offsets.get(member), count);
  }

  private int lines() {
    return 2 * rows + columns;
  }

  /** Reads the row and the column of a pivot, and sweeps it out. */
  public void sweepOut(int row) {
    code.takeOut(0, row, true);
    code.readPivot(0, 1, lines());
    code.sweepOut(0, 1, lines(), DeviceAddress.NULL);
    code.countSweep(0, 1);
    synchronise();
  }

  /** Prepares the application of the pending updates. */
  public void settle() {
    code.settle(0, pending(), lines());
    synchronise();
  }

  /** Applies the pending updates. */
  public void apply() {
    int width = rows + columns;
    device
        .blas()
        .subtractProduct(
            width,
            rows,
            pending(),
            memory.element(offsets.get(Span.PENDING_ROWS)),
            width,
            memory.element(offsets.get(Span.PENDING_COLUMNS)),
            rows,
            memory.element(offsets.get(Span.VALUES)),
            width);
    code.refresh(0, width);
    synchronise();
  }

  /** Number of pending updates. */
  public int pending() {
    return (int) Scalar.PENDING.of(scalars);
  }

  /** Whether a fresh start is needed. */
  public boolean hasFailed() {
    return Scalar.FAILED.of(scalars) != 0;
  }

  /** The trace of W. */
  public double trace() {
    return Scalar.INVERSE_TRACE.of(scalars);
  }

  /** Returns distances, error bounds and coefficient norms, one after the other. */
  public double[] answer() {
    code.answer(0, rows + columns);
    return device
        .transfers()
        .download(memory, offsets.get(Span.SCALARS) + SpanLayout.SCALARS, 3 * columns);
  }

  /** Returns a line that a sweep has read: of the tableau's columns. */
  public double[] row() {
    return get(Span.ROW, rows + columns);
  }

  /** Returns the sizes of the terms of {@link #row()}. */
  public double[] rowSizes() {
    return get(Span.ROW_SIZES, rows + columns);
  }

  /** Returns a line that a sweep has read: of the tableau's rows. */
  public double[] column() {
    return get(Span.COLUMN, rows);
  }

  /** Returns the sizes of the terms of {@link #column()}. */
  public double[] columnSizes() {
    return get(Span.COLUMN_SIZES, rows);
  }

  /** Returns what bounds the 1-norms of the columns. */
  public double[] norms() {
    return get(Span.NORMS, rows + columns);
  }

  /** Returns bounds on the errors of the columns. */
  public double[] errors() {
    double[] local = get(Span.LOCAL, rows + columns);
    double[] carried = get(Span.CARRIED, rows + columns);
    double[] errors = new double[rows + columns];
    for (int j = 0; j < errors.length; j++) {
      errors[j] = 1.01 * (local[j] + carried[j]);
    }
    return errors;
  }

  /** Returns the tableau, row after row. */
  public double[] values() {
    return get(Span.VALUES, rows * (rows + columns));
  }

  /** Returns the last pending update, which is 0 if the sweep was refused. */
  public double[] lastUpdate() {
    double[] all = get(Span.PENDING_ROWS, pending() * (rows + columns));
    return DoubleStream.of(all).skip((pending() - 1L) * (rows + columns)).toArray();
  }
}
