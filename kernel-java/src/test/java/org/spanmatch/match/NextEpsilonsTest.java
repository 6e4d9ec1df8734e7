package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;

/** Tests which values of ε are suggested. */
class NextEpsilonsTest {
  private final ProjectionKernel kernel = Kernels.open("java", KernelOptions.defaults());

  @AfterEach
  void close() {
    kernel.close();
  }

  /** A layer in which pair i of neurons, orthogonal to the others, matches at level i. */
  private MatchSpectrum spectrum(double... levels) {
    double[][] x = new double[levels.length][2 * levels.length];
    double[][] y = new double[levels.length][2 * levels.length];
    for (int i = 0; i < levels.length; i++) {
      x[i][2 * i] = 1;
      y[i][2 * i] = Math.sqrt(1 - levels[i] * levels[i]);
      y[i][2 * i + 1] = levels[i];
    }
    try (ProjectionTable table =
        kernel.compress(
            Layers.ofNeurons("layer", x), Layers.ofNeurons("layer", y), GramOptions.defaults())) {
      return MatchSpectrum.of(table, Progress.NONE);
    }
  }

  private static void assertSuggests(String expected, MatchSpectrum... spectra) {
    assertEquals(
        expected.isEmpty() ? List.of() : Arrays.asList(expected.split(",")),
        MatchSpectrum.nextEpsilons(List.of(spectra)).stream().map(Object::toString).toList());
  }

  @Test
  void whereALayerBeginsAndWhereHalfOfItMatches() {
    assertSuggests("0.55,0.65", spectrum(0.51, 0.63, 0.9));
    assertSuggests("0.55", spectrum(0.51, 0.53, 0.9));
    assertSuggests("0.6", spectrum(0.5501));
  }

  @Test
  void smallLevelsHaveSmallNeighbours() {
    assertSuggests("0.004", spectrum(0.0031));
    assertSuggests("0.05", spectrum(0.041));
    assertSuggests("0.1", spectrum(0.051));
  }

  @Test
  void nothingIsSuggestedNextToOne() {
    assertSuggests("", spectrum(0.97));
    assertSuggests("0.65", spectrum(0.63, 0.97, 0.98));
    assertSuggests("");
  }

  @Test
  void ofManyLayersAtMostFive() {
    assertSuggests(
        "0.15,0.35,0.55,0.75,0.95",
        spectrum(0.12),
        spectrum(0.22),
        spectrum(0.32),
        spectrum(0.42),
        spectrum(0.52),
        spectrum(0.62),
        spectrum(0.72),
        spectrum(0.82),
        spectrum(0.92));
  }
}
