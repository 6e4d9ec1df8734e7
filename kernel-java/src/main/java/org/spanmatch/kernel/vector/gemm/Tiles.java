package org.spanmatch.kernel.vector.gemm;

/**
 * Where the products of some left panels with some right panels go: for each pair of panels a tile
 * of NR × NR numbers in one array.
 */
public interface Tiles {
  /** The array that holds the tiles. */
  double[] values();

  /** Distance between rows of a tile. */
  int stride();

  /** Number of left panels. */
  int rows();

  /** Number of right panels. */
  int columns();

  /** The first right panel whose product with a left panel is wanted; the next ones are, too. */
  int firstColumn(int row);

  /** Index of the first number of the tile of two panels. */
  int at(int row, int column);
}
