package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.results.NetworkPair;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.text.DisplayName;

/**
 * More than two networks, and the pairs of layers of each two of them.
 *
 * @param files one per network
 * @param parts one per pair of networks; at least one has a pair of layers
 * @param mask what leaves samples out
 * @param inParts layers whose parts are taken for layers, by all appearances
 */
record ManyInput(
    List<String> files, List<Part> parts, Optional<MaskChoice> mask, Set<String> inParts) {
  /**
   * Two of the networks.
   *
   * @param x the number of the first one, from 0
   * @param y the number of the second one
   * @param input their layers; possibly none
   */
  record Part(int x, int y, Input<LayerPair.OfActivations> input) {}

  /** Opens all files, and pairs the layers that the options ask for. */
  static ManyInput open(InputOptions options) {
    ActivationFiles files = ActivationFiles.open(options);
    try {
      return of(files, options);
    } catch (ActivationsException e) {
      throw Input.hinting(e, files);
    }
  }

  private static ManyInput of(ActivationFiles stored, InputOptions options) {
    Optional<MaskChoice> mask = MaskChoice.open(stored, options);
    ActivationFiles files =
        options.pool().map(pooling -> stored.pooled(pooling, mask)).orElse(stored);
    Optional<MaskChoice> masking = options.pool().isPresent() ? Optional.empty() : mask;
    LayerArrays.Filter selected = MaskChoice.withoutMasks(options.layers(), mask);
    List<UsedLayers> used =
        files.all().stream().map(file -> new UsedLayers(masking, options.samples())).toList();
    Set<String> names = files.names();
    List<Part> parts = new ArrayList<>();
    for (int x = 0; x < used.size(); x++) {
      for (int y = x + 1; y < used.size(); y++) {
        ActivationFile first = files.all().get(x);
        ActivationFile second = files.all().get(y);
        LayerPairs<LayerPair.OfActivations> paired =
            Input.pairs(
                first,
                second,
                selected,
                options.layouts(),
                options
                    .pairs()
                    .pairing(
                        ActivationFiles.names(first),
                        ActivationFiles.names(second),
                        PerGroup.of(first.path().toString(), second.path().toString())));
        paired.pairs().forEach(pair -> names.add(pair.name()));
        parts.add(
            new Part(
                x,
                y,
                Input.of(
                    UsedLayers.of(paired, used.get(x), used.get(y)), mask, Input.pool(options))));
      }
    }
    boolean isEmpty = parts.stream().allMatch(part -> part.input().pairs().isEmpty());
    if (isEmpty && options.pairs().isSame()) {
      parts.stream()
          .flatMap(part -> part.input().failed().stream())
          .findFirst()
          .ifPresent(
              pair -> {
                throw pair.cause();
              });
    }
    options.layers().requireEachFound(names);
    if (isEmpty) {
      parts.get(0).input().required("in two of the files");
    }
    return new ManyInput(
        files.all().stream().map(file -> file.path().toString()).toList(),
        List.copyOf(parts),
        mask,
        stored.evidentlySharded());
  }

  /** The pairs of layers of all networks, one part after the other, as one input. */
  Input<LayerPair.OfActivations> all() {
    return new Input<>(
        files.get(0),
        files.get(1),
        parts.stream().flatMap(part -> part.input().pairs().stream()).toList(),
        PerGroup.of(List.of(), List.of()),
        parts.stream().flatMap(part -> part.input().leftOut().stream()).distinct().toList(),
        parts.stream().flatMap(part -> part.input().unpaired().stream()).distinct().toList(),
        parts.stream().flatMap(part -> part.input().mismatched().stream()).distinct().toList(),
        parts.stream().flatMap(part -> part.input().failed().stream()).toList(),
        mask,
        parts.get(0).input().pool(),
        inParts);
  }

  /**
   * Returns results of all pairs of networks, made of what was found of {@link #all}.
   *
   * @param layers what was found of each pair of layers, null for nothing
   * @param result makes the result of a pair of networks
   */
  <L, R> List<NetworkPair<R>> split(List<L> layers, BiFunction<Part, List<L>, R> result) {
    List<NetworkPair<R>> pairs = new ArrayList<>();
    int begin = 0;
    for (Part part : parts) {
      int end = begin + part.input().pairs().size();
      pairs.add(
          new NetworkPair<>(
              part.x(),
              part.y(),
              result.apply(part, PairAnswers.found(layers.subList(begin, end)))));
      begin = end;
    }
    return List.copyOf(pairs);
  }

  /** Prints which networks lack layers that others have. */
  void noteSkipped(Networks networks, Console console) {
    Input.noteWeights(all().pairs(), console);
    Map<Set<Integer>, Set<String>> lacking = new LinkedHashMap<>();
    Map<String, Set<Integer>> lackedBy = new LinkedHashMap<>();
    for (Part part : parts) {
      if (!part.input().unpaired().isEmpty()) {
        continue; // a note says why
      }
      part.input().skipped().x().forEach(layer -> lackedBy(layer, part.y(), lackedBy));
      part.input().skipped().y().forEach(layer -> lackedBy(layer, part.x(), lackedBy));
    }
    lackedBy.forEach(
        (layer, by) -> lacking.computeIfAbsent(by, key -> new LinkedHashSet<>()).add(layer));
    lacking.forEach(
        (by, layers) ->
            console
                .err()
                .println(
                    "note: not in "
                        + DisplayName.list(
                            by.stream().map(i -> networks.networks().get(i).name()).toList())
                        + ", and so not in all pairs: "
                        + DisplayName.list(layers)));
  }

  private static void lackedBy(String layer, int network, Map<String, Set<Integer>> all) {
    all.computeIfAbsent(layer, name -> new LinkedHashSet<>()).add(network);
  }
}
