package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * A check of one promise of the kernel interface.
 *
 * @param name the promise, as results show it
 * @param precision the precision requested from the backend
 * @param suits whether the check applies to a case; exact sets are too expensive for large ones
 * @param examination the code of the check
 */
record Check(String name, Precision precision, Predicate<Truth> suits, Examination examination) {
  /** Collects evidence on whether a promise is kept. */
  @FunctionalInterface
  interface Examination {
    void examine(Subject subject, Evidence evidence);
  }

  /** Returns all checks. */
  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    for (Precision precision : Precision.values()) {
      checks.add(of("distances", precision, Answers::distances));
      checks.add(of("maximum matches", precision, Answers::maximumMatches).where(Truth::hasSets));
      checks.add(of("match levels", precision, Answers::levels).where(Truth::hasSets));
      checks.add(
          of("simple matches", precision, SimpleAnswers::find).where(Truth::hasSimpleMatches));
      checks.add(of("removals", precision, Changes::removals));
      checks.add(of("roll-backs", precision, Changes::rollbacks));
    }
    checks.add(of("norms and sums", Precision.STANDARD, Answers::moments));
    checks.add(of("a network with itself", Precision.STANDARD, Answers::itself));
    checks.add(of("order of neurons", Precision.STANDARD, Invariances::neurons));
    checks.add(of("order of samples", Precision.STANDARD, Invariances::samples));
    checks.add(of("scale and sign", Precision.STANDARD, Invariances::scales));
    checks.add(of("networks swapped", Precision.STANDARD, Invariances::swapped));
    checks.add(of("other blocks", Precision.STANDARD, Invariances::blocks));
    checks.add(of("one thread", Precision.STANDARD, Invariances::oneThread));
    return checks;
  }

  private static Check of(String name, Precision precision, Examination examination) {
    String suffix = precision == Precision.HIGH ? ", high precision" : "";
    return new Check(name + suffix, precision, truth -> true, examination);
  }

  private Check where(Predicate<Truth> condition) {
    return new Check(name, precision, condition, examination);
  }

  /** Whether the check applies to a case. */
  boolean suits(Truth truth) {
    return suits.test(truth);
  }

  /**
   * Runs the check; returns empty for high precision if the backend declines it, or always computes
   * so, which would repeat a check.
   */
  Optional<Finding> run(Subject subject) {
    if (precision == Precision.HIGH && !hasBothPrecisions(subject.kernel())) {
      return Optional.empty();
    }
    Evidence evidence = new Evidence();
    examination.examine(subject, evidence);
    return Optional.of(evidence.finding());
  }

  /** Whether a backend computes at high precision, and at standard precision in another way. */
  static boolean hasBothPrecisions(ProjectionKernel kernel) {
    if (kernel.declines(1, 0, 1, Precision.HIGH).isPresent()) {
      return false;
    }
    Problem one = new Problem(1, List.of(new double[] {1}), List.of());
    try (ProjectionTable table =
        kernel.compress(one.layer(Group.X), one.layer(Group.Y), GramOptions.defaults())) {
      return table.precision() == Precision.STANDARD;
    }
  }
}
