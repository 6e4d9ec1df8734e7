package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Effort;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MatchSpectrum;

/** What a table has to compute, counted: removals must not cost factorisations. */
class EffortTest {
  private static final int NEURONS = 120;

  private static Layer layer(long seed) {
    SplittableRandom shared = new SplittableRandom(1);
    SplittableRandom own = new SplittableRandom(seed);
    double[][] neurons = new double[NEURONS][4 * NEURONS];
    for (double[] neuron : neurons) {
      for (int sample = 0; sample < neuron.length; sample++) {
        double value = shared.nextDouble(-1, 1) + own.nextDouble(-1, 1);
        neuron[sample] = Math.max(0, value);
      }
    }
    return Layers.ofNeurons("layer", neurons);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void aSpectrumTakesTwoFactorisationsOfEachGroup(Precision precision) {
    GramOptions options = GramOptions.defaults().withPrecision(precision);
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1));
        ProjectionTable table = kernel.compress(layer(2), layer(3), options)) {
      assertEquals(Optional.of(Effort.NONE), table.effort());
      table.distances(Group.X);
      assertEquals(1, table.effort().orElseThrow().factorisations());
      MatchSpectrum.of(table);
      Effort effort = table.effort().orElseThrow();
      // Two at the start, and one of each group when a quarter of its neurons is left.
      assertEquals(4, effort.factorisations());
      double cube = Math.pow(NEURONS, 3);
      // Per table: 11/3 n³ to factorise, project and invert a Gram matrix, 8 n³ more to reflect
      // vectors of 2n elements. Removals add 1.9 n³ for products with as many rows as at the start,
      // and up to 1.6 n³ to read lines with 16 pending updates in the mean.
      double operations = effort.operations() / cube;
      assertTrue(operations > 2 * (11.0 / 3 + 1.5), operations + " n³");
      assertTrue(operations < (precision == Precision.HIGH ? 40 : 16), operations + " n³");
      assertTrue(effort.plus(effort).operations() == 2 * effort.operations());
    }
  }
}
