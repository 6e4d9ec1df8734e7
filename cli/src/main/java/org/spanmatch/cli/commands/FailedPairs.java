package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.compare.LayerPairs.Pairing.Names;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.report.results.FailedPair;

/**
 * The pairs of layers that could not be compared.
 *
 * @param forgiven what leaves the others to be compared nevertheless
 * @param pairs the pairs so far
 */
record FailedPairs(Forgiven forgiven, List<LayerPairs.Failed> pairs) {
  /** What does not end the run. */
  enum Forgiven {
    /** Nothing. */
    NOTHING,
    /** Layers that can't be compared, whatever the machine is. */
    BAD_LAYERS,
    /** These, and pairs that are too large for the heap, as one among many combinations may be. */
    BAD_LAYERS_AND_LARGE_PAIRS
  }

  /** Begins with those that can't be compared whatever their activations are. */
  FailedPairs {
    pairs = new ArrayList<>(pairs);
  }

  /** Whether a layer that can't be compared leaves the others to be. */
  boolean forgiving() {
    return forgiven != Forgiven.NOTHING;
  }

  /** Adds a pair, or throws the cause if it ends the run. */
  void add(LayerPair pair, RuntimeException cause) {
    boolean isForgiven =
        cause instanceof NotEnoughMemoryException
            ? forgiven == Forgiven.BAD_LAYERS_AND_LARGE_PAIRS
            : forgiving();
    if (!isForgiven) {
      throw cause;
    }
    pairs.add(new LayerPairs.Failed(new Names(pair.layers().x(), pair.layers().y()), cause));
  }

  /** Returns them in the shape of results. */
  List<FailedPair> results() {
    return pairs.stream()
        .map(
            pair -> new FailedPair(pair.layers().x(), pair.layers().y(), pair.cause().getMessage()))
        .toList();
  }

  /** Prints which pairs failed, by the reason. */
  void note(Console console) {
    Map<String, Set<String>> names = new LinkedHashMap<>();
    for (LayerPairs.Failed pair : pairs) {
      names
          .computeIfAbsent(pair.cause().getMessage(), reason -> new LinkedHashSet<>())
          .add(LayerPair.name(pair.layers().x(), pair.layers().y()));
    }
    Input.note("failed", names, "more failed; the JSON lists all", console);
  }

  /** Throws the first cause if no pair is left. */
  void requireSome(List<?> answers) {
    if (answers.isEmpty() && !pairs.isEmpty()) {
      throw pairs.get(0).cause();
    }
  }

  /** Ends the run with an error of the kind of the first one, if any pair failed. */
  void requireNone(int answered) {
    if (pairs.isEmpty()) {
      return;
    }
    RuntimeException first = pairs.get(0).cause();
    String message =
        pairs.size()
            + " of "
            + (pairs.size() + answered)
            + " pairs of layers could not be compared: "
            + first.getMessage();
    throw first instanceof NotEnoughMemoryException
        ? new NotEnoughMemoryException(message)
        : new ActivationsException(message, first);
  }
}
