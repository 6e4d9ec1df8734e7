package org.spanmatch.report;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spanmatch.compare.Warning;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.PairNames;
import org.spanmatch.report.text.DisplayName;

/** Notes on many pairs of layers: each kind of note gets one line, however many pairs have it. */
final class ManyNotes {
  private final Map<String, Note> notes = new LinkedHashMap<>();

  /**
   * What is noted.
   *
   * @param first where it was noted first
   * @param text what was noted there
   * @param count number of pairs
   */
  private record Note(String first, String text, int count) {}

  /**
   * Notes something of a pair.
   *
   * @param kind distinguishes it from other notes
   * @param where the pair, for display
   */
  void add(String kind, String where, String text) {
    notes.merge(
        kind,
        new Note(where, text, 1),
        (all, next) -> new Note(all.first, all.text, all.count + 1));
  }

  /** Returns what notes call two layers of two networks. */
  static String where(Networks networks, PairNames layers) {
    return DisplayName.printable(
        networks.names().x() + " ~ " + networks.names().y() + ", layer '" + layers.name() + "'");
  }

  /** Notes the warnings of a pair. */
  void add(String where, List<Warning> warnings) {
    warnings.forEach(warning -> add(warning.code().toString(), where, warning.message()));
  }

  /** Prints a line for each kind. */
  void print(PrintStream err) {
    for (Note note : notes.values()) {
      int others = note.count - 1;
      err.println(
          "note: "
              + note.first
              + (others == 0 ? "" : " and " + others + (others == 1 ? " other" : " others"))
              + ": "
              + note.text);
    }
  }
}
