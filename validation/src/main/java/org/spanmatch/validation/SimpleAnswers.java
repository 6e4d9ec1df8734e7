package org.spanmatch.validation;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Neuron;
import org.spanmatch.match.SimpleMatches;
import org.spanmatch.match.SimpleMatches.SimpleMatch;
import org.spanmatch.match.SimpleSearch;
import org.spanmatch.match.TrialOrder;

/** Checks the simple matches found with a backend's distances. */
final class SimpleAnswers {
  // More than one, so that copies of tables are tested too, if the backend makes them.
  private static final int THREADS = 2;

  private SimpleAnswers() {}

  /**
   * Searches with the backend's distances, compares the result with that of exact distances, and
   * checks on an exact table that it consists of minimal matches, since the search itself is no
   * arbiter.
   */
  static void find(Subject subject, Evidence evidence) {
    try (ProjectionTable table = subject.table()) {
      for (SimpleMatches exact : subject.truth().simpleMatches()) {
        double epsilon = exact.maximum().epsilon();
        Outcome disagreement = Changes.disagreement(subject, table, epsilon);
        SimpleMatches found =
            SimpleSearch.inOrder(TrialOrder.byIndex(table)).on(THREADS).run(table, epsilon);
        compare(found, exact, epsilon > 0 ? Outcome.VIOLATED : disagreement, evidence);
        subject
            .truth()
            .ask(
                arbiter -> {
                  judge(found, arbiter, disagreement, evidence);
                  return null;
                });
      }
    }
  }

  /**
   * Compares two results, which must have the same matches for the same neurons unless either lists
   * a borderline decision.
   *
   * @param otherwise the outcome to note if they differ although neither does
   */
  static void compare(
      SimpleMatches found, SimpleMatches exact, Outcome otherwise, Evidence evidence) {
    Answers.compare(found.maximum(), exact.maximum(), otherwise, evidence);
    evidence.require(found.complete(), () -> "the search for simple matches has no end");
    Map<Neuron, String> expected = ofNeurons(exact);
    if (!ofNeurons(found).equals(expected)) {
      evidence.note(
          isCertain(found) && isCertain(exact) ? otherwise : Outcome.BORDERLINE,
          () ->
              "the simple matches"
                  + at(found)
                  + " are "
                  + ofNeurons(found)
                  + ", expected "
                  + expected);
    }
  }

  private static String at(SimpleMatches found) {
    return " at " + found.maximum().epsilon();
  }

  private static boolean isCertain(SimpleMatches matches) {
    return matches.borderlineX().isEmpty() && matches.borderlineY().isEmpty();
  }

  /**
   * Returns, for each neuron, the matches that are minimal for it, and whether one is known to be
   * its only one.
   */
  private static Map<Neuron, String> ofNeurons(SimpleMatches matches) {
    return matches.matches().stream()
        .flatMap(match -> match.minimalFor().stream().map(v -> Map.entry(v, text(match, v))))
        .collect(
            Collectors.groupingBy(
                Map.Entry::getKey,
                TreeMap::new,
                Collectors.mapping(Map.Entry::getValue, Collectors.joining(" and "))));
  }

  private static String text(SimpleMatch match, Neuron v) {
    String only = match.minimumFor().contains(v) ? " alone" : "";
    return "x " + match.x() + " y " + match.y() + only;
  }

  /**
   * Checks matches against the definitions, on an exact table.
   *
   * @param disagreement the outcome to note if a match is wrong although no decision was borderline
   */
  static void judge(
      SimpleMatches found, ProjectionTable exact, Outcome disagreement, Evidence evidence) {
    double epsilon = found.maximum().epsilon();
    Outcome otherwise = isCertain(found) ? disagreement : Outcome.BORDERLINE;
    Function<SimpleMatch, String> name =
        match -> "x " + match.x() + " and y " + match.y() + at(found);
    for (SimpleMatch match : found.matches()) {
      if (!match.isMatch(exact, epsilon)) {
        evidence.note(otherwise, () -> name.apply(match) + " are no match");
        continue;
      }
      for (Neuron v : match.minimalFor()) {
        if (!match.isMinimalFor(exact, epsilon, v)) {
          evidence.note(otherwise, () -> name.apply(match) + " are not minimal for " + v);
        }
      }
    }
    if (!found.coversMaximum()) {
      evidence.note(otherwise, () -> "the simple matches" + at(found) + " leave neurons out");
    }
  }
}
