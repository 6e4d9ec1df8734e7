package org.spanmatch.compare;

import java.util.List;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * The activations of the same layer of two networks.
 *
 * @param name the layer's name in results
 * @param x the layer in the first network
 * @param y the layer in the second network, on the same samples
 */
public record LayerPair(String name, Layer x, Layer y) implements ComparedLayers {
  /**
   * Checks that both networks have the same samples.
   *
   * <p>If both arrays have several sample axes, these must agree one by one. An array with a single
   * one, such as a fully connected layer, must agree with the first of the other: the number of
   * examples. A convolutional layer of several positions may have as many samples by accident.
   *
   * @param name the layer's name in results
   * @param x the layer in the first network
   * @param y the layer in the second network, on the same samples
   * @throws ActivationsException if they differ
   */
  public LayerPair {
    Layer.requireSameSamples(x, y);
    if (!haveSameAxes(x.sampleAxes(), y.sampleAxes())) {
      boolean sameExamples = x.sampleAxes().get(0).equals(y.sampleAxes().get(0));
      throw new ActivationsException(
          x.description()
              + " counts its samples as "
              + x.sampleAxes()
              + ", but "
              + y.description()
              + " as "
              + y.sampleAxes()
              + ", so they can't be paired"
              + (sameExamples ? "" : ": their examples, the first axis, differ"));
    }
  }

  /**
   * {@return whether two layers can be a pair, so that the constructor takes them}
   *
   * @param x a layer of the first network
   * @param y a layer of the second network
   */
  public static boolean isPossible(Layer x, Layer y) {
    return x.samples() == y.samples() && haveSameAxes(x.sampleAxes(), y.sampleAxes());
  }

  /** Whether the axes of two layers with equally many samples count the same ones. */
  static boolean haveSameAxes(List<Long> x, List<Long> y) {
    return (x.size() == 1 || y.size() == 1) ? x.get(0).equals(y.get(0)) : x.equals(y);
  }

  /**
   * {@return the name of a pair: that of both layers, or "x ~ y" where they differ}
   *
   * @param x the name of the first network's layer
   * @param y the name of the second network's layer
   */
  public static String name(String x, String y) {
    return x.equals(y) ? x : x + " ~ " + y;
  }

  /**
   * {@return both layers restricted to the same samples, at most {@code count} of them}
   *
   * @param count number of samples to keep, at least 1
   */
  public LayerPair sampled(long count) {
    return new LayerPair(name, Layers.sampled(x, count), Layers.sampled(y, count));
  }

  @Override
  public String description() {
    return x.description();
  }

  @Override
  public PerGroup<Integer> neurons() {
    return PerGroup.of(x.neurons(), y.neurons());
  }

  @Override
  public long samples() {
    return x.samples();
  }

  @Override
  public boolean offers(Precision precision) {
    return true;
  }

  @Override
  public ProjectionTable table(ProjectionKernel kernel, GramOptions options) {
    return kernel.compress(x, y, options);
  }

  @Override
  public LayerPair timed(LayerSteps steps) {
    return new LayerPair(name, steps.timed(x), steps.timed(y));
  }
}
