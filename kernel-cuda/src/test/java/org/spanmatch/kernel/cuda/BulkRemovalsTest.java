package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.VectorProvider;

/** Many neurons removed at once, in the midst of which a block of updates is full. */
class BulkRemovalsTest {
  private static final int SAMPLES = 1000;
  private static final int PROJECTED = 10;
  private static final int SPANNING = 300;

  // Each too few for a fresh start; the second and the third fill a block and begin another.
  private static final int[] REMOVALS = {50, 40, 50, 30};

  private static Layer layer(String name, int neurons, SplittableRandom random) {
    double[] values = random.doubles((long) SAMPLES * neurons, -1, 1).toArray();
    return Layers.of(name, SAMPLES, neurons, values);
  }

  @Test
  void distancesAreThoseToWhatIsLeft() {
    SplittableRandom random = new SplittableRandom(1);
    Layer x = layer("x", PROJECTED, random);
    Layer y = layer("y", SPANNING, random);
    try (ProjectionKernel kernel = Cudas.open(new KernelOptions(1));
        ProjectionKernel other = new VectorProvider().open(new KernelOptions(1), "test");
        ProjectionTable table = kernel.compress(x, y, GramOptions.defaults());
        ProjectionTable expected = other.compress(x, y, GramOptions.defaults())) {
      int first = 0;
      for (int count : REMOVALS) {
        assertSame(expected.distances(Group.X), table.distances(Group.X), first);
        int[] removed = IntStream.range(first, first + count).toArray();
        expected.remove(Group.Y, removed);
        table.remove(Group.Y, removed);
        first += count;
      }
      assertSame(expected.distances(Group.X), table.distances(Group.X), first);
    }
  }

  private static void assertSame(Distances expected, Distances found, int removed) {
    for (int i = 0; i < PROJECTED; i++) {
      assertEquals(
          expected.distance(i),
          found.distance(i),
          expected.errorBound(i) + found.errorBound(i),
          "neuron " + i + " after " + removed + " removals");
    }
  }
}
