package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.gram.GramFile;

/**
 * The activations of networks.
 *
 * @param all one file per network, at least two
 */
record ActivationFiles(List<ActivationFile> all) {
  /** Opens the files that the options name. */
  static ActivationFiles open(InputOptions options) {
    ActivationFiles files =
        new ActivationFiles(
            options.files().stream()
                .map(file -> NetworkFile.open(file, options.shards(), options.layouts()))
                .toList());
    files.all.forEach(ActivationFiles::requireActivations);
    NetworkFile.requireEachInParts(options.shards(), files.all);
    options.layouts().forEach(files::requireUsed);
    return files;
  }

  private static void requireActivations(ActivationFile file) {
    if (GramFile.isGramFile(file)) {
      throw new UsageException(
          file.path() + " is a Gram file, which can't be paired with another file");
    }
  }

  private void requireUsed(Layout layout) {
    if (all.stream().allMatch(file -> hasNone(file, layout))) {
      throw new UsageException(
          "--layout: " + layout.label() + " is for " + layout.axes() + " axes, which no array has");
    }
  }

  private static boolean hasNone(ActivationFile file, Layout layout) {
    return file.arrays().stream().noneMatch(array -> array.shape().size() == layout.axes());
  }

  /**
   * These files with layers of one sample per example.
   *
   * @param masks what leaves samples out before that
   */
  ActivationFiles pooled(Layers.Pooling pooling, Optional<MaskChoice> masks) {
    List<ActivationFile> pooled = new ArrayList<>();
    for (int network = 0; network < all.size(); network++) {
      int number = network;
      Optional<Layers.Mask> mask = masks.map(choice -> choice.kept().get(number));
      pooled.add(all.get(network).mapped(layer -> Layers.pooled(masked(layer, mask), pooling)));
    }
    return new ActivationFiles(List.copyOf(pooled));
  }

  /** A layer that has one sample per example lacks the examples of which a mask keeps nothing. */
  private static Layer masked(Layer layer, Optional<Layers.Mask> mask) {
    if (mask.isEmpty()) {
      return layer;
    }
    return Layers.masked(
        layer, layer.sampleAxes().size() == 1 ? mask.get().examples() : mask.get());
  }

  /** The layers of which the files have parts by all appearances, which are taken for layers. */
  Set<String> evidentlySharded() {
    Set<String> layers = new LinkedHashSet<>();
    all.forEach(file -> layers.addAll(file.evidentlySharded()));
    return layers;
  }

  /** The first network's file. */
  ActivationFile x() {
    return all.get(0);
  }

  /** The second network's file. */
  ActivationFile y() {
    return all.get(1);
  }

  /** The names of all arrays of all files, and of all entries that are none, each once. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    all.forEach(file -> names.addAll(names(file)));
    return names;
  }

  /** The names of all arrays of a file, and of all entries that are none. */
  static Set<String> names(ActivationFile file) {
    Set<String> names = new LinkedHashSet<>();
    file.arrays().forEach(array -> names.add(array.name()));
    file.unusable().forEach(entry -> names.add(entry.name()));
    return names;
  }
}
