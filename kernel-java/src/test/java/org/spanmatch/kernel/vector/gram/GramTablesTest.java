package org.spanmatch.kernel.vector.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.NeuronNorms;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Moments;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.GramErrors;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Peeled;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.VectorKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.validation.Problem;

/** Tables of Gram matrices from elsewhere are those of the java kernel. */
class GramTablesTest {
  private static final double ROUNDOFF = 0x1p-53;

  /** What a backend with a Gram matrix of its own does. */
  private static ProjectionTable table(Problem problem, int threads) {
    Moments x = Moments.of(NeuronNorms.of(problem.layer(Group.X), done -> {}));
    Moments y = Moments.of(NeuronNorms.of(problem.layer(Group.Y), done -> {}));
    LivingNeurons xLiving = new LivingNeurons(x.neurons(), x.dead(0), 0);
    LivingNeurons yLiving = new LivingNeurons(y.neurons(), y.dead(0), xLiving.count());
    List<double[]> living = new ArrayList<>();
    problem.x().stream().filter(vector -> norm(vector) > 0).forEach(living::add);
    problem.y().stream().filter(vector -> norm(vector) > 0).forEach(living::add);
    return GramTables.of(
        unitGram(living),
        GramErrors.ofUnitNorm(problem.samples() * ROUNDOFF),
        ROUNDOFF,
        problem.samples(),
        Map.of(Group.X, xLiving, Group.Y, yLiving),
        Map.of(Group.X, x, Group.Y, y),
        threads);
  }

  private static double[][] unitGram(List<double[]> vectors) {
    double[][] gram = new double[vectors.size()][vectors.size()];
    for (int i = 0; i < gram.length; i++) {
      double[] left = vectors.get(i);
      gram[i][i] = 1;
      for (int j = 0; j < i; j++) {
        double[] right = vectors.get(j);
        gram[i][j] = dot(left, right) / norm(left) / norm(right);
        gram[j][i] = gram[i][j];
      }
    }
    return gram;
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int s = 0; s < left.length; s++) {
      sum += left[s] * right[s];
    }
    return sum;
  }

  private static double norm(double[] vector) {
    return Math.sqrt(dot(vector, vector));
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
            new VectorKernel(MicroKernel.choose(), new KernelOptions(1), "test");
        ProjectionTable expected =
            kernel.compress(problem.layer(Group.X), problem.layer(Group.Y), options);
        ProjectionTable table = table(problem, 2)) {
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
  void closingATableStopsItsThreads() throws InterruptedException {
    Problem problem = Problem.random(161, 300, 140, 140); // so large that threads pay
    Set<Thread> before = workers();
    ProjectionTable table = table(problem, 3);
    table.distances(Group.X);
    Set<Thread> started = workers();
    started.removeAll(before);
    assertFalse(started.isEmpty());
    table.close();
    for (Thread thread : started) {
      thread.join(TimeUnit.SECONDS.toMillis(10));
      assertFalse(thread.isAlive());
    }
  }

  private static Set<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("spanmatch-worker"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Test
  void theMatrixMustHaveThatShape() {
    Map<Group, LivingNeurons> groups =
        Map.of(
            Group.X,
            new LivingNeurons(2, List.of(1), 0),
            Group.Y,
            new LivingNeurons(1, List.of(), 1));
    Map<Group, Moments> moments =
        Map.of(
            Group.X, new Moments(new double[2], new double[2]),
            Group.Y, new Moments(new double[1], new double[1]));
    for (double[][] wrong : new double[][][] {new double[3][3], {{1, 0}, {0}}, new double[2][3]}) {
      assertThrows(
          IllegalArgumentException.class, () -> GramTables.of(wrong, 0, 0, 5, groups, moments, 1));
    }
    double[][] axes = {{1, 0}, {0, 1}};
    try (ProjectionTable table = GramTables.of(axes, 0, 0, 5, groups, moments, 1)) {
      assertEquals(1, table.distances(Group.X).distance(0));
    }
    Map<Group, LivingNeurons> many =
        Map.of(
            Group.X,
            new LivingNeurons(GramTables.MAX_NEURONS, List.of(), 0),
            Group.Y,
            new LivingNeurons(1, List.of(), GramTables.MAX_NEURONS));
    assertThrows(
        IllegalArgumentException.class,
        () -> GramTables.of(new double[0][0], 0, 0, 5, many, moments, 1));
  }

  @Test
  void theEstimateHoldsTheMatrixAndBothTableaus() {
    assertTrue(GramTables.heapBytes(1000, 2000) >= 8L * (3000 * 3000 + 3000 * (1000 + 2000)));
    assertTrue(GramTables.heapBytes(40_000, 6_000) > Integer.MAX_VALUE);
  }
}
