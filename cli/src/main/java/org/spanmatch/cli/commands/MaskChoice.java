package org.spanmatch.cli.commands;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.report.text.DisplayName;

/**
 * The samples that {@code --mask} keeps: those that the masks of both networks keep, since a sample
 * that one network lacks can't be compared.
 *
 * @param x what is kept of the first network
 * @param y what is kept of the second network; the same, unless samples are pooled
 * @param differences how many values of the two networks' masks differ
 * @param isPooled whether the samples of an example become one
 * @param arrays names of arrays that are masks, and so no layers
 */
record MaskChoice(
    Layers.Mask x, Layers.Mask y, long differences, boolean isPooled, Set<String> arrays) {
  /**
   * Reads the masks.
   *
   * @param options has none, one for both networks, or one for each
   */
  static Optional<MaskChoice> open(ActivationFiles files, InputOptions options) {
    List<String> values = options.masks();
    if (values.isEmpty()) {
      return Optional.empty();
    }
    Set<String> arrays = new LinkedHashSet<>();
    List<StoredArray> masks = new ArrayList<>();
    for (int network = 0; network < 2; network++) {
      String value = values.get(Math.min(network, values.size() - 1));
      Optional<StoredArray> named = named(network == 0 ? files.x() : files.y(), value);
      named.ifPresent(array -> arrays.add(array.name()));
      named.ifPresent(masks::add);
      if (named.isEmpty() && values.size() == 2) {
        masks.add(ofFile(value, files));
      }
    }
    if (masks.isEmpty()) {
      masks.add(ofFile(values.get(0), files));
    }
    Layers.Mask first = read(masks.get(0));
    if (masks.size() == 1) {
      return Optional.of(new MaskChoice(first, first, 0, options.pool().isPresent(), arrays));
    }
    Layers.Mask second = read(masks.get(1));
    if (options.pool().isPresent()) {
      // Positions of two networks need not be the same, but examples are.
      Layers.Mask both = first.examples().and(second.examples());
      return Optional.of(new MaskChoice(first.and(both), second.and(both), 0, true, arrays));
    }
    Layers.Mask both = first.and(second);
    long differences = first.kept() + second.kept() - 2 * both.kept();
    return Optional.of(new MaskChoice(both, both, differences, false, arrays));
  }

  private static Layers.Mask read(StoredArray array) {
    try {
      return array.mask();
    } catch (OutOfMemoryError e) {
      throw NotEnoughMemoryException.of("the mask '" + array.name() + "': ", e);
    }
  }

  /** The array of a name in an archive or a folder. */
  private static Optional<StoredArray> named(ActivationFile file, String name) {
    if (file.isSingleArray()) {
      return Optional.empty();
    }
    Optional<StoredArray> array =
        file.arrays().stream().filter(each -> each.name().equals(name)).findFirst();
    Optional<UnusableEntry> unusable =
        file.unusable().stream().filter(each -> each.name().equals(name)).findFirst();
    if (array.isEmpty() && unusable.isPresent()) {
      throw unusable.get().exception();
    }
    return array;
  }

  /** Returns the only array of a file, or the one that FILE:NAME names. */
  private static StoredArray ofFile(String text, ActivationFiles networks) {
    for (int end = text.length(); end > 0; end = text.lastIndexOf(':', end - 1)) {
      Optional<Path> path = existing(text.substring(0, end));
      if (path.isPresent()) {
        ActivationFile file = ActivationFile.open(path.get());
        return end == text.length() ? lone(file) : part(file, text.substring(end + 1));
      }
    }
    throw new UsageException(
        "--mask: expected the name of an array in "
            + networks.x().path()
            + " or "
            + networks.y().path()
            + ", or a file, found '"
            + text
            + "'; the arrays are "
            + DisplayName.list(networks.names()));
  }

  private static StoredArray lone(ActivationFile file) {
    if (file.arrays().size() != 1) {
      throw new UsageException(
          "--mask: expected one array, but "
              + file.path()
              + " holds "
              + DisplayName.list(names(file))
              + "; name one, as in '"
              + file.path()
              + ":"
              + file.arrays().get(0).name()
              + "'");
    }
    return file.arrays().get(0);
  }

  private static StoredArray part(ActivationFile file, String name) {
    return named(file, name)
        .orElseThrow(
            () ->
                new UsageException(
                    "--mask: no array of "
                        + file.path()
                        + " is named '"
                        + name
                        + "'; there are "
                        + DisplayName.list(names(file))));
  }

  private static List<String> names(ActivationFile file) {
    return file.arrays().stream().map(StoredArray::name).toList();
  }

  private static Optional<Path> existing(String text) {
    try {
      return Optional.of(Path.of(text)).filter(Files::exists);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Those layers of a selection that are no masks. */
  static LayerArrays.Filter withoutMasks(LayerArrays.Filter selected, Optional<MaskChoice> choice) {
    return choice.map(mask -> selected.without(mask.arrays)).orElse(selected);
  }

  /** Prints how many samples it keeps, or examples of which something is pooled. */
  void note(Console console) {
    Layers.Mask mask = isPooled ? x.examples() : x;
    String counted = mask.axes().size() == 1 ? "examples" : "samples";
    console
        .err()
        .println(
            "note: mask: "
                + mask.kept()
                + " of "
                + mask.size()
                + " "
                + counted
                + " kept"
                + (differences == 0
                    ? ""
                    : "; the masks of both networks differ at "
                        + differences
                        + ", which are left out"));
  }
}
