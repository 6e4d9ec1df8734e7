package org.spanmatch.validation;

import java.util.List;

/**
 * What a check found.
 *
 * @param outcome the class that it belongs to
 * @param ratios error divided by its bound, for each number that was compared
 * @param detail what is wrong or in doubt, in a sentence; empty where nothing is
 */
public record Finding(Outcome outcome, List<Double> ratios, String detail) {
  /** A finding without numbers. */
  static Finding of(Outcome outcome, String detail) {
    return new Finding(outcome, List.of(), detail);
  }
}
