package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.spanmatch.gram.Precision;

/** Collects the evidence for and against a backend during a check. */
final class Evidence {
  private final List<Double> ratios = new ArrayList<>();
  private double largestError;
  private double largestBound;
  private Outcome outcome = Outcome.AGREES;
  private String detail = "";

  /** Notes an outcome; the worst one counts, and the first of equal ones. */
  void note(Outcome found, Supplier<String> what) {
    if (found.compareTo(outcome) > 0) {
      outcome = found;
      detail = what.get();
    }
  }

  /** Notes a violation unless a condition holds. */
  void require(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      note(Outcome.VIOLATED, otherwise);
    }
  }

  /** Notes a violation if two numbers differ by more than a bound. */
  void compare(double found, double expected, double bound, Supplier<String> what) {
    compare(found, expected, bound, Outcome.VIOLATED, what);
  }

  /** Notes an outcome if two numbers differ by more than a bound. */
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

  /** Notes a borderline outcome if an error bound is so large that the result is in doubt. */
  void bound(double bound, Supplier<String> what) {
    if (bound > Precision.GRAM_FLOOR) {
      note(Outcome.BORDERLINE, () -> what.get() + " is known to " + bound + " only");
    }
  }

  /** The largest difference between compared numbers. */
  double largestError() {
    return largestError;
  }

  /** The largest bound given for a comparison. */
  double largestBound() {
    return largestBound;
  }

  /** Returns the overall finding. */
  Finding finding() {
    return new Finding(outcome, List.copyOf(ratios), detail);
  }
}
