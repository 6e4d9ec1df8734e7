package org.spanmatch.kernel.backend;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;

/**
 * The part of adding up that all backends share: checks the layers, shifts activations if the
 * options say so, runs the backend's pass, and runs it again with scaled activations if values are
 * too large or too small.
 */
public final class GramPass {
  /** One pass of a backend over all layers. */
  @FunctionalInterface
  public interface Pass {
    /**
     * Adds up all layers, with each neuron's activations multiplied by its scale.
     *
     * @param layers the layers, each with its scales if it has any, and shifted already
     * @return the Gram matrix
     * @throws org.spanmatch.activations.ActivationsException if the data can't be read
     */
    Gram run(List<ScaledLayer> layers);
  }

  private GramPass() {}

  /**
   * Adds up layers with a backend's pass and returns the Gram matrix.
   *
   * @param layers at least one, all with the same samples
   * @param pairs the pairs of layers to add up
   * @param options how to add up
   * @param pass the backend's pass over all layers
   * @return the Gram matrix
   * @throws org.spanmatch.activations.ActivationsException if the numbers of samples differ, a
   *     value is not finite, or the data can't be read
   * @throws IllegalArgumentException if there is no layer, or a pair names a missing one
   */
  public static Gram of(
      List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options, Pass pass) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(pass, "pass");
    require(layers, pairs);
    return of(layers, options, pass::run, Gram::layers, gram -> {});
  }

  /**
   * Adds up layers to something that is no {@link Gram} yet, such as a matrix on a device.
   *
   * @param <T> the type of the result
   * @param layers at least one, all with the same samples
   * @param options how to add up
   * @param pass adds up all layers, the scale of every neuron applied
   * @param described what was found out about each layer
   * @param discard frees the result of a first pass that is not used
   * @return the result of the last pass
   * @throws org.spanmatch.activations.ActivationsException as {@link #of(List, Collection,
   *     GramOptions, Pass)} does
   */
  public static <T> T of(
      List<? extends Layer> layers,
      GramOptions options,
      Function<List<ScaledLayer>, T> pass,
      Function<T, List<GramLayer>> described,
      Consumer<T> discard) {
    List<ScaledLayer> unscaled = new ArrayList<>();
    layers.forEach(layer -> unscaled.add(ScaledLayer.unscaled(layer, options)));
    T first = pass.apply(unscaled);
    boolean exact =
        described.apply(first).stream()
            .map(GramLayer::moments)
            .allMatch(moments -> moments.areExact(options.deadThreshold()));
    if (exact) {
      return first;
    }
    discard.accept(first);
    // Throws for a value that is not finite; otherwise finds the scales.
    List<ScaledLayer> scaled = unscaled.stream().map(ScaledLayer::scaled).toList();
    return pass.apply(scaled);
  }

  /**
   * Checks layers and pairs as {@link #of} does, for backends that need them checked earlier.
   *
   * @param layers the layers, each with its scales if it has any
   * @param pairs the pairs of layers whose inner products are wanted
   */
  public static void require(List<? extends Layer> layers, Collection<GramPair> pairs) {
    Objects.requireNonNull(layers, "layers");
    Objects.requireNonNull(pairs, "pairs");
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("expected at least one layer");
    }
    for (Layer layer : layers) {
      Layer.requireSameSamples(layers.get(0), layer);
    }
    for (GramPair pair : pairs) {
      if (pair.second() >= layers.size()) {
        throw new IllegalArgumentException(
            "expected pairs of " + layers.size() + " layers, found " + pair);
      }
    }
  }
}
