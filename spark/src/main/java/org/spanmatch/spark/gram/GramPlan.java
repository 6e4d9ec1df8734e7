package org.spanmatch.spark.gram;

import java.util.ArrayList;
import java.util.List;
import org.spanmatch.gram.GramPair;

/**
 * How the Gram matrix of a pair of layers is cut, so that no task needs more memory than it may
 * have: neurons into slices, whose pairs are tiles, and tiles into stripes.
 *
 * <p>A task adds up the tiles of one stripe, so the activations are read once for each stripe. What
 * is sent and merged is a tile. The plan depends on the numbers of neurons and the memory of a
 * task, and on nothing of the cluster.
 *
 * @param xWidths the number of neurons of each slice of the first layer
 * @param yWidths those of the second layer
 * @param stripes the tiles of each stripe; in every tile the number of the first slice is smaller,
 *     and those of the second layer follow those of the first
 */
record GramPlan(List<Integer> xWidths, List<Integer> yWidths, List<List<GramPair>> stripes) {
  /**
   * Plans the tiles of a pair.
   *
   * @param mostWidth the most neurons of a slice
   * @param stripeBytes the most memory of a stripe's tiles; a stripe has at least one
   */
  static GramPlan of(ShardedPair pair, int mostWidth, long stripeBytes) {
    List<Integer> xWidths = widths(pair.xNeurons(), mostWidth);
    List<Integer> yWidths = widths(pair.yNeurons(), mostWidth);
    List<Integer> widths = new ArrayList<>(xWidths);
    widths.addAll(yWidths);
    List<List<GramPair>> stripes = new ArrayList<>();
    Stripe stripe = new Stripe(widths);
    for (int first = 0; first < widths.size(); first++) {
      for (int second = first + 1; second < widths.size(); second++) {
        GramPair tile = new GramPair(first, second);
        if (!stripe.isEmpty() && stripe.bytesWith(tile) > stripeBytes) {
          stripes.add(stripe.tiles);
          stripe = new Stripe(widths);
        }
        stripe.add(tile);
      }
    }
    stripes.add(stripe.tiles);
    return new GramPlan(xWidths, yWidths, stripes);
  }

  /** A stripe while tiles are added to it. */
  private static final class Stripe {
    private final List<Integer> widths;
    private final List<GramPair> tiles = new ArrayList<>();
    private final boolean[] has;
    private long elements;

    Stripe(List<Integer> widths) {
      this.widths = widths;
      this.has = new boolean[widths.size()];
    }

    boolean isEmpty() {
      return tiles.isEmpty();
    }

    /** The memory with a further tile: a kernel adds up each slice with itself too. */
    long bytesWith(GramPair tile) {
      return Double.BYTES * (elements + elements(tile));
    }

    private long elements(GramPair tile) {
      long more = (long) widths.get(tile.first()) * widths.get(tile.second());
      for (int slice : new int[] {tile.first(), tile.second()}) {
        more += has[slice] ? 0 : (long) widths.get(slice) * widths.get(slice) / 2;
      }
      return more;
    }

    void add(GramPair tile) {
      elements += elements(tile);
      has[tile.first()] = true;
      has[tile.second()] = true;
      tiles.add(tile);
    }
  }

  /** The neurons in as few slices as there may be, all about as wide. */
  private static List<Integer> widths(int neurons, int mostWidth) {
    int count = Math.max(1, (int) ((neurons + mostWidth - 1L) / mostWidth));
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      widths.add((int) ((i + 1L) * neurons / count - (long) i * neurons / count));
    }
    return List.copyOf(widths);
  }

  /** Whether both layers are whole: there is one tile, their Gram matrix. */
  boolean isWhole() {
    return xWidths.size() == 1 && yWidths.size() == 1;
  }

  /** The number of tiles of all stripes. */
  int tiles() {
    return stripes.stream().mapToInt(List::size).sum();
  }

  /** The widths of all slices, by layer. */
  List<List<Integer>> widths() {
    return List.of(xWidths, yWidths);
  }
}
