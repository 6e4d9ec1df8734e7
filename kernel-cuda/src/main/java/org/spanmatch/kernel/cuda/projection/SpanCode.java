package org.spanmatch.kernel.cuda.projection;

import static org.spanmatch.kernel.cuda.driver.KernelArguments.arguments;

import org.spanmatch.kernel.cuda.driver.DeviceCode;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.Grid;

/**
 * The device functions on structs Span. Parameters are named as in spanmatch.cu, which describes
 * them: {@code which} is a span, or the first of {@code spanCount}, and {@code pending} the number
 * of pending updates.
 */
final class SpanCode {
  private final DeviceCode code;
  private final DeviceMemory spans;

  /**
   * Creates functions that launch on the stream of the code.
   *
   * @param spans an array of structs Span
   */
  SpanCode(DeviceCode code, DeviceMemory spans) {
    this.code = code;
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

  /** Computes the norms of the tableau's {@code width} columns. */
  void startNorms(int which, int width) {
    code.launch("startNorms", Grid.lines(width), arguments().address(spans).int32(which));
  }

  /** Computes the error bounds of the tableau's {@code width} columns, and the scalars. */
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
  void takeProjected(int which, DeviceMemory vectors, int count) {
    code.launch(
        "takeProjected",
        Grid.lines(count),
        arguments().address(spans).int32(which).address(vectors).int32(count));
  }

  /**
   * Reads the pivot's row and column.
   *
   * @param sweepSize the largest {@link DeviceSpan#sweepSize()} of the spans
   */
  void readPivot(int which, int spanCount, int pending, int sweepSize) {
    code.launch(
        "readPivot",
        Grid.lines(sweepSize, spanCount),
        arguments().address(spans).int32(which).int32(pending));
  }

  /**
   * Sweeps the pivot out, without counting it.
   *
   * @param sweepSize the largest {@link DeviceSpan#sweepSize()} of the spans
   */
  void sweepOut(int which, int spanCount, int pending, int sweepSize) {
    code.launch(
        "sweepOut",
        Grid.lines(sweepSize, spanCount),
        arguments().address(spans).int32(which).int32(pending));
  }

  /** Counts the last sweep. */
  void countSweep(int which, int spanCount, int pending) {
    code.launch(
        "countSweep",
        Grid.threads(spanCount),
        arguments().address(spans).int32(which).int32(pending));
  }

  /** Updates the errors and norms of {@code width} columns after pending updates were applied. */
  void refresh(int which, int pending, int width) {
    code.launch(
        "refresh", Grid.lines(width), arguments().address(spans).int32(which).int32(pending));
  }

  /** Updates the trace of W, which has {@code rows} rows. */
  void refreshTrace(int which, int rows) {
    code.launch("refreshTrace", Grid.oneBlock(rows), arguments().address(spans).int32(which));
  }

  // Peeling.

  /**
   * Returns the number of blocks that survey {@code columns} vectors of both spans, one Survey
   * each.
   */
  static int surveyCount(int columns) {
    return Grid.blocks(columns, SpanLayout.SURVEY);
  }

  /** Surveys all vectors of both spans in {@code surveyCount} blocks. */
  void survey(DeviceMemory surveys, int surveyCount) {
    code.launch(
        "survey",
        new Grid(surveyCount, 1, SpanLayout.SURVEY, 1),
        arguments().address(spans).address(surveys));
  }

  /** Removes the farthest vector from both spans and writes a step. */
  void peel(
      DeviceMemory surveys,
      int surveyCount,
      DeviceMemory firstVectors,
      DeviceMemory secondVectors,
      int step,
      DeviceMemory steps) {
    code.launch(
        "peel",
        new Grid(1, 1, SpanLayout.SURVEY, 1),
        arguments()
            .address(spans)
            .address(surveys)
            .int32(surveyCount)
            .address(firstVectors)
            .address(secondVectors)
            .int32(step)
            .address(steps));
  }
}
