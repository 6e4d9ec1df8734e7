package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.spanmatch.gram.Precision;

/** Collects what speaks for and against a backend during a check. */
final class Evidence {
  private final List<Double> ratios = new ArrayList<>();
  private double largestError;
  private double largestBound;
  private Outcome outcome = Outcome.AGREES;
  private String detail = "";

  /** Notes something; the worst of all is what counts, and of equals the first. */
  void note(Outcome found, Supplier<String> what) {
    if (found.compareTo(outcome) > 0) {
      outcome = found;
      detail = what.get();
    }
  }

  /** Notes a violation unless something holds. */
  void require(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      note(Outcome.VIOLATED, otherwise);
    }
  }

  /** Compares two numbers that may differ by a bound. */
  void compare(double found, double expected, double bound, Supplier<String> what) {
    compare(found, expected, bound, Outcome.VIOLATED, what);
  }

  /** The same with what it means that they differ more. */
  void compare(
      double found, double expected, double bound, Outcome otherwise, Supplier<String> what) {
    double error = Math.abs(found - expected);
    if (Double.isNaN(error) || Double.isNaN(bound)) {
      note(Outcome.UNDETECTED_FAILURE, () -> what.get() + " is " + found + " ± " + bound);
      return;
    }
    largestError = Math.max(largestError, error);
    largestBound = Math.max(largestBound, bound);
    double ratio = error == 0 ? 0 : error / bound;
    if (otherwise == Outcome.VIOLATED) {
      ratios.add(ratio);
    }
    if (error > bound) {
      note(otherwise, () -> what.get() + " is " + found + " ± " + bound + ", expected " + expected);
    }
  }

  /** Notes doubt where a bound says that a result is in doubt. */
  void bound(double bound, Supplier<String> what) {
    if (bound > Precision.GRAM_FLOOR) {
      note(Outcome.BORDERLINE, () -> what.get() + " is known to " + bound + " only");
    }
  }

  /** The largest difference of two numbers that were compared. */
  double largestError() {
    return largestError;
  }

  /** The largest bound on such a difference. */
  double largestBound() {
    return largestBound;
  }

  /** What it all comes to. */
  Finding finding() {
    return new Finding(outcome, List.copyOf(ratios), detail);
  }
}
