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
import org.spanmatch.kernel.cuda.driver.Grid;
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
  /** Largest number of pending updates. */
  static final int PENDING = 64;

  private static final int ALIGNED = 8; // doubles of a cache line

  private final Device device;
  private final int[] rows;
  private final int leading;
  private final int vectors;
  private final DeviceMemory memory;
  // By vector its place, by row its column in W, by column of C its vector; then a list of columns.
  private final DeviceMemory indexes;
  private int[] spanning; // the vectors of W's columns
  private int[] columns;
  private int others;
  private int users = 1;

  private Tableau(
      Device device,
      Allocations allocations,
      int[] rows,
      int[] spanning,
      int[] columns,
      int others,
      int leading,
      int vectors) {
    this.device = device;
    this.rows = rows;
    this.spanning = spanning;
    this.columns = columns;
    this.others = others;
    this.leading = leading;
    this.vectors = vectors;
    indexes = allocations.bytes(Long.BYTES * (long) (sourcesAt() + leading));
    try {
      memory = allocations.doubles(rows.length * (long) leading + lines(rows.length, leading));
    } catch (DeviceException e) {
      indexes.close();
      throw e;
    }
    uploadIndexes(new int[0]);
  }

  /**
   * Allocates a tableau without setting its values.
   *
   * @param rows the spanning vectors
   * @param columns the projected vectors: first the other group's, then the dependent ones
   * @param others number of columns of the other group
   * @param vectors number of vectors of both groups
   */
  Tableau(
      Device device, Allocations allocations, int[] rows, int[] columns, int others, int vectors) {
    this(
        device,
        allocations,
        rows,
        rows,
        columns,
        others,
        (rows.length + columns.length + ALIGNED - 1) / ALIGNED * ALIGNED,
        vectors);
  }

  /**
   * Returns the number of doubles besides [W C]: pending updates, a row and a column twice, and
   * sums.
   */
  private static long lines(long rows, long leading) {
    return (PENDING + 2) * (rows + leading) + rowSums(rows + leading);
  }

  /** Returns the number of doubles for the sums that a sweep leaves. */
  static int rowSums(long lines) {
    return SpanLayout.ROW_SUMS_DOUBLES * Grid.blocks(lines, SpanLayout.LINE);
  }

  /** Returns an upper bound on the bytes of a tableau and the rest of its span. */
  static double bytes(double rows, double columns) {
    return Double.BYTES * (rows + PENDING + 16) * (rows + columns + PENDING + 16);
  }

  /** The vectors that spanned when they were factorised, by row. */
  int[] rows() {
    return rows;
  }

  /** The vectors of W's columns: those that span, and some that have left. */
  int[] spanning() {
    return spanning;
  }

  /** The other group's vectors and the dependent ones, by column of C. */
  int[] columns() {
    return columns;
  }

  /** Number of columns of the other group. */
  int others() {
    return others;
  }

  /** Number of columns of the whole tableau. */
  int width() {
    return spanning.length + columns.length;
  }

  /** The distance between rows, in elements. */
  int leading() {
    return leading;
  }

  /** Returns the row of a vector, or -1 if it is dependent. */
  int row(int vector) {
    return IntStream.range(0, rows.length).filter(i -> rows[i] == vector).findFirst().orElse(-1);
  }

  /** The address of [W C]. */
  DeviceAddress values() {
    return memory.pointer();
  }

  private long pendingRowsAt() {
    return (long) rows.length * leading;
  }

  private long pendingColumnsAt() {
    return pendingRowsAt() + (long) PENDING * leading;
  }

  private long scratchAt() {
    return pendingColumnsAt() + (long) PENDING * rows.length;
  }

  private int vectorsAt() {
    return vectors + rows.length;
  }

  private int sourcesAt() {
    return vectorsAt() + leading;
  }

  /** Writes the members of a struct Span that point here, and the sizes. */
  void describe(ByteBuffer struct) {
    long scratch = scratchAt();
    Span.VALUES.put(struct, memory.pointer());
    Span.PENDING_ROWS.put(struct, memory.element(pendingRowsAt()));
    Span.PENDING_COLUMNS.put(struct, memory.element(pendingColumnsAt()));
    Span.ROW.put(struct, memory.element(scratch));
    Span.ROW_SIZES.put(struct, memory.element(scratch + leading));
    Span.COLUMN.put(struct, memory.element(scratch + 2L * leading));
    Span.COLUMN_SIZES.put(struct, memory.element(scratch + 2L * leading + rows.length));
    Span.ROW_SUMS.put(struct, memory.element(scratch + 2L * (leading + rows.length)));
    Span.PLACES.put(struct, indexes.pointer());
    Span.PIVOTS.put(struct, indexes.element(vectors));
    Span.VECTORS.put(struct, indexes.element(vectorsAt()));
    Span.ROWS.put(struct, rows.length);
    Span.FIRST.put(struct, spanning.length);
    Span.COLUMNS.put(struct, columns.length);
    Span.OTHERS.put(struct, others);
    Span.LEADING.put(struct, leading);
    Span.STARTED.put(struct, rows.length);
  }

  /** Applies pending updates: [W C] −= columnsᵀ·rows. */
  void apply(int pending, Blas blas) {
    blas.subtractProduct(
        width(),
        rows.length,
        pending,
        memory.element(pendingRowsAt()),
        leading,
        memory.element(pendingColumnsAt()),
        rows.length,
        memory.pointer(),
        leading);
  }

  /** Returns a copy with the same values and the same {@code pending} updates. */
  Tableau copy(Allocations allocations, int pending) {
    Tableau copy =
        new Tableau(device, allocations, rows, spanning, columns, others, leading, vectors);
    // Not all of the memory: between rows and behind the last update there is nothing.
    copyLines(copy, 0, rows.length, width(), leading);
    copyLines(copy, pendingRowsAt(), pending, width(), leading);
    copyLines(copy, pendingColumnsAt(), pending, rows.length, rows.length);
    return copy;
  }

  private void copyLines(Tableau target, long from, long lines, long width, long distance) {
    device.copyRows(memory.element(from), target.memory.element(from), lines, width, distance);
  }

  /**
   * Drops columns here; the caller drops them on the device too. No update may be pending.
   *
   * @param keptSpanning positions of the columns of W to keep
   * @param keptColumns positions of the columns of C to keep
   * @return the positions of all of them, on the device
   */
  DeviceAddress keep(int[] keptSpanning, int[] keptColumns) {
    int first = spanning.length;
    int[] sources =
        IntStream.concat(
                Arrays.stream(keptSpanning), Arrays.stream(keptColumns).map(x -> first + x))
            .toArray();
    spanning = IntStream.of(keptSpanning).map(j -> spanning[j]).toArray();
    int[] kept = IntStream.of(keptColumns).map(x -> columns[x]).toArray();
    others = (int) IntStream.of(keptColumns).filter(x -> x < others).count();
    columns = kept;
    uploadIndexes(sources);
    return indexes.element(sourcesAt());
  }

  /** Uploads a short list of vectors, until the next one. */
  DeviceAddress list(int[] listed) {
    ByteBuffer bytes = Transfers.nativeBytes(Long.BYTES * listed.length);
    IntStream.of(listed).forEach(bytes::putLong);
    device.transfers().upload(bytes.flip(), indexes, (long) Long.BYTES * sourcesAt());
    return indexes.element(sourcesAt());
  }

  private void uploadIndexes(int[] sources) {
    ByteBuffer bytes = Transfers.nativeBytes(Long.BYTES * (sourcesAt() + sources.length));
    for (int x = 0; x < columns.length; x++) {
      bytes.putLong(Long.BYTES * columns[x], x < others ? x : -1 - x);
      bytes.putLong(Long.BYTES * (vectorsAt() + x), columns[x]);
    }
    int next = 0;
    for (int i = 0; i < rows.length; i++) {
      bytes.putLong(Long.BYTES * rows[i], i);
      boolean kept = next < spanning.length && spanning[next] == rows[i];
      bytes.putLong(Long.BYTES * (vectors + i), kept ? next++ : -1);
    }
    for (int j = 0; j < sources.length; j++) {
      bytes.putLong(Long.BYTES * (sourcesAt() + j), sources[j]);
    }
    device.transfers().upload(bytes, indexes, 0);
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
      indexes.close();
    }
  }
}
