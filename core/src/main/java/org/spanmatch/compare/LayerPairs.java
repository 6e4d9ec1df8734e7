package org.spanmatch.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.kernel.PerGroup;

/**
 * The pairs of layers of two networks, in the order of the first network's layers.
 *
 * @param <P> where the pairs come from: files of activations or Gram matrices
 * @param x where the first network's activations came from
 * @param y where the second network's activations came from
 * @param pairs the pairs, such as the common layers
 * @param onlyInX names of layers of the first network that are in no pair
 * @param onlyInY names of layers of the second network that are in no pair
 * @param leftOut what else there is in files, and is not taken for a layer: see {@link LayerArrays}
 * @param unpaired why layers are in no pair, of {@link Pairing.Method#ALL}
 * @param mismatched which layers are no pair, though others make pairs with both, of {@link
 *     Pairing.Method#ALL}
 * @param failed pairs that were asked for, or whose layers have equal names, and can't be compared
 */
public record LayerPairs<P extends LayerPair>(
    String x,
    String y,
    List<P> pairs,
    List<String> onlyInX,
    List<String> onlyInY,
    List<LayerArrays.LeftOut> leftOut,
    List<LayerArrays.LeftOut> unpaired,
    List<Mismatch> mismatched,
    List<Failed> failed) {
  /**
   * Two layers that don't have the same samples.
   *
   * @param layers the names of both layers
   * @param reason how their samples differ
   */
  public record Mismatch(Pairing.Names layers, String reason) {
    static Mismatch of(
        String x, long xSamples, List<Long> xAxes, String y, long ySamples, List<Long> yAxes) {
      return new Mismatch(
          new Pairing.Names(x, y),
          "the first has " + samples(xSamples, xAxes) + ", the second " + samples(ySamples, yAxes));
    }

    private static String samples(long samples, List<Long> axes) {
      return samples + (axes.size() == 1 ? " samples" : " samples, " + axes);
    }
  }

  /**
   * A pair that can't be compared.
   *
   * @param layers the names of both layers
   * @param cause why
   */
  public record Failed(Pairing.Names layers, RuntimeException cause) {}

  /**
   * Which layers of two networks are compared.
   *
   * @param method how pairs are found
   * @param chosen the pairs of {@link Method#CHOSEN}; none for other methods
   */
  public record Pairing(Method method, List<Names> chosen) {
    /** Layers of equal names. */
    public static final Pairing SAME = new Pairing(Method.SAME, List.of());

    /** How pairs are found. */
    public enum Method {
      /** Layers of equal names. */
      SAME,
      /** The first layer of one network with the first of the other, and so on. */
      ORDER,
      /** Every layer of one network with every layer of the other that has the same samples. */
      ALL,
      /** Those that are named. */
      CHOSEN;

      /** {@return its name in options} */
      public String label() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    /**
     * The names of two layers.
     *
     * @param x of the first network
     * @param y of the second network
     */
    public record Names(String x, String y) {}

    /**
     * Copies the list.
     *
     * @param method how layers are paired
     * @param chosen pairs of layers by name
     */
    public Pairing {
      chosen = List.copyOf(chosen);
    }
  }

  /** Pairs of layers of equal names, none of which fails. */
  private LayerPairs(
      String x,
      String y,
      List<P> pairs,
      List<String> onlyInX,
      List<String> onlyInY,
      List<LayerArrays.LeftOut> leftOut) {
    this(x, y, pairs, onlyInX, onlyInY, leftOut, List.of(), List.of(), List.of());
  }

  /**
   * Pairs the arrays of files. Layers that are in several pairs are the same objects there, so that
   * {@link PairPlan} has them read once.
   *
   * @param x the first file
   * @param y the second file
   * @param selected the layers to take, by name; the others are ignored, but for those that are
   *     chosen by name
   * @param layouts see {@link StoredArray#layer}
   * @param pairing which layers to pair
   * @return the pairs; possibly none
   * @throws org.spanmatch.activations.ActivationsException if numbers of layers differ that are to
   *     be paired in order, or an array that a name asks for can't be used
   */
  public static LayerPairs<LayerPair.OfActivations> of(
      ActivationFile x,
      ActivationFile y,
      LayerArrays.Filter selected,
      Collection<Layout> layouts,
      Pairing pairing) {
    return pairing.method() == Pairing.Method.SAME
        ? byName(x, y, selected, layouts)
        : ArrayPairs.of(x, y, selected, layouts, pairing);
  }

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
    LayerPairs<LayerPair.OfActivations> pairs = byName(x, y, selected, layouts);
    if (!pairs.failed.isEmpty()) {
      throw pairs.failed.get(0).cause();
    }
    return pairs;
  }

  private static LayerPairs<LayerPair.OfActivations> byName(
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
    List<Failed> failed = new ArrayList<>();
    List<String> onlyInX = new ArrayList<>();
    for (StoredArray array : ofX.arrays()) {
      if (leftOutOfY.contains(array.name())) {
        continue;
      }
      StoredArray partner = rest.remove(array.name());
      if (partner == null) {
        onlyInX.add(array.name());
      } else {
        try {
          pairs.add(pair(array.name(), array, partner, layouts));
        } catch (ActivationsException e) {
          failed.add(new Failed(new Pairing.Names(array.name(), array.name()), e));
        }
      }
    }
    return new LayerPairs<>(
        x.path().toString(),
        y.path().toString(),
        List.copyOf(pairs),
        List.copyOf(onlyInX),
        List.copyOf(rest.keySet()),
        Stream.concat(ofX.leftOut().stream(), ofY.leftOut().stream()).toList(),
        List.of(),
        List.of(),
        List.copyOf(failed));
  }

  /**
   * Returns these pairs with another cause for each that failed, such as one that adds a cure.
   *
   * @param causes gives the cause that replaces one
   * @return the pairs, with the same layers
   */
  public LayerPairs<P> withCauses(UnaryOperator<RuntimeException> causes) {
    return new LayerPairs<>(
        x,
        y,
        pairs,
        onlyInX,
        onlyInY,
        leftOut,
        unpaired,
        mismatched,
        failed.stream()
            .map(pair -> new Failed(pair.layers(), causes.apply(pair.cause())))
            .toList());
  }

  /**
   * Returns others in place of these pairs; one for which there is none fails.
   *
   * @param change returns another pair of the same layers, or throws an {@link
   *     ActivationsException} that says why there is none
   * @return the pairs, with the same layers
   */
  public LayerPairs<P> mapped(UnaryOperator<P> change) {
    List<P> mapped = new ArrayList<>();
    List<Failed> failures = new ArrayList<>(failed);
    for (P pair : pairs) {
      try {
        mapped.add(change.apply(pair));
      } catch (ActivationsException e) {
        failures.add(new Failed(new Pairing.Names(pair.layers().x(), pair.layers().y()), e));
      }
    }
    return new LayerPairs<>(
        x,
        y,
        List.copyOf(mapped),
        onlyInX,
        onlyInY,
        leftOut,
        unpaired,
        mismatched,
        List.copyOf(failures));
  }

  private static LayerPair.OfActivations pair(
      String name, StoredArray x, StoredArray y, Collection<Layout> layouts) {
    return new LayerPair.OfActivations(name, x.layer(layouts), y.layer(layouts));
  }

  /**
   * Pairs the layers of Gram matrices.
   *
   * @param grams such as those of one {@link org.spanmatch.gram.GramFile}
   * @param selected which layers to take, by name; the others are not looked at, but for those that
   *     are chosen by name
   * @param pairing which layers to pair
   * @return the pairs; possibly none
   * @throws GramException if there are not two networks, numbers of layers differ that are to be
   *     paired in order, or of all pairs some with the same samples were not added up together
   */
  public static LayerPairs<LayerPair.OfGram> of(
      List<Gram> grams, Predicate<String> selected, Pairing pairing) {
    PerGroup<Network> networks = networks(grams);
    if (pairing.method() == Pairing.Method.SAME) {
      return byName(grams, networks.x(), networks.y(), selected);
    }
    return GramPairs.of(grams, networks.x(), networks.y(), selected, pairing);
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
    LayerPairs<LayerPair.OfGram> pairs = of(grams, selected, Pairing.SAME);
    if (!pairs.failed.isEmpty()) {
      throw pairs.failed.get(0).cause();
    }
    return pairs;
  }

  private static LayerPairs<LayerPair.OfGram> byName(
      List<Gram> grams, Network x, Network y, Predicate<String> selected) {
    boolean areLone = x.layers.size() == 1 && y.layers.size() == 1;
    List<LayerPair.OfGram> pairs = new ArrayList<>();
    List<Failed> failed = new ArrayList<>();
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
        try {
          pairs.add(pair(shown, grams, x, name, y, partner));
        } catch (GramException e) {
          failed.add(new Failed(new Pairing.Names(name, partner), e));
        }
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
        List.of(),
        List.of(),
        List.of(),
        List.copyOf(failed));
  }

  private static PerGroup<Network> networks(List<Gram> grams) {
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
    return PerGroup.of(Network.of(grams, networks.get(0)), Network.of(grams, networks.get(1)));
  }

  /** The pair, from the first matrix that holds both together. */
  static LayerPair.OfGram pair(
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
        x.place(name).layer(grams).description()
            + " was not added up together with "
            + y.place(partner).layer(grams).description());
  }

  /**
   * Where the layers of a network are.
   *
   * @param sources where its activations came from, each once
   * @param layers by name, for each matrix that holds the layer, the layer's position in it
   */
  record Network(Set<String> sources, Map<String, Map<Integer, Integer>> layers) {
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

    /** The first place of a layer. */
    Place place(String layer) {
      Map.Entry<Integer, Integer> first = layers.get(layer).entrySet().iterator().next();
      return new Place(first.getKey(), first.getValue());
    }
  }

  /**
   * Where a layer is.
   *
   * @param gram the position of its matrix
   * @param position its position in that
   */
  record Place(int gram, int position) {
    GramLayer layer(List<Gram> grams) {
      return grams.get(gram).layers().get(position);
    }

    long samples(List<Gram> grams) {
      return grams.get(gram).samples();
    }
  }
}
