package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.options.PairOptions;
import org.spanmatch.cli.options.ShellWords;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.text.DisplayName;

/**
 * The layers of two networks that a command works on.
 *
 * @param x the first network's file
 * @param y the second network's file
 * @param pairs the layers, at least one
 * @param skipped layers that are in no pair, such as those that only one network has
 * @param leftOut what else the files hold
 * @param unpaired why layers are in no pair, if it is not for their names
 * @param mismatched layers that are no pair, though each is in others
 * @param failed pairs that can't be compared
 * @param mask what leaves samples out
 * @param pool how the samples of an example became one, as in results; null if they did not
 * @param inParts layers whose parts are taken for layers, by all appearances
 */
record Input<P extends LayerPair>(
    String x,
    String y,
    List<P> pairs,
    PerGroup<List<String>> skipped,
    List<LeftOut> leftOut,
    List<LeftOut> unpaired,
    List<LayerPairs.Mismatch> mismatched,
    List<LayerPairs.Failed> failed,
    Optional<MaskChoice> mask,
    String pool,
    Set<String> inParts) {
  private static final int MOST_REASONS = 6;
  private static final PerGroup<String> TWO = PerGroup.of("A", "B"); // as help texts call them

  /**
   * Opens two files of activations or one Gram file, and picks the layers asked for.
   *
   * @param forgiving whether layers of equal names that can't be compared are listed rather than an
   *     error, if there are others
   */
  static Input<? extends LayerPair> open(InputOptions options, boolean forgiving) {
    return options.files().size() == 1
        ? ofGram(options, forgiving)
        : ofActivations(options, forgiving);
  }

  /** How the samples of an example become one, as results say it; null if they don't. */
  static String pool(InputOptions options) {
    return options.pool().map(Layers.Pooling::label).orElse(null);
  }

  /** The pairs that were found in two files, which may be none. */
  static Input<LayerPair.OfActivations> of(
      LayerPairs<LayerPair.OfActivations> paired, Optional<MaskChoice> mask, String pool) {
    return new Input<>(
        paired.x(),
        paired.y(),
        paired.pairs(),
        PerGroup.of(paired.onlyInX(), paired.onlyInY()),
        paired.leftOut(),
        paired.unpaired(),
        paired.mismatched(),
        paired.failed(),
        mask,
        pool,
        Set.of());
  }

  /** Opens two files of activations and picks the layers that the options ask for. */
  static Input<LayerPair.OfActivations> ofActivations(InputOptions options) {
    return ofActivations(options, false);
  }

  private static Input<LayerPair.OfActivations> ofActivations(
      InputOptions options, boolean forgiving) {
    ActivationFiles files = ActivationFiles.open(options);
    try {
      return of(files, options, forgiving);
    } catch (ActivationsException e) {
      throw hinting(e, files);
    }
  }

  /** Adds to a message that layers are in parts by all appearances, if so. */
  static ActivationsException hinting(ActivationsException e, ActivationFiles files) {
    Set<String> inParts = files.evidentlySharded();
    return inParts.isEmpty()
        ? e
        : new ActivationsException(e.getMessage() + "; " + hint(inParts), e);
  }

  private static Input<LayerPair.OfActivations> of(
      ActivationFiles stored, InputOptions options, boolean forgiving) {
    Optional<MaskChoice> mask = MaskChoice.open(stored, options);
    ActivationFiles files =
        options.pool().map(pooling -> stored.pooled(pooling, mask)).orElse(stored);
    LayerArrays.Filter selected = MaskChoice.withoutMasks(options.layers(), mask);
    Pairing pairing =
        options
            .pairs()
            .pairing(ActivationFiles.names(files.x()), ActivationFiles.names(files.y()), TWO);
    Optional<MaskChoice> masking = options.pool().isPresent() ? Optional.empty() : mask;
    LayerPairs<LayerPair.OfActivations> paired =
        UsedLayers.of(
            pairs(files.x(), files.y(), selected, options.layouts(), pairing),
            new UsedLayers(masking, options.samples()),
            new UsedLayers(masking, options.samples()));
    requireForgiven(paired, options, forgiving);
    Set<String> names = new LinkedHashSet<>();
    paired.pairs().forEach(pair -> names.add(pair.name()));
    names.addAll(files.names());
    options.layers().requireEachFound(names);
    return new Input<>(
            files.x().path().toString(),
            files.y().path().toString(),
            paired.pairs(),
            PerGroup.of(paired.onlyInX(), paired.onlyInY()),
            paired.leftOut(),
            paired.unpaired(),
            paired.mismatched(),
            paired.failed(),
            mask,
            pool(options),
            stored.evidentlySharded())
        .required("in both files");
  }

  /** The pairs of two files, those of equal names that fail with how to do without them. */
  static LayerPairs<LayerPair.OfActivations> pairs(
      ActivationFile x,
      ActivationFile y,
      LayerArrays.Filter selected,
      Collection<Layout> layouts,
      Pairing pairing) {
    LayerPairs<LayerPair.OfActivations> paired =
        selectable(() -> LayerPairs.of(x, y, selected, layouts, pairing));
    return pairing.method() == Pairing.Method.SAME ? paired.withCauses(Input::selectable) : paired;
  }

  /** Throws the first cause if layers of equal names fail and no others are to be compared. */
  private static void requireForgiven(
      LayerPairs<?> paired, InputOptions options, boolean forgiving) {
    if (options.pairs().isSame()
        && !paired.failed().isEmpty()
        && (!forgiving || paired.pairs().isEmpty())) {
      throw paired.failed().get(0).cause();
    }
  }

  private static Input<LayerPair.OfGram> ofGram(InputOptions options, boolean forgiving) {
    Path path = options.files().get(0);
    ActivationFile file = ActivationFile.open(path);
    if (!GramFile.isGramFile(file)) {
      throw new GramException(
          path + ": it is no Gram file; expected 2 file arguments, or one Gram file, found 1");
    }
    List<Gram> grams = grams(file);
    LayerPairs<LayerPair.OfGram> paired;
    try {
      paired = LayerPairs.of(grams, options.layers(), pairing(options.pairs(), grams));
    } catch (GramException e) {
      throw of(path, e);
    }
    paired = paired.withCauses(e -> of(path, e));
    requireForgiven(paired, options, forgiving);
    Set<String> names = new LinkedHashSet<>();
    paired.pairs().forEach(pair -> names.add(pair.name()));
    grams.forEach(gram -> gram.layers().forEach(layer -> names.add(layer.name())));
    options.layers().requireEachFound(names);
    return new Input<>(
            paired.x(),
            paired.y(),
            paired.pairs(),
            PerGroup.of(paired.onlyInX(), paired.onlyInY()),
            List.of(),
            paired.unpaired(),
            paired.mismatched(),
            paired.failed(),
            Optional.empty(),
            null,
            Set.of())
        .required("in both networks");
  }

  private static GramException of(Path path, RuntimeException e) {
    return new GramException(path + ": " + e.getMessage(), e);
  }

  private static Pairing pairing(PairOptions pairs, List<Gram> grams) {
    List<GramLayer> layers = grams.stream().flatMap(gram -> gram.layers().stream()).toList();
    int first = layers.stream().mapToInt(GramLayer::network).min().orElse(0);
    return pairs.pairing(
        names(layers, layer -> layer.network() == first),
        names(layers, layer -> layer.network() != first),
        TWO);
  }

  private static Set<String> names(List<GramLayer> layers, Predicate<GramLayer> of) {
    Set<String> names = new LinkedHashSet<>();
    layers.stream().filter(of).forEach(layer -> names.add(layer.name()));
    return names;
  }

  /** Reads Gram matrices; a heap that is too small for them is reported with the file's name. */
  static List<Gram> grams(ActivationFile file) {
    try {
      return GramFile.read(file);
    } catch (OutOfMemoryError e) {
      throw NotEnoughMemoryException.of(file.path() + ": ", e);
    }
  }

  /** Adds to a message about a layer how to do without it. */
  static <T> T selectable(Supplier<T> opening) {
    try {
      return opening.get();
    } catch (ActivationsException e) {
      throw selectable(e);
    }
  }

  private static ActivationsException selectable(RuntimeException e) {
    return new ActivationsException(e.getMessage() + " (--exclude can leave it out)", e);
  }

  /**
   * Checks that there is a pair.
   *
   * @param where where layers are to be found
   * @throws ActivationsException if there is none
   */
  Input<P> required(String where) {
    if (pairs.isEmpty()) {
      if (!failed.isEmpty()) {
        throw failed.get(0).cause();
      }
      if (!unpaired.isEmpty()) {
        throw new ActivationsException("no layer of " + x + " has the same samples as one of " + y);
      }
      if (skipped.x().isEmpty() && skipped.y().isEmpty()) {
        throw leftOut.isEmpty()
            ? new UsageException("--layers and --exclude leave no layer")
            : new ActivationsException(leftOut.get(0).message());
      }
      throw new ActivationsException(
          "no layer is "
              + where
              + Stream.of(only(x, skipped.x()), only(y, skipped.y()))
                  .filter(text -> !text.isEmpty())
                  .collect(Collectors.joining("; ", ": ", "")));
    }
    return this;
  }

  /** What to do about layers whose parts are taken for layers. */
  static String hint(Collection<String> inParts) {
    return "files that look like numbered parts are layers of their own: --shards "
        + ShellWords.quoted(String.join(",", inParts))
        + " takes them as parts of one";
  }

  private static String only(String file, List<String> names) {
    return names.isEmpty() ? "" : "only " + file + " has " + DisplayName.list(names);
  }

  /** Prints which layers were left out, and what else, samples among it. */
  void noteSkipped(Console console) {
    mask.ifPresent(choice -> choice.note(console));
    if (!inParts.isEmpty()) {
      console.err().println("note: " + DisplayName.printable(hint(inParts)));
    }
    if (unpaired.isEmpty()) {
      noteSkipped(console, skipped.x(), x);
      noteSkipped(console, skipped.y(), y);
    }
    note("no partner", unpaired, "more have no partner; the JSON lists them", console);
    noteMismatched(console);
    note(leftOut, console);
    noteWeights(pairs, console);
  }

  /** Prints that layers are those of a state dict of PyTorch, if all of them have such names. */
  static void noteWeights(List<? extends LayerPair> pairs, Console console) {
    if (!pairs.isEmpty() && pairs.stream().allMatch(pair -> pair.name().endsWith(".weight"))) {
      console
          .err()
          .println(
              "note: all layers have names of weights, such as '"
                  + DisplayName.printable(pairs.get(0).name())
                  + "': if they are weights, run the networks on a test set, and save the outputs of"
                  + " their layers, as python/spanmatch.py does");
    }
  }

  /**
   * Checks that a file has a layer among what was asked for.
   *
   * @throws ActivationsException with the first reason if all that was asked for is left out
   */
  static void requireLayers(LayerArrays file) {
    if (file.arrays().isEmpty() && !file.leftOut().isEmpty()) {
      throw new ActivationsException(file.leftOut().get(0).message());
    }
  }

  /** Prints what files hold that is not taken for a layer, by the reason. */
  static void note(List<LeftOut> leftOut, Console console) {
    note("left out", leftOut, "more is left out; 'spanmatch layers' lists it", console);
  }

  private static void note(String what, List<LeftOut> leftOut, String more, Console console) {
    Map<String, Set<String>> names = new LinkedHashMap<>();
    for (LeftOut each : leftOut) {
      names.computeIfAbsent(each.reason(), reason -> new LinkedHashSet<>()).add(each.name());
    }
    note(what, names, more, console);
  }

  private void noteMismatched(Console console) {
    Map<String, Set<String>> names = new LinkedHashMap<>();
    for (LayerPairs.Mismatch each : mismatched) {
      names
          .computeIfAbsent(each.reason(), reason -> new LinkedHashSet<>())
          .add(LayerPair.name(each.layers().x(), each.layers().y()));
    }
    note("other samples", names, "more have other samples; the JSON lists them", console);
  }

  /** Prints notes on what was not compared, by the reason: one for each of the first few. */
  static void note(
      String what, Map<String, ? extends Collection<String>> names, String more, Console console) {
    names.entrySet().stream()
        .limit(MOST_REASONS)
        .forEach(
            each ->
                console
                    .err()
                    .println(
                        "note: "
                            + what
                            + ": "
                            + DisplayName.list(each.getValue())
                            + ": "
                            + DisplayName.printable(each.getKey())));
    if (names.size() > MOST_REASONS) {
      console.err().println("note: " + more);
    }
  }

  private static void noteSkipped(Console console, List<String> names, String only) {
    if (!names.isEmpty()) {
      String file = DisplayName.printable(only);
      console.err().println("note: skipped, only in " + file + ": " + DisplayName.list(names));
    }
  }
}
