package org.spanmatch.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.spanmatch.compare.Warning;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.PairNames;
import org.spanmatch.report.results.Spread;

/**
 * What was found of the same two layers in all pairs of networks.
 *
 * @param <T> what was found
 * @param names the two layers, as the first pair of networks calls them
 * @param all one per pair of networks, null for a pair that lacks a layer; not all of them are
 */
record Pooled<T>(PairNames names, List<T> all) {
  /**
   * Puts together what pairs of networks have in common, where each layer is in one pair at most:
   * also layers that have other names in other networks. A layer that the first pair lacks comes
   * before the layer that follows it in another.
   *
   * @param networks the networks of each pair
   * @param pairs what was found of each pair of networks
   */
  static <T> List<Pooled<T>> of(
      List<Networks> networks, List<List<T>> pairs, Function<T, PairNames> names) {
    return pooled(pairs, CommonLayers.of(networks, names(pairs, names)));
  }

  /**
   * Puts together pairs of layers of the same names, in the same order.
   *
   * @param pairs what was found of each pair of networks
   */
  static <T> List<Pooled<T>> byName(List<List<T>> pairs, Function<T, PairNames> names) {
    return pooled(pairs, names(pairs, names));
  }

  private static <T> List<List<PairNames>> names(
      List<List<T>> pairs, Function<T, PairNames> names) {
    return pairs.stream().map(pair -> pair.stream().map(names).toList()).toList();
  }

  private static <T> List<Pooled<T>> pooled(List<List<T>> pairs, List<List<PairNames>> called) {
    Map<PairNames, List<T>> pooled = new LinkedHashMap<>();
    merged(called)
        .forEach(
            name -> pooled.put(name, new ArrayList<>(Collections.nCopies(pairs.size(), null))));
    for (int pair = 0; pair < pairs.size(); pair++) {
      for (int i = 0; i < pairs.get(pair).size(); i++) {
        pooled.get(called.get(pair).get(i)).set(pair, pairs.get(pair).get(i));
      }
    }
    return pooled.entrySet().stream()
        .map(each -> new Pooled<>(each.getKey(), Collections.unmodifiableList(each.getValue())))
        .toList();
  }

  /** All names: those of the first list in its order, others before the next one of their list. */
  private static List<PairNames> merged(List<List<PairNames>> lists) {
    List<PairNames> merged = new ArrayList<>(lists.get(0));
    Set<PairNames> known = new HashSet<>(merged);
    for (List<PairNames> names : lists) {
      for (int i = names.size() - 1; i >= 0; i--) {
        if (known.add(names.get(i))) {
          boolean isLast = i == names.size() - 1;
          merged.add(isLast ? merged.size() : merged.indexOf(names.get(i + 1)), names.get(i));
        }
      }
    }
    return merged;
  }

  /** What was found in the pairs that have both layers; at least one. */
  List<T> found() {
    return all.stream().filter(Objects::nonNull).toList();
  }

  /** A number of each pair that has it. */
  Spread spread(Function<T, Double> number) {
    return Spread.of(found().stream().map(number).filter(Objects::nonNull).toList());
  }

  /** A number of each pair, null where it is missing. */
  List<Double> numbers(Function<T, Double> number) {
    List<Double> numbers = new ArrayList<>();
    all.forEach(each -> numbers.add(each == null ? null : number.apply(each)));
    return Collections.unmodifiableList(numbers);
  }

  /** The codes of all warnings of all pairs, each once. */
  String codes(Function<T, List<Warning>> warnings) {
    return Warning.codes(
        found().stream()
            .flatMap(each -> warnings.apply(each).stream())
            .filter(distinctCodes())
            .toList());
  }

  private static Predicate<Warning> distinctCodes() {
    Set<Warning.Code> seen = new HashSet<>();
    return warning -> seen.add(warning.code());
  }
}
