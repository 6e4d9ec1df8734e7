package org.spanmatch.compare;

import java.util.List;

/** Tells whether layers count the same samples. */
final class SampleAxes {
  private SampleAxes() {}

  /** Whether the axes of two layers with equally many samples count the same ones. */
  static boolean agree(List<Long> x, List<Long> y) {
    return (x.size() == 1 || y.size() == 1) ? x.get(0).equals(y.get(0)) : x.equals(y);
  }
}
