package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.TestData;
import org.spanmatch.data.ActivationFile;
import org.spanmatch.data.LayerPair;
import org.spanmatch.data.LayerPairs;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.reference.ReferenceProvider;

/** A fast kernel finds what the reference kernel finds, but for borderline decisions. */
public abstract class FastMatchingContract extends MatchingContract {
  private static final double[] EPSILONS = {0, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1};

  private ProjectionKernel reference;

  /** How many problems of some hundred neurons to try; a slow kernel takes fewer. */
  protected int largeProblems() {
    return 6;
  }

  // Not from Kernels, which opens but one backend where tests require that.
  @BeforeEach
  final void openReference() {
    reference = new ReferenceProvider().open(new KernelOptions(1), "to compare with");
  }

  @AfterEach
  final void closeReference() {
    if (reference != null) { // not skipped
      reference.close();
    }
  }

  /** What standard precision does not call borderline, the reference kernel finds too. */
  @Test
  void certainDecisionsAgree() {
    int compared = 0;
    int borderline = 0;
    for (int seed = 0; seed < 2 * problems(); seed++) {
      PlantedProblem problem =
          seed % 10 == 0 ? PlantedProblem.larger(seed) : PlantedProblem.of(seed);
      try (ProjectionTable table = problem.compress(kernel());
          ProjectionTable expectedTable = problem.compress(reference)) {
        List<Match> found = MaximumMatch.find(table, EPSILONS);
        List<Match> expected = MaximumMatch.find(expectedTable, EPSILONS);
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        for (int i = 0; i < EPSILONS.length; i++) {
          if (isBorderline(found.get(i)) || isBorderline(expected.get(i))) {
            borderline++;
            continue;
          }
          String at = "seed " + seed + ", ε = " + EPSILONS[i];
          assertEquals(expected.get(i), found.get(i), at);
          compared++;
          if (EPSILONS[i] > 0) {
            Match level = spectrum.maximumMatch(EPSILONS[i]);
            assertTrue(isBorderline(level) || level.equals(expected.get(i)), at);
          }
        }
      }
    }
    assertTrue(compared > borderline, compared + " compared, " + borderline + " borderline");
  }

  /**
   * The kernel peels, the reference finds each match on its own; large enough for the first to do
   * its work in several blocks.
   */
  @Test
  void largeProblemsAgree() {
    int compared = 0;
    int borderline = 0;
    for (int seed = 0; seed < largeProblems(); seed++) {
      PlantedProblem problem = PlantedProblem.largest(seed);
      try (ProjectionTable table = problem.compress(kernel());
          ProjectionTable expectedTable = problem.compress(reference)) {
        MatchSpectrum spectrum = MatchSpectrum.of(table, Progress.NONE);
        double[] epsilons = betweenLevels(table, spectrum);
        List<Match> expected = MaximumMatch.find(expectedTable, epsilons);
        List<Match> matches = MaximumMatch.find(table, epsilons);
        for (int i = 0; i < epsilons.length; i++) {
          for (Match found : List.of(spectrum.maximumMatch(epsilons[i]), matches.get(i))) {
            if (isBorderline(expected.get(i)) || isBorderline(found)) {
              borderline++;
            } else {
              assertEquals(expected.get(i), found, "seed " + seed);
              compared++;
            }
          }
        }
      }
    }
    assertTrue(compared > 33 * largeProblems(), "compared only " + compared);
    assertTrue(borderline < compared / 2, borderline + " borderline, compared " + compared);
  }

  // Layers of real networks.

  private static LayerPair layer(String name, int samples) {
    ActivationFile x = ActivationFile.open(TestData.shared("cifar-vgg/x.npz"));
    ActivationFile y = ActivationFile.open(TestData.shared("cifar-vgg/y.npz"));
    return LayerPairs.of(x, y, name::equals, List.of()).pairs().get(0).sampled(samples);
  }

  private static MatchSpectrum spectrum(ProjectionKernel kernel, LayerPair pair) {
    try (ProjectionTable table =
        kernel.compress(pair.x(), pair.y(), CompressionOptions.defaults())) {
      return MatchSpectrum.of(table, Progress.NONE);
    }
  }

  private static int neurons(LayerPair pair, Group group) {
    return (group == Group.X ? pair.x() : pair.y()).neurons();
  }

  /** Errors that pile up on the way would make the levels worthless long before they are wrong. */
  @ParameterizedTest
  @ValueSource(strings = {"classifier.1", "classifier.3", "features.10", "features.27"})
  void errorsStaySmallDownToTheLastNeuron(String name) {
    LayerPair pair = layer(name, 2000);
    MatchSpectrum spectrum = spectrum(kernel(), pair);
    int living = 0;
    for (Group group : Group.values()) {
      for (int neuron = 0; neuron < neurons(pair, group); neuron++) {
        assertTrue(spectrum.levelError(group, neuron) < 1e-6, group + " " + neuron);
        living += spectrum.level(group, neuron).isPresent() ? 1 : 0;
      }
    }
    assertTrue(living > 200, living + " living neurons");
  }

  @ParameterizedTest
  @CsvSource({"classifier.4, 4000", "features.2, 2000", "features.6, 1500"})
  void levelsOfRealLayersAgree(String name, int samples) {
    LayerPair pair = layer(name, samples);
    MatchSpectrum found = spectrum(kernel(), pair);
    MatchSpectrum expected = spectrum(reference, pair);
    for (Group group : Group.values()) {
      for (int neuron = 0; neuron < neurons(pair, group); neuron++) {
        assertEquals(
            expected.level(group, neuron).isPresent(), found.level(group, neuron).isPresent());
        if (found.level(group, neuron).isPresent()) {
          assertEquals(
              expected.level(group, neuron).getAsDouble(),
              found.level(group, neuron).getAsDouble(),
              expected.levelError(group, neuron) + found.levelError(group, neuron),
              group + " " + neuron);
        }
      }
    }
  }
}
