package org.spanmatch.kernel.cuda.projection;

import static org.spanmatch.kernel.cuda.driver.KernelArguments.arguments;

import org.spanmatch.kernel.cuda.driver.CooperativeLaunches;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceCode;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceModule;
import org.spanmatch.kernel.cuda.driver.Grid;

/**
 * The device functions on structs Span. Parameters are named as in peeling.cu, which describes
 * them: {@code which} is a span, or the first of {@code spanCount}, and {@code lines} the largest
 * {@link DeviceSpan#sweepSize()} of the spans.
 */
final class SpanCode {
  private final DeviceCode code;
  private final DeviceMemory spans;

  /**
   * Creates functions that launch on the main stream of a device.
   *
   * @param spans an array of structs Span
   */
  SpanCode(Device device, DeviceMemory spans) {
    this.code = device.code(DeviceModule.PEELING);
    this.spans = spans;
  }

  // A fresh start.

  /** Computes the squared distances of {@code columns} projected vectors. */
  void startSquares(int which, int columns) {
    code.launch("startSquares", Grid.lines(columns), arguments().address(spans).int32(which));
  }

  /** Computes the diagonal of W from R⁻ᵀ with {@code rows} rows. */
  void inverseDiagonal(int which, int rows) {
    code.launch("inverseDiagonal", Grid.lines(rows), arguments().address(spans).int32(which));
  }

  /** Computes the drift of the tableau's {@code width} columns, whose norms are known. */
  void startErrors(int which, int width) {
    code.launch("startErrors", Grid.oneBlock(width), arguments().address(spans).int32(which));
  }

  // Questions.

  /** Computes the answers for all projected vectors of a tableau with {@code width} columns. */
  void answer(int which, int width) {
    code.launch("answer", Grid.oneBlock(width), arguments().address(spans).int32(which));
  }

  // Removals.

  /** Removes a vector from the spanning or the projected ones. */
  void takeOut(int which, int vector, boolean isSpanning) {
    code.launch(
        "takeOut",
        Grid.threads(1),
        arguments().address(spans).int32(which).int32(vector).flag(isSpanning));
  }

  /** Removes {@code count} vectors from the projected ones. */
  void takeProjected(int which, DeviceAddress vectors, int count) {
    code.launch(
        "takeProjected",
        Grid.lines(count),
        arguments().address(spans).int32(which).address(vectors).int32(count));
  }

  /** Reads the pivot's row and column. */
  void readPivot(int which, int spanCount, int lines) {
    code.launch("readPivot", Grid.lines(lines, spanCount), arguments().address(spans).int32(which));
  }

  /**
   * Sweeps the pivot out, without counting it.
   *
   * @param surveys for what is left of both spans, or {@link DeviceAddress#NULL}
   */
  void sweepOut(int which, int spanCount, int lines, DeviceAddress surveys) {
    code.launch(
        "sweepOut",
        Grid.lines(lines, spanCount),
        arguments().address(spans).int32(which).address(surveys));
  }

  /** Counts the last sweep. */
  void countSweep(int which, int spanCount) {
    code.launch("countSweep", Grid.threads(spanCount), arguments().address(spans).int32(which));
  }

  /** Prepares the drift for the application of {@code pending} updates. */
  void settle(int which, int pending, int lines) {
    code.launch(
        "settle", Grid.lines(lines), arguments().address(spans).int32(which).int32(pending));
  }

  /** Computes the norms of {@code width} columns, and the trace of W, when nothing is pending. */
  void refresh(int which, int width) {
    int blocks = Grid.blocks(width, SpanLayout.TILE) + 1; // and one for the trace
    code.launch(
        "refresh",
        new Grid(blocks, 1, SpanLayout.TILE, SpanLayout.ROW_LANES),
        arguments().address(spans).int32(which));
  }

  /**
   * Drops columns of a tableau with {@code rows} rows.
   *
   * @param sources the columns to keep
   * @param keptFirst how many of them are W's
   */
  void dropColumns(int which, int rows, DeviceAddress sources, int keptFirst, int kept) {
    code.launch(
        "dropColumns",
        new Grid(rows + SpanLayout.COLUMN_LINES, 1, Grid.THREADS, 1),
        arguments().address(spans).int32(which).address(sources).int32(keptFirst).int32(kept));
  }

  // Peeling.

  /** Returns the number of Surveys that {@link #survey} and {@link #sweepOut} leave. */
  static int surveyCount(int lines) {
    return 2 * Grid.blocks(lines, SpanLayout.LINE);
  }

  /**
   * Takes up to {@code count} steps at once.
   *
   * @param arrived an int that is 0 before the first time
   * @return false if the device refuses, and nothing has happened
   */
  boolean peelTogether(
      CooperativeLaunches cooperation,
      int lines,
      DeviceAddress surveys,
      int count,
      DeviceAddress steps,
      DeviceAddress arrived) {
    int parts = surveyCount(lines) / 2;
    return cooperation.launch(
        "peelTogether",
        code,
        2 * parts,
        SpanLayout.LINE,
        arguments()
            .address(spans)
            .address(surveys)
            .int32(parts)
            .int32(count)
            .address(steps)
            .address(arrived));
  }

  /** Surveys all vectors of both spans. */
  void survey(int lines, DeviceAddress surveys) {
    code.launch("survey", Grid.lines(lines, 2), arguments().address(spans).address(surveys));
  }

  /** Removes the farthest vector from both spans and writes a step. */
  void peel(DeviceAddress surveys, int surveyCount, int step, DeviceAddress steps) {
    code.launch(
        "peel",
        new Grid(1, 1, SpanLayout.LINE, 1),
        arguments().address(spans).address(surveys).int32(surveyCount).int32(step).address(steps));
  }
}
