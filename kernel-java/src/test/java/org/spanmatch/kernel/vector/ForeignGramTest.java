package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Peeled;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.validation.Problem;

/** Tables of Gram matrices from elsewhere are those of the java kernel. */
class ForeignGramTest {
  private static final double ROUNDOFF = 0x1p-53;

  /** What a tool that has a Gram matrix does. */
  private static Gram gram(Problem problem) {
    double error = problem.samples() * ROUNDOFF;
    return new GramMatrix(
        List.of(layer(problem, Group.X), layer(problem, Group.Y)),
        problem.samples(),
        0,
        error,
        Map.of(
            new GramPair(0, 0), triangle(problem.x()),
            new GramPair(1, 1), triangle(problem.y()),
            new GramPair(0, 1), rectangle(problem.x(), problem.y())),
        Map.of());
  }

  private static GramLayer layer(Problem problem, Group group) {
    List<double[]> vectors = problem.vectors(group);
    double[] squares = vectors.stream().mapToDouble(vector -> dot(vector, vector)).toArray();
    double[] sums = vectors.stream().mapToDouble(v -> Arrays.stream(v).sum()).toArray();
    double[] fourths =
        vectors.stream().mapToDouble(v -> Arrays.stream(v).map(z -> z * z * z * z).sum()).toArray();
    long[] active =
        vectors.stream().mapToLong(v -> Arrays.stream(v).filter(z -> z != 0).count()).toArray();
    return new GramLayer(
        group == Group.X ? 0 : 1,
        "layer",
        List.of("elsewhere"),
        List.of((long) problem.samples()),
        ROUNDOFF,
        Moments.of(sums, squares, fourths, active));
  }

  private static double[] triangle(List<double[]> vectors) {
    double[] packed = new double[vectors.size() * (vectors.size() + 1) / 2];
    int next = 0;
    for (int i = 0; i < vectors.size(); i++) {
      for (int j = i; j < vectors.size(); j++) {
        packed[next++] = dot(vectors.get(i), vectors.get(j));
      }
    }
    return packed;
  }

  private static double[] rectangle(List<double[]> rows, List<double[]> columns) {
    return rows.stream()
        .flatMapToDouble(row -> columns.stream().mapToDouble(column -> dot(row, column)))
        .toArray();
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int s = 0; s < left.length; s++) {
      sum += left[s] * right[s];
    }
    return sum;
  }

  private static void assertAgree(ProjectionTable expected, ProjectionTable found) {
    for (Group group : Group.values()) {
      assertEquals(
          Arrays.toString(expected.remaining(group)), Arrays.toString(found.remaining(group)));
      Distances a = expected.distances(group);
      Distances b = found.distances(group);
      for (int i = 0; i < a.size(); i++) {
        assertEquals(a.distance(i), b.distance(i), a.errorBound(i) + b.errorBound(i));
        assertTrue(b.errorBound(i) < 1e-6, "or it says nothing: " + b.errorBound(i));
      }
    }
  }

  @Test
  void agreesWithTheKernelUnderRemovals() {
    Problem problem = Problem.relu(160, 400, 40, 50);
    Arrays.fill(problem.x().get(3), 0);
    Arrays.fill(problem.y().get(0), 0);
    GramOptions options = new GramOptions(0, Precision.STANDARD, Progress.NONE);
    try (ProjectionKernel kernel =
            new VectorKernel(
                MicroKernels.only(MicroKernel.choose()), new KernelOptions(1), "test");
        ProjectionTable expected =
            kernel.compress(problem.layer(Group.X), problem.layer(Group.Y), options);
        ProjectionTable table = kernel.table(gram(problem), 0, 1)) {
      assertEquals(Precision.STANDARD, table.precision());
      assertEquals(400, table.samples());
      assertEquals(List.of(3), table.dead(Group.X));
      assertEquals(List.of(0), table.dead(Group.Y));
      double sum = expected.moments(Group.Y).sum(7);
      assertEquals(sum, table.moments(Group.Y).sum(7), 1e-10 * sum);
      assertAgree(expected, table);
      for (int neuron : new int[] {5, 17, 29, 11}) {
        for (Group group : Group.values()) {
          expected.remove(group, neuron);
          table.remove(group, neuron);
          assertAgree(expected, table);
        }
      }
      ProjectionTable.Mark mark = table.mark();
      List<Peeled> peeled = table.peel(Progress.NONE);
      assertEquals(80, peeled.size());
      table.rollback(mark);
      assertAgree(expected, table);
    }
  }

  @Test
  void moreNeuronsThanOneMatrixHoldsAreRefused() {
    Layer large = Layers.of("large", 1, 46_300, new float[46_300]);
    Layer small = Layers.of("small", 1, 1, new float[1]);
    try (ProjectionKernel kernel =
        new VectorKernel(MicroKernels.only(MicroKernel.choose()), new KernelOptions(1), "test")) {
      NotEnoughMemoryException e =
          assertThrows(
              NotEnoughMemoryException.class,
              () -> kernel.gram(List.of(large, small), GramPair.all(2), GramOptions.defaults()));
      assertTrue(e.getMessage().contains("46300 + 1 neurons are more than the 46300"));
    }
  }
}
