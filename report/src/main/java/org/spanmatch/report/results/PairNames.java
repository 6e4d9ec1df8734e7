package org.spanmatch.report.results;

import org.spanmatch.compare.LayerPair;
import org.spanmatch.kernel.PerGroup;

/**
 * The names of two layers that are compared, as a part of their JSON.
 *
 * @param name the pair's name: that of both layers, or "x ~ y" where they differ
 * @param xLayer the name of the first network's layer
 * @param yLayer the name of the second network's layer
 */
public record PairNames(String name, String xLayer, String yLayer) {
  /** The names of a pair of layers. */
  public static PairNames of(LayerPair pair) {
    PerGroup<String> layers = pair.layers();
    return new PairNames(pair.name(), layers.x(), layers.y());
  }
}
