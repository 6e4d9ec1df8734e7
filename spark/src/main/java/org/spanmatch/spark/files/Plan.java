package org.spanmatch.spark.files;

import java.io.Serializable;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.util.SerializableConfiguration;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;

/**
 * What every shard must hold, judging by the first one.
 *
 * @param configuration how Hadoop reaches the files
 * @param layouts what the axes of arrays mean
 * @param x the first network
 * @param y the second network
 * @param pairs the pairs of layers
 */
record Plan(
    SerializableConfiguration configuration, List<Layout> layouts, Side x, Side y, List<Pair> pairs)
    implements Serializable {
  private static final Set<ElementType> FLOATING =
      EnumSet.of(
          ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.FLOAT32, ElementType.FLOAT64);

  /**
   * A network.
   *
   * @param first the first shard's file, for messages
   * @param lone see {@link NetworkFiles#layers}
   * @param arrays the names of all arrays, also of those that are not used
   */
  record Side(String first, List<String> lone, List<String> arrays) implements Serializable {}

  /**
   * Two layers.
   *
   * @param name the name of the pair
   */
  record Pair(String name, Expected x, Expected y) implements Serializable {}

  /**
   * A layer of the first shard.
   *
   * @param inner the axes that count samples, but for the first, which counts the examples of a
   *     shard
   */
  record Expected(String name, int neurons, ElementType type, List<Long> inner)
      implements Serializable {
    static Expected of(Layer layer) {
      return new Expected(layer.name(), layer.neurons(), layer.type(), inner(layer));
    }

    private static List<Long> inner(Layer layer) {
      return List.copyOf(layer.sampleAxes().subList(1, layer.sampleAxes().size()));
    }

    /**
     * Checks that a layer of another shard fits.
     *
     * @param first the first shard's file
     * @throws ActivationsException if it does not
     */
    void require(Layer layer, String first) {
      if (layer.neurons() != neurons) {
        throw other(layer, "it has " + layer.neurons() + " neurons", neurons + " as " + first);
      }
      if (!inner(layer).equals(inner)) {
        throw other(
            layer,
            "it has the samples " + inner(layer) + " for each example",
            inner + " as " + first);
      }
      if (FLOATING.contains(layer.type()) != FLOATING.contains(type)) {
        throw other(layer, "its values are " + name(layer.type()), name(type) + " as in " + first);
      }
    }

    private static ActivationsException other(Layer layer, String found, String expected) {
      return new ActivationsException(
          layer.description() + ": " + found + ", expected " + expected);
    }

    private static String name(ElementType type) {
      return type.name().toLowerCase(Locale.ROOT);
    }
  }
}
