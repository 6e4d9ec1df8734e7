package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.npy.ActivationFile;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.options.LayerSelection;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.text.DisplayName;

/**
 * The layers of two networks that a command works on.
 *
 * @param x the first network's file
 * @param y the second network's file
 * @param pairs the layers, at least one
 * @param skipped layers that only one file has
 */
record Input(Path x, Path y, List<LayerPair> pairs, PerGroup<List<String>> skipped) {
  /** Opens the two files and picks the layers that the options ask for. */
  static Input open(InputOptions options) {
    ActivationFile x = ActivationFile.open(options.x());
    ActivationFile y = ActivationFile.open(options.y());
    LayerSelection selection = options.layers();
    List<Layout> layouts = options.layouts();
    requireLayoutsUsed(layouts, x, y);
    LayerPairs paired = pair(x, y, selection, layouts);
    Set<String> names = new LinkedHashSet<>();
    paired.pairs().forEach(pair -> names.add(pair.name()));
    x.arrays().forEach(array -> names.add(array.name()));
    y.arrays().forEach(array -> names.add(array.name()));
    selection.requireEachFound(names);
    if (paired.pairs().isEmpty()) {
      throw new ActivationsException(
          "no layer is in both files: only "
              + options.x()
              + " has "
              + DisplayName.list(paired.onlyInX())
              + "; only "
              + options.y()
              + " has "
              + DisplayName.list(paired.onlyInY()));
    }
    return new Input(
        options.x(),
        options.y(),
        paired.pairs().stream().map(pair -> pair.sampled(options.samples())).toList(),
        PerGroup.of(paired.onlyInX(), paired.onlyInY()));
  }

  private static LayerPairs pair(
      ActivationFile x, ActivationFile y, LayerSelection selection, List<Layout> layouts) {
    try {
      return LayerPairs.of(x, y, selection, layouts);
    } catch (ActivationsException e) {
      throw new ActivationsException(e.getMessage() + " (--layers can leave it out)", e);
    }
  }

  private static void requireLayoutsUsed(List<Layout> layouts, ActivationFile x, ActivationFile y) {
    for (Layout layout : layouts) {
      if (x.arrays().stream().noneMatch(array -> array.shape().size() == layout.axes())
          && y.arrays().stream().noneMatch(array -> array.shape().size() == layout.axes())) {
        throw new UsageException(
            "--layout: "
                + layout.label()
                + " is for "
                + layout.axes()
                + " axes, which no array has");
      }
    }
  }

  /** Prints which layers were left out. */
  void noteSkipped(Console console) {
    noteSkipped(console, skipped.x(), x);
    noteSkipped(console, skipped.y(), y);
  }

  private static void noteSkipped(Console console, List<String> names, Path only) {
    if (!names.isEmpty()) {
      String file = DisplayName.printable(only.toString());
      console.err().println("note: skipped, only in " + file + ": " + DisplayName.list(names));
    }
  }

  /** The work that each layer takes, for the progress line: samples × neurons². */
  List<Long> weights() {
    return pairs.stream()
        .map(
            pair -> {
              double neurons = 1.0 + pair.x().neurons() + pair.y().neurons();
              return Math.max(1, Math.round(pair.x().samples() * neurons * neurons / 1e6));
            })
        .toList();
  }
}
