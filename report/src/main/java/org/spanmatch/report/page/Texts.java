package org.spanmatch.report.page;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sentences that many layers have in common, each once. */
final class Texts {
  private final List<String> all = new ArrayList<>();
  private final Map<String, Integer> positions = new HashMap<>();

  /** Adds a text that is not among them yet. */
  void add(String text) {
    if (positions.putIfAbsent(text, all.size()) == null) {
      all.add(text);
    }
  }

  /** The position of a text that was added. */
  int position(String text) {
    return positions.get(text);
  }

  /** All texts, in the order in which they were added. */
  List<String> all() {
    return all;
  }
}
