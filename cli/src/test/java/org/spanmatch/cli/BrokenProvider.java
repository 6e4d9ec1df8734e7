package org.spanmatch.cli;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.reference.ReferenceProvider;

/**
 * A backend for tests that does with distances what a system property says; not a service unless a
 * test makes it one.
 */
public final class BrokenProvider implements KernelProvider {
  /** The system property: off, nan, throws, hangs or absent. */
  static final String FAULT = "spanmatch.test.fault";

  @Override
  public String name() {
    return "broken";
  }

  @Override
  public String description() {
    return "a fake";
  }

  @Override
  public int priority() {
    return -100;
  }

  @Override
  public Optional<Unavailable> unavailable() {
    return fault().equals("absent")
        ? Optional.of(new Unavailable("no device", "plug one in"))
        : Optional.empty();
  }

  private static String fault() {
    return System.getProperty(FAULT, "off");
  }

  @Override
  public ProjectionKernel open(KernelOptions options, String reason) {
    ProjectionKernel good = new ReferenceProvider().open(options, reason);
    return new ProjectionKernel() {
      @Override
      public ProjectionKernel.Info info() {
        return new ProjectionKernel.Info("broken", "none", 1, "guesses", reason);
      }

      @Override
      public Gram gram(
          List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options) {
        return good.gram(layers, pairs, options);
      }

      @Override
      public ProjectionTable table(Gram gram, int x, int y) {
        return broken(good.table(gram, x, y));
      }

      @Override
      public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
        return good.heapBytes(xNeurons, yNeurons, samples, precision);
      }

      @Override
      public void close() {
        good.close();
      }
    };
  }

  private static ProjectionTable broken(ProjectionTable good) {
    return (ProjectionTable)
        Proxy.newProxyInstance(
            ProjectionTable.class.getClassLoader(),
            new Class<?>[] {ProjectionTable.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(good, arguments);
              return result instanceof Distances distances ? broken(distances) : result;
            });
  }

  private static Distances broken(Distances good) {
    return switch (fault()) {
      case "off" -> changed(good, 1e-7);
      case "nan" -> changed(good, Double.NaN);
      case "throws" -> throw new KernelException.Failed("the device was lost", null);
      default -> {
        while (true) {
          Thread.onSpinWait(); // deaf to interruption, as native code is
        }
      }
    };
  }

  /** The first distance is another one. */
  private static Distances changed(Distances good, double by) {
    int size = good.size();
    int[] neurons = new int[size];
    double[] distances = new double[size];
    double[] bounds = new double[size];
    Arrays.setAll(neurons, good::neuron);
    Arrays.setAll(distances, good::distance);
    Arrays.setAll(bounds, good::errorBound);
    if (size > 0) {
      distances[0] = distances[0] > 0.5 ? distances[0] - by : distances[0] + by;
    }
    return new Distances(neurons, distances, bounds, new double[size], 0);
  }
}
