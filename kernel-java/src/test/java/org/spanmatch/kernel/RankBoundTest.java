package org.spanmatch.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.backend.SampleRows;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.validation.Problem;
import org.spanmatch.validation.TrueSpan;

/**
 * Bounds hold on files where rounding hides a direction of the span, so that true distances differ
 * from those computed. Multiples, which hide no direction, are known.
 */
class RankBoundTest {
  private static List<double[]> vectors(Layer layer) {
    int samples = Math.toIntExact(layer.samples());
    double[] rows = new double[samples * layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(samples, reader.read(rows, samples));
    }
    List<double[]> vectors = new ArrayList<>();
    for (int j = 0; j < layer.neurons(); j++) {
      double[] vector = new double[samples];
      for (int i = 0; i < samples; i++) {
        vector[i] = rows[i * layer.neurons() + j];
      }
      vectors.add(vector);
    }
    return vectors;
  }

  private static ActivationFile file(String name) {
    return ActivationFile.open(TestData.shared("../cases/" + name));
  }

  @ParameterizedTest
  @CsvSource({
    "05-rank-bound/n14a.npz, 05-rank-bound/n14b.npz",
    "05-rank-bound/k30a.npz, 05-rank-bound/k30b.npz",
    "05-rank-bound/sm_a.npz, 05-rank-bound/sm_b.npz",
    "eps0/tau_A.npy, eps0/tau_B.npy"
  })
  void trueDistancesAreWithinTheBounds(String x, String y) {
    LayerPair.OfActivations pair =
        LayerPairs.of(file(x), file(y), name -> true, List.of()).pairs().get(0);
    PerGroup<Layer> layers = PerGroup.of(pair.x(), pair.y());
    PerGroup<List<double[]>> vectors = layers.map(RankBoundTest::vectors);
    for (String backend : List.of("java", "reference")) {
      for (Precision precision : Precision.values()) {
        GramOptions options = new GramOptions(0, precision, Progress.NONE);
        try (ProjectionKernel kernel = Kernels.open(backend, new KernelOptions(1));
            ProjectionTable table = kernel.compress(layers.x(), layers.y(), options)) {
          for (Group group : Group.values()) {
            TrueSpan span =
                TrueSpan.of(Math.toIntExact(table.samples()), vectors.get(group.other()))
                    .orElseThrow();
            Distances found = table.distances(group);
            for (int i = 0; i < found.size(); i++) {
              double expected = span.distance(vectors.get(group).get(found.neuron(i)));
              double error = Math.abs(found.distance(i) - expected);
              String message = backend + ", " + precision + ": " + i + " of " + found;
              assertTrue(error <= found.errorBound(i), message);
            }
          }
        }
      }
    }
  }

  /** Multiples are proven while activations stream by; a Gram matrix has rounded products. */
  @ParameterizedTest
  @ValueSource(strings = {"java", "reference"})
  void multiplesAreProvenAtHighPrecision(String backend) {
    double[][] vectors = {
      {1, 2, 3, 5}, {3, 1, 0, 2}, {2, 4, 6, 10}, {-1, -2, -3, -5}, {4, 3, 3, 7}
    };
    Problem problem = new Problem(4, List.of(vectors), List.of(vectors[4], vectors[1]));
    GramOptions options = new GramOptions(0, Precision.HIGH, Progress.NONE);
    try (ProjectionKernel kernel = Kernels.open(backend, new KernelOptions(1));
        ProjectionTable table =
            kernel.compress(problem.layer(Group.X), problem.layer(Group.Y), options)) {
      assertEquals(2, table.multiples(Group.X));
      assertEquals(0, table.multiples(Group.Y));
      assertEquals(2, table.rank(Group.X)); // the last is the sum of the first two
      ProjectionTable.Mark mark = table.mark();
      table.remove(Group.X, 0);
      assertEquals(1, table.multiples(Group.X));
      table.remove(Group.X, 3);
      assertEquals(0, table.multiples(Group.X));
      table.rollback(mark);
      assertEquals(2, table.multiples(Group.X));
    }
  }
}
