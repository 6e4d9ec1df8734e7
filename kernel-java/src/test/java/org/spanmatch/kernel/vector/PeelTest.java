package org.spanmatch.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.ProjectionTable.Mark;
import org.spanmatch.kernel.ProjectionTable.Peeled;
import org.spanmatch.kernel.selection.Kernels;

/** Peeling in one loop finds what asking for all distances before each removal finds. */
class PeelTest {
  /** Each third neuron is within a relative distance of the one before it; one is dead. */
  private static Layer layer(long seed, int neurons, int samples, double nearest) {
    SplittableRandom shared = new SplittableRandom(1);
    SplittableRandom own = new SplittableRandom(seed);
    double[][] values = new double[neurons][samples];
    for (int i = 1; i < neurons; i++) {
      for (int sample = 0; sample < samples; sample++) {
        double fresh = Math.max(0, shared.nextDouble(-1, 1) + own.nextDouble(-1, 1));
        values[i][sample] = i % 3 == 0 ? values[i - 1][sample] + nearest * fresh : fresh;
      }
    }
    return Layers.ofNeurons("layer", values);
  }

  /** Runs the default method of the interface on a table that has another. */
  private static List<Peeled> peeledByQuestions(ProjectionTable table) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("peel")) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
          }
          try {
            return method.invoke(table, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    ProjectionTable asking =
        (ProjectionTable)
            Proxy.newProxyInstance(
                PeelTest.class.getClassLoader(), new Class<?>[] {ProjectionTable.class}, handler);
    return asking.peel(Progress.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "40, 40, 200, 1, STANDARD",
    "60, 30, 300, 1e-2, STANDARD",
    "40, 50, 200, 1e-4, STANDARD",
    "40, 40, 200, 1e-9, STANDARD", // dependent by rounding: bounds are the distances
    "40, 40, 200, 0, STANDARD", // ties
    "40, 40, 30, 1, STANDARD", // the span is the whole space
    "1, 40, 200, 1, STANDARD",
    "40, 40, 200, 1e-4, HIGH",
    "40, 40, 200, 0, HIGH",
  })
  void bothWaysAgree(int xs, int ys, int samples, double nearest, Precision precision) {
    GramOptions options = GramOptions.defaults().withPrecision(precision);
    Layer x = layer(2, xs, samples, nearest);
    Layer y = layer(3, ys, samples, nearest);
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1));
        ProjectionTable table = kernel.compress(x, y, options)) {
      table.remove(Group.Y, 1, ys - 1);
      Mark mark = table.mark();
      List<Peeled> expected = peeledByQuestions(table);
      table.rollback(mark);
      List<Peeled> found = table.peel(Progress.NONE);
      assertEquals(expected.size(), found.size());
      for (int step = 0; step < expected.size(); step++) {
        assertEquals(expected.get(step), found.get(step), "step " + step);
      }
      assertEquals(0, table.remaining(Group.X).length + table.remaining(Group.Y).length);
    }
  }

  /** Large enough that threads share lines, products and passes. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 1e-3})
  void threadsChangeNoBit(double nearest) {
    Layer x = layer(2, 560, 1500, nearest);
    Layer y = layer(3, 700, 1500, nearest);
    List<Peeled> expected = null;
    for (int threads : new int[] {1, 2, 5}) {
      try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(threads));
          ProjectionTable table = kernel.compress(x, y, GramOptions.defaults())) {
        List<Peeled> found = table.peel(Progress.NONE);
        expected = expected == null ? found : expected;
        assertEquals(expected.size(), found.size());
        for (int step = 0; step < expected.size(); step++) {
          assertEquals(expected.get(step), found.get(step), threads + " threads, step " + step);
        }
      }
    }
  }

  @Test
  void aClosedTableRefuses() {
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(1))) {
      Layer layer = layer(2, 4, 9, 1);
      ProjectionTable table = kernel.compress(layer, layer, GramOptions.defaults());
      table.close();
      assertThrows(IllegalStateException.class, () -> table.peel(Progress.NONE));
    }
  }
}
