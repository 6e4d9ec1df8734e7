package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * Layers that are added up in one pass.
 *
 * @param x the first network's layers
 * @param y the second network's layers, with as many samples
 * @param pairs which layers are added up together, numbered through, those of {@code x} first
 */
record GramGroup(List<Layer> x, List<Layer> y, Set<GramPair> pairs) {
  /** The two layers of a pair. */
  static GramGroup of(LayerPair.OfActivations pair) {
    return new GramGroup(List.of(pair.x()), List.of(pair.y()), GramPair.all(2));
  }

  /**
   * All pairs that are possible of the layers of two files, those with equally many samples in one
   * group; layers that have no partner are left out. The mask must fit all others.
   */
  static List<GramGroup> all(
      PerGroup<LayerArrays> files, InputOptions options, Optional<MaskChoice> mask) {
    Map<Long, GramGroup> groups = new LinkedHashMap<>();
    for (Layer layer : layers(files.x(), options)) {
      group(groups, layer).x.add(layer);
    }
    for (Layer layer : layers(files.y(), options)) {
      group(groups, layer).y.add(layer);
    }
    return groups.values().stream()
        .map(GramGroup::paired)
        .filter(group -> !group.pairs.isEmpty())
        .map(group -> group.masked(mask).sampled(options.samples()))
        .toList();
  }

  private static GramGroup group(Map<Long, GramGroup> groups, Layer layer) {
    return groups.computeIfAbsent(
        layer.samples(), samples -> new GramGroup(new ArrayList<>(), new ArrayList<>(), Set.of()));
  }

  private static List<Layer> layers(LayerArrays file, InputOptions options) {
    List<Layer> layers = new ArrayList<>();
    for (StoredArray array : file.arrays()) {
      layers.add(Input.selectable(() -> array.layer(options.layouts())));
    }
    return layers;
  }

  /** The layers that have a partner, in all pairs that are possible. */
  private GramGroup paired() {
    List<Layer> ofX = x.stream().filter(layer -> hasPartner(layer, y)).toList();
    List<Layer> ofY = y.stream().filter(layer -> hasPartner(layer, x)).toList();
    Set<GramPair> possible = new LinkedHashSet<>();
    for (int i = 0; i < ofX.size(); i++) {
      for (int j = 0; j < ofY.size(); j++) {
        if (LayerPair.isPossible(ofX.get(i), ofY.get(j))) {
          possible.add(new GramPair(i, ofX.size() + j));
        }
      }
    }
    return new GramGroup(ofX, ofY, possible);
  }

  private static boolean hasPartner(Layer layer, List<Layer> others) {
    return others.stream().anyMatch(other -> LayerPair.isPossible(layer, other));
  }

  private GramGroup masked(Optional<MaskChoice> mask) {
    return mask.isEmpty() ? this : with(masked(layers(), mask.get().x()));
  }

  private static List<Layer> masked(List<Layer> layers, Layers.Mask mask) {
    return layers.stream()
        .map(layer -> Input.selectable(() -> Layers.masked(layer, mask)))
        .toList();
  }

  private GramGroup sampled(long count) {
    return new GramGroup(sampled(x, count), sampled(y, count), pairs);
  }

  private static List<Layer> sampled(List<Layer> layers, long count) {
    return layers.stream().map(layer -> Layers.sampled(layer, count)).toList();
  }

  /** All layers, those of the first network first. */
  List<Layer> layers() {
    return Stream.concat(x.stream(), y.stream()).toList();
  }

  /** Returns this group with other layers in place of {@link #layers()}. */
  GramGroup with(List<Layer> layers) {
    return new GramGroup(
        layers.subList(0, x.size()), layers.subList(x.size(), layers.size()), pairs);
  }

  /** The work that it takes, for the progress line: samples × neurons². */
  long weight() {
    double neurons = 1.0 + layers().stream().mapToInt(Layer::neurons).sum();
    return Math.max(1, Math.round(x.get(0).samples() * neurons * neurons / 1e6));
  }

  /**
   * Makes room for what adding up takes on top of some bytes: at most the matrix twice.
   *
   * @param kept memory that is taken already
   */
  void makeRoom(double kept) {
    double neurons = layers().stream().mapToInt(Layer::neurons).sum();
    long bytes = (long) (kept + 2 * Double.BYTES * neurons * neurons);
    layers().forEach(layer -> layer.makeRoom(bytes));
  }

  /** A name for the progress line. */
  String name() {
    return pairs.size() == 1
        ? LayerPair.name(x.get(0).name(), y.get(0).name())
        : pairs.size() + " pairs of layers";
  }

  /**
   * Adds the layers up; those of the first file are network 0, those of the second network 1.
   *
   * @param xFile where the first network's layers come from
   * @param yFile where the second network's layers come from
   */
  Gram addUp(ProjectionKernel kernel, GramOptions options, String xFile, String yFile) {
    Gram gram = kernel.gram(layers(), pairs, options);
    List<GramLayer> labelled =
        IntStream.range(0, gram.layers().size())
            .mapToObj(
                i -> {
                  GramLayer layer = gram.layers().get(i);
                  // A folder holds a file per layer; results name the folder.
                  return i < x.size()
                      ? layer.ofNetwork(0).from(xFile)
                      : layer.ofNetwork(1).from(yFile);
                })
            .toList();
    return gram.withLabels(labelled);
  }
}
