package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.validation.contract.FastMatchingContract;

/** Tests matching with a fast kernel, also on layers of real networks. */
public abstract class RealDataMatchingContract extends FastMatchingContract {
  @Test
  void authorsProblemsHaveTheAuthorsMatches(@TempDir Path folder) throws IOException {
    AuthorsProblems.assertSolvedBy(kernel(), folder);
  }

  private static LayerPair.OfActivations layer(String name, int samples) {
    ActivationFile x = ActivationFile.open(TestData.shared("cifar-vgg/x.npz"));
    ActivationFile y = ActivationFile.open(TestData.shared("cifar-vgg/y.npz"));
    return LayerPairs.of(x, y, name::equals, List.of()).pairs().get(0).sampled(samples);
  }

  private static MatchSpectrum spectrum(ProjectionKernel kernel, LayerPair.OfActivations pair) {
    try (ProjectionTable table = kernel.compress(pair.x(), pair.y(), GramOptions.defaults())) {
      return MatchSpectrum.of(table, Progress.NONE);
    }
  }

  private static int neurons(LayerPair.OfActivations pair, Group group) {
    return (group == Group.X ? pair.x() : pair.y()).neurons();
  }

  /** Accumulated error bounds would make the levels useless long before they are wrong. */
  @ParameterizedTest
  @ValueSource(strings = {"classifier.1", "classifier.3", "features.10", "features.27"})
  void errorsStaySmallDownToTheLastNeuron(String name) {
    LayerPair.OfActivations pair = layer(name, 2000);
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
    LayerPair.OfActivations pair = layer(name, samples);
    MatchSpectrum found = spectrum(kernel(), pair);
    MatchSpectrum expected = spectrum(reference(), pair);
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
