package org.spanmatch.compare;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.compare.LayerPairs.Failed;
import org.spanmatch.compare.LayerPairs.Mismatch;
import org.spanmatch.compare.LayerPairs.Network;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.compare.LayerPairs.Pairing.Names;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;

/** Pairs layers of Gram matrices whose names may differ. */
final class GramPairs {
  private final List<Gram> grams;
  private final Network x;
  private final Network y;
  private final List<LayerPair.OfGram> pairs = new ArrayList<>();
  private final List<Mismatch> mismatched = new ArrayList<>();
  private final List<Failed> failed = new ArrayList<>();

  private GramPairs(List<Gram> grams, Network x, Network y) {
    this.grams = grams;
    this.x = x;
    this.y = y;
  }

  /** See {@link LayerPairs#of(List, Predicate, Pairing)}. */
  static LayerPairs<LayerPair.OfGram> of(
      List<Gram> grams, Network x, Network y, Predicate<String> selected, Pairing pairing) {
    GramPairs found = new GramPairs(grams, x, y);
    List<String> xs = x.layers().keySet().stream().filter(selected).toList();
    List<String> ys = y.layers().keySet().stream().filter(selected).toList();
    switch (pairing.method()) {
      case ORDER -> found.inOrder(xs, ys);
      case ALL -> found.all(xs, ys);
      default -> pairing.chosen().forEach(two -> found.add(two.x(), two.y()));
    }
    Set<String> leftInX = new LinkedHashSet<>();
    Set<String> leftInY = new LinkedHashSet<>();
    if (pairing.method() == Pairing.Method.ALL) {
      leftInX.addAll(xs);
      leftInY.addAll(ys);
      found.pairs.forEach(pair -> leftInX.remove(pair.layers().x()));
      found.pairs.forEach(pair -> leftInY.remove(pair.layers().y()));
    }
    String xFiles = String.join(" + ", x.sources());
    String yFiles = String.join(" + ", y.sources());
    List<LeftOut> unpaired = new ArrayList<>();
    leftInX.forEach(layer -> unpaired.add(leftOut(xFiles, layer, yFiles)));
    leftInY.forEach(layer -> unpaired.add(leftOut(yFiles, layer, xFiles)));
    return new LayerPairs<>(
        xFiles,
        yFiles,
        List.copyOf(found.pairs),
        List.copyOf(leftInX),
        List.copyOf(leftInY),
        List.of(),
        List.copyOf(unpaired),
        found.mismatched.stream()
            .filter(two -> !leftInX.contains(two.layers().x()))
            .filter(two -> !leftInY.contains(two.layers().y()))
            .toList(),
        List.copyOf(found.failed));
  }

  private static LeftOut leftOut(String file, String layer, String other) {
    return new LeftOut(file, layer, "no layer of " + other + " has the same samples");
  }

  private void inOrder(List<String> xs, List<String> ys) {
    if (xs.size() != ys.size()) {
      throw new GramException(
          "pairs in order need equally many layers, but the first network has "
              + xs.size()
              + " and the second "
              + ys.size());
    }
    for (int i = 0; i < xs.size(); i++) {
      add(xs.get(i), ys.get(i));
    }
  }

  private void all(List<String> xs, List<String> ys) {
    int missing = 0;
    for (String first : xs) {
      for (String second : ys) {
        if (isHeld(first, second)) {
          add(first, second);
        } else if (isPossible(first, second)) {
          missing++;
        } else {
          mismatched.add(mismatch(first, second));
        }
      }
    }
    if (missing > 0) {
      throw new GramException(
          "it holds "
              + pairs.size()
              + " of the "
              + (pairs.size() + missing)
              + " pairs of layers with the same samples; 'spanmatch gram --pairs all' adds all of"
              + " them up");
    }
  }

  private boolean isHeld(String first, String second) {
    return x.layers().get(first).entrySet().stream()
        .anyMatch(
            place -> {
              Integer other = y.layers().get(second).get(place.getKey());
              return other != null && grams.get(place.getKey()).has(place.getValue(), other);
            });
  }

  private boolean isPossible(String first, String second) {
    return x.place(first).samples(grams) == y.place(second).samples(grams)
        && SampleAxes.agree(
            x.place(first).layer(grams).sampleAxes(), y.place(second).layer(grams).sampleAxes());
  }

  private Mismatch mismatch(String first, String second) {
    return Mismatch.of(
        first,
        x.place(first).samples(grams),
        x.place(first).layer(grams).sampleAxes(),
        second,
        y.place(second).samples(grams),
        y.place(second).layer(grams).sampleAxes());
  }

  private void add(String first, String second) {
    try {
      pairs.add(LayerPairs.pair(LayerPair.name(first, second), grams, x, first, y, second));
    } catch (GramException e) {
      failed.add(new Failed(new Names(first, second), e));
    }
  }
}
