package org.spanmatch.cli;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.spanmatch.cli.report.Both;
import org.spanmatch.cli.report.DisplayName;
import org.spanmatch.data.ActivationFile;
import org.spanmatch.data.ActivationsException;
import org.spanmatch.data.LayerPair;
import org.spanmatch.data.LayerPairs;
import org.spanmatch.data.Layout;

/**
 * The layers of two networks that a command works on.
 *
 * @param x the first network's file
 * @param y the second network's file
 * @param pairs the layers, at least one
 * @param skipped layers that only one file has
 */
record Input(Path x, Path y, List<LayerPair> pairs, Both<List<String>> skipped) {
  /** Opens the two files and picks the layers that the arguments ask for. */
  static Input open(Arguments arguments) {
    List<Path> paths = arguments.paths(2, 2);
    return open(
        paths.get(0), paths.get(1), arguments.layers(), arguments.layouts(), arguments.samples());
  }

  /** All common layers of two files, with all samples. */
  static Input open(Path x, Path y) {
    return open(x, y, new LayerSelection(List.of("*")), List.of(), Long.MAX_VALUE);
  }

  private static Input open(
      Path xPath, Path yPath, LayerSelection selection, List<Layout> layouts, long samples) {
    ActivationFile x = ActivationFile.open(xPath);
    ActivationFile y = ActivationFile.open(yPath);
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
              + xPath
              + " has "
              + LayerSelection.list(paired.onlyInX())
              + "; only "
              + yPath
              + " has "
              + LayerSelection.list(paired.onlyInY()));
    }
    return new Input(
        xPath,
        yPath,
        paired.pairs().stream().map(pair -> pair.sampled(samples)).toList(),
        new Both<>(paired.onlyInX(), paired.onlyInY()));
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

  /** Tells the user which layers were left out. */
  void noteSkipped(Console console) {
    noteSkipped(console, skipped.x(), x);
    noteSkipped(console, skipped.y(), y);
  }

  private static void noteSkipped(Console console, List<String> names, Path only) {
    if (!names.isEmpty()) {
      String file = DisplayName.printable(only.toString());
      console.err().println("note: skipped, only in " + file + ": " + LayerSelection.list(names));
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
