package org.spanmatch.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramLayer;

/**
 * The layers that two networks have in common, in the order of the first network's layers.
 *
 * @param <P> where the pairs come from: files of activations or Gram matrices
 * @param x where the first network's activations came from
 * @param y where the second network's activations came from
 * @param pairs the common layers
 * @param onlyInX names of layers that the second network lacks
 * @param onlyInY names of layers that the first network lacks
 * @param leftOut what else there is in files, and is not taken for a layer: see {@link LayerArrays}
 */
public record LayerPairs<P extends LayerPair>(
    String x,
    String y,
    List<P> pairs,
    List<String> onlyInX,
    List<String> onlyInY,
    List<LayerArrays.LeftOut> leftOut) {
  /**
   * Pairs the arrays of files by name. Two lone {@code .npy} files are paired regardless of their
   * names.
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
  public static LayerPairs<LayerPair.OfActivations> of(
      ActivationFile x, ActivationFile y, LayerArrays.Filter selected, Collection<Layout> layouts) {
    if (x.isSingleArray() && y.isSingleArray()) {
      StoredArray xArray = x.arrays().get(0);
      StoredArray yArray = y.arrays().get(0);
      String name = LayerPair.name(xArray.name(), yArray.name());
      List<LayerPair.OfActivations> pair =
          selected.test(name) ? List.of(pair(name, xArray, yArray, layouts)) : List.of();
      return new LayerPairs<>(
          x.path().toString(), y.path().toString(), pair, List.of(), List.of(), List.of());
    }
    LayerArrays ofX = LayerArrays.of(x, selected);
    LayerArrays ofY = LayerArrays.of(y, selected);
    Map<String, StoredArray> rest = new LinkedHashMap<>();
    ofY.arrays().forEach(array -> rest.put(array.name(), array));
    rest.keySet().removeAll(ofX.namesLeftOut());
    Set<String> leftOutOfY = ofY.namesLeftOut();
    List<LayerPair.OfActivations> pairs = new ArrayList<>();
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
    return new LayerPairs<>(
        x.path().toString(),
        y.path().toString(),
        List.copyOf(pairs),
        List.copyOf(onlyInX),
        List.copyOf(rest.keySet()),
        Stream.concat(ofX.leftOut().stream(), ofY.leftOut().stream()).toList());
  }

  private static LayerPair.OfActivations pair(
      String name, StoredArray x, StoredArray y, Collection<Layout> layouts) {
    return new LayerPair.OfActivations(name, x.layer(layouts), y.layer(layouts));
  }

  /**
   * Pairs the layers of Gram matrices by name: the network of the lower number is the first. Where
   * each has one layer, the two are paired whatever their names are.
   *
   * @param grams such as those of one {@link org.spanmatch.gram.GramFile}
   * @param selected which layers to take, by name; the others are not looked at
   * @return the pairs; possibly none
   * @throws GramException if there are not two networks, or a common layer of both was not added up
   *     together
   */
  public static LayerPairs<LayerPair.OfGram> of(List<Gram> grams, Predicate<String> selected) {
    List<Integer> networks =
        grams.stream()
            .flatMap(gram -> gram.layers().stream())
            .map(GramLayer::network)
            .distinct()
            .sorted()
            .toList();
    if (networks.size() != 2) {
      throw new GramException("expected layers of 2 networks, found " + networks.size());
    }
    Network x = Network.of(grams, networks.get(0));
    Network y = Network.of(grams, networks.get(1));
    boolean areLone = x.layers.size() == 1 && y.layers.size() == 1;
    List<LayerPair.OfGram> pairs = new ArrayList<>();
    List<String> onlyInX = new ArrayList<>();
    Set<String> rest = new LinkedHashSet<>(y.layers.keySet());
    for (String name : x.layers.keySet()) {
      String partner = areLone ? y.layers.keySet().iterator().next() : name;
      rest.remove(partner);
      String shown = LayerPair.name(name, partner);
      if (!selected.test(shown)) {
        continue;
      }
      if (y.layers.containsKey(partner)) {
        pairs.add(pair(shown, grams, x, name, y, partner));
      } else {
        onlyInX.add(name);
      }
    }
    List<String> onlyInY = rest.stream().filter(selected).toList();
    return new LayerPairs<>(
        String.join(" + ", x.sources),
        String.join(" + ", y.sources),
        List.copyOf(pairs),
        List.copyOf(onlyInX),
        onlyInY,
        List.of());
  }

  /** The pair, from the first matrix that holds both together. */
  private static LayerPair.OfGram pair(
      String shown, List<Gram> grams, Network x, String name, Network y, String partner) {
    Map<Integer, Integer> ofX = x.layers.get(name);
    Map<Integer, Integer> ofY = y.layers.get(partner);
    for (Map.Entry<Integer, Integer> place : ofX.entrySet()) {
      Gram gram = grams.get(place.getKey());
      Integer other = ofY.get(place.getKey());
      if (other != null && gram.has(place.getValue(), other)) {
        return new LayerPair.OfGram(shown, gram, place.getValue(), other);
      }
    }
    throw new GramException(
        description(grams, ofX) + " was not added up together with " + description(grams, ofY));
  }

  private static String description(List<Gram> grams, Map<Integer, Integer> places) {
    Map.Entry<Integer, Integer> first = places.entrySet().iterator().next();
    return grams.get(first.getKey()).layers().get(first.getValue()).description();
  }

  /**
   * Where the layers of a network are.
   *
   * @param sources where its activations came from, each once
   * @param layers by name, for each matrix that holds the layer, the layer's position in it
   */
  private record Network(Set<String> sources, Map<String, Map<Integer, Integer>> layers) {
    static Network of(List<Gram> grams, int number) {
      Network network = new Network(new LinkedHashSet<>(), new LinkedHashMap<>());
      for (int g = 0; g < grams.size(); g++) {
        List<GramLayer> all = grams.get(g).layers();
        for (int i = 0; i < all.size(); i++) {
          GramLayer layer = all.get(i);
          if (layer.network() == number) {
            network.sources.addAll(layer.sources());
            network
                .layers
                .computeIfAbsent(layer.name(), name -> new LinkedHashMap<>())
                .putIfAbsent(g, i);
          }
        }
      }
      return network;
    }
  }
}
