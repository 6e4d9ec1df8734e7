package org.spanmatch.validation;

import java.util.List;

/**
 * The result of a check.
 *
 * @param outcome the class of the result
 * @param ratios error divided by bound, for each compared number
 * @param detail what is wrong or in doubt, in one sentence; empty if nothing is
 */
public record Finding(Outcome outcome, List<Double> ratios, String detail) {
  /** Returns a finding without numbers. */
  static Finding of(Outcome outcome, String detail) {
    return new Finding(outcome, List.of(), detail);
  }
}
