package org.spanmatch.kernel.cuda.driver;

/**
 * The grid of threads that run a device function.
 *
 * @param blocksX blocks of threads in x
 * @param blocksY blocks of threads in y
 * @param threadsX threads per block in x
 * @param threadsY threads per block in y
 */
public record Grid(int blocksX, int blocksY, int threadsX, int threadsY) {
  /** The largest number of threads in a block of {@link #oneBlock}. */
  static final int MAX_THREADS = 1024;

  /** The number of threads in a block of {@link #lines}. */
  public static final int THREADS = 256;

  private static final int TILE = 16;
  private static final int SMALL = 64;

  /** Returns a grid with one thread for each of {@code count} elements. */
  public static Grid lines(long count) {
    return lines(count, 1);
  }

  /**
   * Returns a grid with one thread for each of {@code count} elements in each of {@code rows} rows.
   */
  public static Grid lines(long count, int rows) {
    return new Grid(blocks(count, THREADS), rows, THREADS, 1);
  }

  /** Returns a grid with one thread per element of a matrix, columns in x. */
  public static Grid matrix(long rows, long columns) {
    return new Grid(blocks(columns, TILE), blocks(rows, TILE), TILE, TILE);
  }

  /** Returns a grid of one block of 16 × 16 threads. */
  public static Grid oneSquare() {
    return new Grid(1, 1, TILE, TILE);
  }

  /**
   * Returns a grid of one block whose threads share the work on {@code count} elements; the
   * function must declare its launch bounds.
   */
  public static Grid oneBlock(long count) {
    int threads = count <= SMALL ? SMALL : count <= MAX_THREADS ? THREADS : MAX_THREADS;
    return new Grid(1, 1, threads, 1);
  }

  /** Returns a grid of {@code count} blocks of one thread. */
  public static Grid threads(int count) {
    return new Grid(count, 1, 1, 1);
  }

  /** Returns the number of blocks of {@code size} that cover {@code count} elements, at least 1. */
  public static int blocks(long count, int size) {
    return (int) Math.max(1, (count + size - 1) / size);
  }
}
