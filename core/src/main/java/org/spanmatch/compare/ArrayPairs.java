package org.spanmatch.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.compare.LayerPairs.Failed;
import org.spanmatch.compare.LayerPairs.Mismatch;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.compare.LayerPairs.Pairing.Names;

/** Pairs layers of files whose names may differ. */
final class ArrayPairs {
  private final List<LayerPair.OfActivations> pairs = new ArrayList<>();
  private final List<Mismatch> mismatched = new ArrayList<>();
  private final List<Failed> failed = new ArrayList<>();

  private ArrayPairs() {}

  /**
   * See {@link LayerPairs#of(ActivationFile, ActivationFile, LayerArrays.Filter, Collection,
   * Pairing)}.
   */
  static LayerPairs<LayerPair.OfActivations> of(
      ActivationFile x,
      ActivationFile y,
      LayerArrays.Filter selected,
      Collection<Layout> layouts,
      Pairing pairing) {
    boolean named = pairing.method() == Pairing.Method.CHOSEN;
    LayerArrays ofX = LayerArrays.of(x, named ? names(pairing, Names::x) : selected);
    LayerArrays ofY = LayerArrays.of(y, named ? names(pairing, Names::y) : selected);
    List<Candidate> xs = Candidate.of(ofX, layouts);
    List<Candidate> ys = Candidate.of(ofY, layouts);
    ArrayPairs found = new ArrayPairs();
    switch (pairing.method()) {
      case ORDER -> found.inOrder(x, xs, y, ys);
      case ALL -> found.all(xs, ys);
      default -> pairing.chosen().forEach(two -> found.add(named(xs, two.x()), named(ys, two.y())));
    }
    List<LeftOut> unpaired = new ArrayList<>();
    if (pairing.method() == Pairing.Method.ALL) {
      xs.stream().filter(Candidate::isLeft).forEach(one -> unpaired.add(one.leftOut(x, y)));
      ys.stream().filter(Candidate::isLeft).forEach(one -> unpaired.add(one.leftOut(y, x)));
    }
    return new LayerPairs<>(
        x.path().toString(),
        y.path().toString(),
        List.copyOf(found.pairs),
        xs.stream().filter(Candidate::isLeft).map(Candidate::name).toList(),
        ys.stream().filter(Candidate::isLeft).map(Candidate::name).toList(),
        Stream.concat(ofX.leftOut().stream(), ofY.leftOut().stream()).toList(),
        List.copyOf(unpaired),
        List.copyOf(found.mismatched),
        List.copyOf(found.failed));
  }

  /** Takes the layers of a network that are chosen, whatever they look like. */
  private static LayerArrays.Filter names(Pairing pairing, Function<Names, String> side) {
    Set<String> names = pairing.chosen().stream().map(side).collect(Collectors.toSet());
    return new LayerArrays.Filter() {
      @Override
      public boolean test(String layer) {
        return names.contains(layer);
      }

      @Override
      public boolean names(String layer) {
        return names.contains(layer);
      }
    };
  }

  private static Candidate named(List<Candidate> candidates, String name) {
    return candidates.stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no layer is named '" + name + "'"));
  }

  private void inOrder(ActivationFile x, List<Candidate> xs, ActivationFile y, List<Candidate> ys) {
    if (xs.size() != ys.size()) {
      throw new ActivationsException(
          "pairs in order need equally many layers, but "
              + x.path()
              + " has "
              + xs.size()
              + " and "
              + y.path()
              + " has "
              + ys.size());
    }
    for (int i = 0; i < xs.size(); i++) {
      add(xs.get(i), ys.get(i));
    }
  }

  private void all(List<Candidate> xs, List<Candidate> ys) {
    for (Candidate x : xs) {
      for (Candidate y : ys) {
        if (x.layer != null && y.layer != null && LayerPair.isPossible(x.layer, y.layer)) {
          add(x, y);
        }
      }
    }
    for (Candidate x : xs) {
      for (Candidate y : ys) {
        if (x.isPaired && y.isPaired && !LayerPair.isPossible(x.layer, y.layer)) {
          mismatched.add(x.mismatch(y));
        }
      }
    }
  }

  private void add(Candidate x, Candidate y) {
    x.isPaired = true;
    y.isPaired = true;
    try {
      pairs.add(
          new LayerPair.OfActivations(
              LayerPair.name(x.name(), y.name()), x.required(), y.required()));
    } catch (ActivationsException e) {
      failed.add(new Failed(new Names(x.name(), y.name()), e));
    }
  }

  /** An array that may be in pairs. */
  private static final class Candidate {
    private final StoredArray array;
    private Layer layer; // null if it can't be read
    private ActivationsException problem; // null if it can
    private boolean isPaired;

    private Candidate(StoredArray array, Collection<Layout> layouts) {
      this.array = array;
      try {
        layer = array.layer(layouts);
      } catch (ActivationsException e) {
        problem = e;
      }
    }

    static List<Candidate> of(LayerArrays file, Collection<Layout> layouts) {
      return file.arrays().stream().map(array -> new Candidate(array, layouts)).toList();
    }

    String name() {
      return array.name();
    }

    Layer required() {
      if (problem != null) {
        throw problem;
      }
      return layer;
    }

    boolean isLeft() {
      return !isPaired;
    }

    Mismatch mismatch(Candidate y) {
      return Mismatch.of(
          name(),
          layer.samples(),
          layer.sampleAxes(),
          y.name(),
          y.layer.samples(),
          y.layer.sampleAxes());
    }

    /** Says why no layer of another file is its partner. */
    LeftOut leftOut(ActivationFile own, ActivationFile other) {
      String reason =
          problem != null
              ? problem.getMessage()
              : "no layer of "
                  + other.path()
                  + " has the same "
                  + layer.samples()
                  + " samples"
                  + (layer.sampleAxes().size() == 1 ? "" : ", " + layer.sampleAxes());
      return new LeftOut(own.path().toString(), name(), reason);
    }
  }
}
