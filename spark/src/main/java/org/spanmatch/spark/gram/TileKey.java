package org.spanmatch.spark.gram;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Key of a partial sum. Sorting by it brings the parts of a tile in the order of their samples.
 *
 * @param tile the number of the tile among all of a job
 * @param position the number of the part, from 0
 */
record TileKey(int tile, int position) implements Comparable<TileKey>, Serializable {
  private static final long serialVersionUID = 1;
  private static final Comparator<TileKey> ORDER =
      Comparator.comparingInt(TileKey::tile).thenComparingInt(TileKey::position);

  @Override
  public int compareTo(TileKey other) {
    return ORDER.compare(this, other);
  }
}
