package org.spanmatch.cli.commands;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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
 * The samples that {@code --mask} keeps: those that the masks of all networks keep, since a sample
 * that one network lacks can't be compared.
 *
 * @param kept what is kept of each network: the same, unless samples are pooled
 * @param counts how many values each of the masks keeps; none if they may differ
 * @param isPooled whether the samples of an example become one
 * @param arrays names of arrays that are masks, and so no layers
 */
record MaskChoice(List<Layers.Mask> kept, List<Long> counts, boolean isPooled, Set<String> arrays) {
  /**
   * Reads the masks.
   *
   * @param options has none, one for all networks, or one for each
   */
  static Optional<MaskChoice> open(ActivationFiles files, InputOptions options) {
    List<String> values = options.masks();
    if (values.isEmpty()) {
      return Optional.empty();
    }
    Set<String> arrays = new LinkedHashSet<>();
    List<StoredArray> masks = new ArrayList<>();
    for (int network = 0; network < files.all().size(); network++) {
      String value = values.get(Math.min(network, values.size() - 1));
      Optional<StoredArray> named = named(files.all().get(network), value);
      named.ifPresent(array -> arrays.add(array.name()));
      named.ifPresent(masks::add);
      if (named.isEmpty() && values.size() > 1) {
        masks.add(ofFile(value, files));
      }
    }
    if (masks.isEmpty()) {
      masks.add(ofFile(values.get(0), files));
    }
    List<Layers.Mask> all = masks.stream().map(MaskChoice::read).toList();
    int networks = files.all().size();
    if (options.pool().isPresent()) {
      // Positions of networks need not be the same, but examples are.
      Layers.Mask common =
          all.size() == 1 ? all.get(0) : common(all.stream().map(Layers.Mask::examples).toList());
      List<Layers.Mask> each =
          all.size() == 1
              ? Collections.nCopies(networks, common)
              : all.stream().map(mask -> mask.and(common)).toList();
      return Optional.of(new MaskChoice(each, List.of(), true, arrays));
    }
    return Optional.of(
        new MaskChoice(
            Collections.nCopies(networks, common(all)),
            all.stream().map(Layers.Mask::kept).toList(),
            false,
            arrays));
  }

  private static Layers.Mask common(List<Layers.Mask> masks) {
    return masks.stream().reduce(Layers.Mask::and).orElseThrow();
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
            + networks.all().stream()
                .map(file -> file.path().toString())
                .collect(Collectors.joining(" or "))
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
    Layers.Mask mask = isPooled ? mask().examples() : mask();
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
                + differences());
  }

  /** What is kept of the first network. */
  Layers.Mask mask() {
    return kept.get(0);
  }

  private String differences() {
    long common = mask().kept();
    long most = counts.stream().mapToLong(each -> each - common).max().orElse(0);
    if (most == 0) {
      return "";
    }
    return counts.size() == 2
        ? "; the masks of both networks differ at "
            + (counts.get(0) + counts.get(1) - 2 * common)
            + ", which are left out"
        : "; the masks of the networks differ: up to "
            + most
            + " that one keeps are left out by another";
  }
}
