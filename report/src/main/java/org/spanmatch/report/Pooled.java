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
import org.spanmatch.report.results.PairNames;
import org.spanmatch.report.results.Spread;

/**
 * What was found of the same two layers in all pairs of networks.
 *
 * @param <T> what was found
 * @param names the two layers
 * @param all one per pair of networks, null for a pair that lacks a layer; not all of them are
 */
record Pooled<T>(PairNames names, List<T> all) {
  /**
   * Puts together what pairs of networks have in common, in the order of its first occurrence.
   *
   * @param pairs what was found of each pair of networks
   */
  static <T> List<Pooled<T>> of(List<List<T>> pairs, Function<T, PairNames> names) {
    Map<PairNames, List<T>> pooled = new LinkedHashMap<>();
    for (int pair = 0; pair < pairs.size(); pair++) {
      for (T each : pairs.get(pair)) {
        pooled
            .computeIfAbsent(
                names.apply(each), name -> new ArrayList<>(Collections.nCopies(pairs.size(), null)))
            .set(pair, each);
      }
    }
    return pooled.entrySet().stream()
        .map(each -> new Pooled<>(each.getKey(), Collections.unmodifiableList(each.getValue())))
        .toList();
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
