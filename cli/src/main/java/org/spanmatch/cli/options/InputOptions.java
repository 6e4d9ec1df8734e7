package org.spanmatch.cli.options;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;

/**
 * The networks' files, or the one Gram file of two, and what of them is used.
 *
 * @param files two or more files of activations, or one Gram file
 * @param layers the layers to take
 * @param pairs which of them make pairs
 * @param layouts what the axes of arrays mean, at most one for each number of axes
 * @param shards the layers that are stored in numbered parts
 * @param masks what leaves samples out: none, one for all networks, or one for each
 * @param pool how the samples of an example become one, if they do
 * @param samples the most samples to use
 */
public record InputOptions(
    List<Path> files,
    LayerSelection layers,
    PairOptions pairs,
    List<Layout> layouts,
    LayerSelection shards,
    List<String> masks,
    Optional<Layers.Pooling> pool,
    long samples) {
  /** The layers to take. */
  public static final Option LAYERS =
      CommonOptions.valued(
          "layers",
          "name,…|pattern",
          "only these layers; * and ? stand for any characters, ? for a comma in a name, [0-4] and [!a]"
              + " for one character; a layer of that very name comes first");

  /** The layers to leave out. */
  public static final Option EXCLUDE =
      CommonOptions.repeatable(
          "exclude",
          "name,…|pattern",
          "leave these layers out, as --layers names them; may be given more than once");

  /** What the axes mean. */
  public static final ChoiceOption<Layout> LAYOUT =
      ChoiceOption.several(
          "layout",
          "name,…",
          "meaning of the axes: nf (default) or fn for 2, ntf for 3, nchw (default) or nhwc for 4,"
              + " ncdhw (default) or ndhwc for 5 axes; n samples, f and c neurons",
          List.of(Layout.values()),
          Layout::label);

  /** The layers in parts. */
  public static final Option SHARDS =
      CommonOptions.valued(
          "shards",
          "name,…|pattern",
          "layers stored in numbered parts, such as conv1.000.npy and conv1.001.npy: arrays of these"
              + " names with numbers are one layer, the samples of its parts one after the other");

  /** What leaves samples out. */
  public static final Option MASK =
      CommonOptions.repeatable(
          "mask",
          "NAME|FILE",
          "leave out the samples where this array of 0 and 1, of the shape [N] or [N, T], is 0: a name"
              + " in A and B, a .npy file, or FILE:NAME in an archive or a folder; twice for another"
              + " one of B");

  /** How to pool. */
  public static final ChoiceOption<Layers.Pooling> POOL =
      ChoiceOption.one(
          "pool",
          "mean|max",
          "one sample per example: the mean or the largest of each neuron's activations over its"
              + " positions or tokens, those that --mask keeps",
          List.of(Layers.Pooling.values()),
          Layers.Pooling::label);

  /** The most samples to use. */
  public static final Option SAMPLES =
      CommonOptions.valued(
          "samples", "N", "use N of the samples, spread over the test set; default all");

  /**
   * Reads them, for a command that needs activations.
   *
   * @throws UsageException if there are not two files, or a value can't be understood
   */
  public static InputOptions of(Arguments arguments) {
    if (arguments.words().size() > 2) {
      throw new UsageException(
          "expected 2 file arguments, found "
              + arguments.words().size()
              + ": only match, spectrum and measures compare more than two networks");
    }
    return of(arguments, arguments.paths(2, 2));
  }

  /**
   * Reads them, for a command that takes more than two networks, or a Gram file.
   *
   * @throws UsageException for the reasons of {@link #orGram}
   */
  public static InputOptions ofMany(Arguments arguments) {
    return arguments.words().size() <= 2
        ? orGram(arguments)
        : of(arguments, arguments.paths(2, Integer.MAX_VALUE));
  }

  /**
   * Reads them, for a command that takes a Gram file too.
   *
   * @throws UsageException if there are neither two files nor one, a value can't be understood, or
   *     is for activations where there is one file
   */
  public static InputOptions orGram(Arguments arguments) {
    if (arguments.words().size() != 1) {
      return of(arguments);
    }
    arguments.requireWithout(
        List.of(
            LAYOUT,
            SHARDS,
            MASK,
            POOL,
            SAMPLES,
            ComputingOptions.DEAD_THRESHOLD,
            SplitOptions.FOLDS,
            SplitOptions.HELD_OUT,
            SplitOptions.CONFIDENCE),
        "is for activations, which a Gram file no longer has");
    return of(arguments, arguments.paths(1, 1));
  }

  private static InputOptions of(Arguments arguments, List<Path> files) {
    return new InputOptions(
        files,
        new LayerSelection(
            arguments.items(LAYERS).orElse(List.of("*")),
            arguments.items(EXCLUDE).orElse(List.of())),
        PairOptions.of(arguments),
        layouts(arguments),
        shards(arguments),
        masks(arguments, files.size()),
        arguments.choice(POOL),
        arguments.wholeNumber(SAMPLES, 1, Long.MAX_VALUE).orElse(Long.MAX_VALUE));
  }

  /** All common layers of two files, with all samples. */
  public static InputOptions all(Path x, Path y) {
    return new InputOptions(
        List.of(x, y),
        LayerSelection.ALL,
        PairOptions.SAME,
        List.of(),
        LayerSelection.NONE,
        List.of(),
        Optional.empty(),
        Long.MAX_VALUE);
  }

  /** The number of networks that are compared; a Gram file holds two. */
  public int networks() {
    return Math.max(2, files.size());
  }

  private static List<String> masks(Arguments arguments, int networks) {
    List<String> masks = arguments.values(MASK);
    if (masks.size() > 1 && masks.size() != networks) {
      throw new UsageException(
          (networks == 2
                  ? "--mask: expected one for both networks or one for each, found "
                  : "--mask: expected one for all networks or one for each, found ")
              + masks.size());
    }
    return masks;
  }

  /** The value of {@link #SHARDS}. */
  public static LayerSelection shards(Arguments arguments) {
    return arguments.items(SHARDS).map(LayerSelection::new).orElse(LayerSelection.NONE);
  }

  /** The value of {@link #LAYOUT}. */
  public static List<Layout> layouts(Arguments arguments) {
    List<Layout> layouts = arguments.choices(LAYOUT).orElse(List.of());
    if (layouts.stream().map(Layout::axes).distinct().count() < layouts.size()) {
      throw new UsageException("--layout: expected at most one layout for each number of axes");
    }
    return layouts;
  }
}
