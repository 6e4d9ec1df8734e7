package org.spanmatch.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** Match levels of layers of real networks. */
class RealLayersTest {
  private static LayerPair layer(String name, int samples) {
    ActivationFile x = ActivationFile.open(TestData.shared("cifar-vgg/x.npz"));
    ActivationFile y = ActivationFile.open(TestData.shared("cifar-vgg/y.npz"));
    return LayerPairs.of(x, y, name::equals, List.of()).pairs().get(0).sampled(samples);
  }

  private static MatchSpectrum spectrum(String backend, LayerPair pair) {
    try (ProjectionKernel kernel = Kernels.open(backend, new KernelOptions(1));
        ProjectionTable table =
            kernel.compress(pair.x(), pair.y(), CompressionOptions.defaults())) {
      return MatchSpectrum.of(table, Progress.NONE);
    }
  }

  /** Errors that pile up on the way would make the levels worthless long before they are wrong. */
  @ParameterizedTest
  @ValueSource(strings = {"classifier.1", "classifier.3", "features.10", "features.27"})
  void errorsStaySmallDownToTheLastNeuron(String name) {
    LayerPair pair = layer(name, 2000);
    MatchSpectrum spectrum = spectrum("java", pair);
    int neurons = 0;
    for (Group group : Group.values()) {
      int count = (group == Group.X ? pair.x() : pair.y()).neurons();
      for (int neuron = 0; neuron < count; neuron++) {
        assertTrue(spectrum.levelError(group, neuron) < 1e-6, group + " " + neuron);
        neurons += spectrum.level(group, neuron).isPresent() ? 1 : 0;
      }
    }
    assertTrue(neurons > 200, neurons + " living neurons");
  }

  @ParameterizedTest
  @CsvSource({"classifier.4, 4000", "features.2, 2000", "features.6, 1500"})
  void bothBackendsFindTheSameLevels(String name, int samples) {
    LayerPair pair = layer(name, samples);
    MatchSpectrum found = spectrum("java", pair);
    MatchSpectrum expected = spectrum("reference", pair);
    for (Group group : Group.values()) {
      int count = (group == Group.X ? pair.x() : pair.y()).neurons();
      for (int neuron = 0; neuron < count; neuron++) {
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
