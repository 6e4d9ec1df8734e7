package org.spanmatch.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.PairNames;

@Tag("once") // on one JDK: nothing here depends on which
final class CommonLayersTest {
  private static final Networks THREE = Networks.ofFiles(List.of("a", "b", "c"));
  private static final List<Networks> PAIRS =
      List.of(THREE.two(0, 1), THREE.two(0, 2), THREE.two(1, 2));

  private static PairNames pair(String x, String y) {
    return new PairNames(x.equals(y) ? x : x + " ~ " + y, x, y);
  }

  private static List<List<String>> names(List<List<PairNames>> pairs) {
    return CommonLayers.of(PAIRS, pairs).stream()
        .map(each -> each.stream().map(PairNames::name).toList())
        .toList();
  }

  @Test
  void layersOfTheSameNameBelongTogether() {
    List<PairNames> both = List.of(pair("l", "l"), pair("m", "m"));
    assertEquals(
        List.of(List.of("l", "m"), List.of("m"), List.of("l", "m")),
        names(List.of(both, both.subList(1, 2), both)));
  }

  @Test
  void soDoThoseInOrder() {
    assertEquals(
        List.of(
            List.of("l0 ~ m0 ~ n0", "l1 ~ m1 ~ l0"),
            List.of("l0 ~ m0 ~ n0", "l1 ~ m1 ~ l0"),
            List.of("l0 ~ m0 ~ n0", "l1 ~ m1 ~ l0")),
        names(
            List.of(
                List.of(pair("l0", "m0"), pair("l1", "m1")),
                List.of(pair("l0", "n0"), pair("l1", "l0")),
                List.of(pair("m0", "n0"), pair("m1", "l0")))));
  }

  /** A layer in several pairs of the same networks links layers that don't belong together. */
  @Test
  void allPairsKeepTheirNames() {
    List<PairNames> all =
        Stream.of("l", "m").flatMap(x -> Stream.of("l", "m").map(y -> pair(x, y))).toList();
    assertEquals(List.of("l", "l ~ m", "m ~ l", "m"), names(List.of(all, all, all)).get(1));
  }
}
