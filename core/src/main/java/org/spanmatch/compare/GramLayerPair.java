package org.spanmatch.compare;

import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Two layers of one Gram matrix.
 *
 * @param name the layer's name in results
 * @param gram what holds both
 * @param x position of the first network's layer in it
 * @param y position of the second network's layer in it
 */
public record GramLayerPair(String name, Gram gram, int x, int y) implements ComparedLayers {
  /**
   * Checks that the two were added up together, and count the same samples as {@link LayerPair}
   * does.
   *
   * @param name the layer's name in results
   * @param gram what holds both
   * @param x position of the first network's layer in it
   * @param y position of the second network's layer in it
   * @throws GramException if not
   */
  public GramLayerPair {
    try {
      gram.requirePair(x, y);
    } catch (IllegalArgumentException e) {
      throw new GramException(e.getMessage(), e);
    }
    GramLayer first = gram.layers().get(x);
    GramLayer second = gram.layers().get(y);
    if (!LayerPair.haveSameAxes(first.sampleAxes(), second.sampleAxes())) {
      throw new GramException(
          first.description()
              + " counts its samples as "
              + first.sampleAxes()
              + ", but "
              + second.description()
              + " as "
              + second.sampleAxes()
              + ", so they can't be paired");
    }
  }

  private GramLayer first() {
    return gram.layers().get(x);
  }

  @Override
  public String description() {
    return first().description();
  }

  @Override
  public PerGroup<Integer> neurons() {
    return PerGroup.of(first().neurons(), gram.layers().get(y).neurons());
  }

  @Override
  public long samples() {
    return gram.samples();
  }

  @Override
  public boolean offers(Precision precision) {
    return gram.precision().compareTo(precision) >= 0;
  }

  @Override
  public ProjectionTable table(ProjectionKernel kernel, GramOptions options) {
    if (!offers(options.precision())) {
      throw new GramException(
          description()
              + ": expected "
              + options.precision()
              + " precision, but it was added up with "
              + gram.precision()
              + " precision");
    }
    return kernel.table(gram, x, y);
  }
}
