package org.spanmatch.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.npy.ActivationFile;
import org.spanmatch.activations.npy.StoredArray;

/**
 * The layers that two files have in common, in the first file's order.
 *
 * @param pairs the common layers
 * @param onlyInX names of layers that the second file lacks
 * @param onlyInY names of layers that the first file lacks
 * @param leftOut what else there is in both files, and is not taken for a layer: see {@link
 *     LayerArrays}
 */
public record LayerPairs(
    List<LayerPair> pairs, List<String> onlyInX, List<String> onlyInY, List<LeftOut> leftOut) {
  /**
   * Pairs arrays by name. Two lone {@code .npy} files are paired regardless of their names.
   *
   * <p>What is not taken for a layer in one file is left out of both.
   *
   * @param x the first file
   * @param y the second file
   * @param selected the layers to take, by name; the others are ignored
   * @param layouts see {@link StoredArray#layer}
   * @return the pairs; possibly none
   * @throws org.spanmatch.activations.ActivationsException if a common layer can't be used or its
   *     shapes can't be paired
   */
  public static LayerPairs of(
      ActivationFile x, ActivationFile y, LayerFilter selected, Collection<Layout> layouts) {
    if (x.isSingleArray() && y.isSingleArray()) {
      StoredArray xArray = x.arrays().get(0);
      StoredArray yArray = y.arrays().get(0);
      String name = LayerPair.name(xArray.name(), yArray.name());
      List<LayerPair> pair =
          selected.test(name) ? List.of(pair(name, xArray, yArray, layouts)) : List.of();
      return new LayerPairs(pair, List.of(), List.of(), List.of());
    }
    LayerArrays ofX = LayerArrays.of(x, selected);
    LayerArrays ofY = LayerArrays.of(y, selected);
    Map<String, StoredArray> rest = new LinkedHashMap<>();
    ofY.arrays().forEach(array -> rest.put(array.name(), array));
    rest.keySet().removeAll(ofX.namesLeftOut());
    Set<String> leftOutOfY = ofY.namesLeftOut();
    List<LayerPair> pairs = new ArrayList<>();
    List<String> onlyInX = new ArrayList<>();
    for (StoredArray array : ofX.arrays()) {
      if (leftOutOfY.contains(array.name())) {
        continue;
      }
      StoredArray partner = rest.remove(array.name());
      if (partner == null) {
        onlyInX.add(array.name());
      } else {
        pairs.add(pair(array.name(), array, partner, layouts));
      }
    }
    return new LayerPairs(
        List.copyOf(pairs),
        List.copyOf(onlyInX),
        List.copyOf(rest.keySet()),
        Stream.concat(ofX.leftOut().stream(), ofY.leftOut().stream()).toList());
  }

  private static LayerPair pair(
      String name, StoredArray x, StoredArray y, Collection<Layout> layouts) {
    return new LayerPair(name, x.layer(layouts), y.layer(layouts));
  }
}
