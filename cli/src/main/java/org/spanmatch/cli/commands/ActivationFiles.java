package org.spanmatch.cli.commands;

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
 * The activations of two networks.
 *
 * @param x the first network's file
 * @param y the second network's file
 */
record ActivationFiles(ActivationFile x, ActivationFile y) {
  /** Opens the two files that the options name. */
  static ActivationFiles open(InputOptions options) {
    ActivationFiles files =
        new ActivationFiles(
            NetworkFile.open(options.files().get(0), options.shards(), options.layouts()),
            NetworkFile.open(options.files().get(1), options.shards(), options.layouts()));
    requireActivations(files.x);
    requireActivations(files.y);
    NetworkFile.requireEachInParts(options.shards(), List.of(files.x, files.y));
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
    if (hasNone(x, layout) && hasNone(y, layout)) {
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
    return new ActivationFiles(
        x.mapped(layer -> Layers.pooled(masked(layer, masks.map(MaskChoice::x)), pooling)),
        y.mapped(layer -> Layers.pooled(masked(layer, masks.map(MaskChoice::y)), pooling)));
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
    Set<String> layers = new LinkedHashSet<>(x.evidentlySharded());
    layers.addAll(y.evidentlySharded());
    return layers;
  }

  /** The names of all arrays of both, and of all entries that are none, each once. */
  Set<String> names() {
    Set<String> names = names(x);
    names.addAll(names(y));
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
