package org.spanmatch.kernel.vector.projection;

import org.spanmatch.kernel.vector.gemm.Gemm;

/**
 * The largest squared distance in each chunk of a tableau's columns, by which a search for the
 * farthest vectors passes over most chunks.
 */
final class Peaks {
  private final double[] largest;

  Peaks(int columns) {
    largest = new double[chunks(columns)];
  }

  /** Returns the number of chunks of a line. */
  static int chunks(int length) {
    return (length + Gemm.LINE_CHUNK - 1) / Gemm.LINE_CHUNK;
  }

  /** Finds the peak of a chunk of columns, from the squares of the vectors of the other group. */
  void find(int from, int to, SpanState state, Gemm gemm) {
    int first = state.tableau.first;
    int begin = Math.max(from, first);
    int end = Math.min(to, first + state.tableau.others());
    largest[from / Gemm.LINE_CHUNK] = gemm.largest(state.squares, begin, end);
  }

  /** Finds the peak of the chunk that a column lies in. */
  void findAround(int column, SpanState state, Gemm gemm) {
    int chunk = column / Gemm.LINE_CHUNK * Gemm.LINE_CHUNK;
    find(chunk, Math.min(chunk + Gemm.LINE_CHUNK, state.squares.length), state, gemm);
  }

  double of(int chunk) {
    return largest[chunk];
  }

  /** Returns the largest of all. */
  double highest(Gemm gemm) {
    return gemm.largest(largest, 0, largest.length);
  }
}
