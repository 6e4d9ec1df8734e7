package org.spanmatch.kernel.selection;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The choice by measured costs: each problem goes to the backend that should take the least time.
 */
final class CostChoice implements AutomaticKernel.Choice {
  private final CostProfile profile;
  private final List<String> backends;
  private final double[] expected;
  private final int[] handed;

  /**
   * Creates a choice among some backends.
   *
   * @param profile the costs, with all of these backends
   */
  CostChoice(CostProfile profile, List<String> backends) {
    this.profile = profile;
    this.backends = List.copyOf(backends);
    expected = new double[backends.size()];
    handed = new int[backends.size()];
  }

  @Override
  public int kernelFor(int xNeurons, int yNeurons, long samples) {
    int fastest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < backends.size(); i++) {
      double seconds = profile.seconds(backends.get(i), xNeurons, yNeurons, samples);
      if (seconds < least) {
        fastest = i;
        least = seconds;
      }
    }
    return fastest;
  }

  @Override
  public void handed(int kernel, int xNeurons, int yNeurons, long samples) {
    handed[kernel]++;
    for (int i = 0; i < expected.length; i++) {
      expected[i] += profile.seconds(backends.get(i), xNeurons, yNeurons, samples);
    }
  }

  /** The expected times, such as "java: 0.4 s expected, cuda: 1.9 s; profile of 2026-11-20". */
  @Override
  public String reason() {
    StringJoiner times = new StringJoiner(", ");
    StringJoiner layers = new StringJoiner(", ");
    for (int i = 0; i < expected.length; i++) {
      boolean first = times.length() == 0;
      times.add(backends.get(i) + ": " + seconds(expected[i]) + (first ? " expected" : ""));
      if (handed[i] > 0) {
        layers.add(handed[i] + " on " + backends.get(i));
      }
    }
    String source = "profile of " + profile.date();
    if (layers.length() == 0) {
      return "the fastest for each layer by the " + source;
    }
    return times + (backends.size() > 1 ? "; layers: " + layers : "") + "; " + source;
  }

  private static String seconds(double seconds) {
    return seconds < 0.1
        ? String.format(Locale.ROOT, "%.2f ms", 1000 * seconds)
        : String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  }
}
