package org.spanmatch.benchmarks;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.similarity.Chance;
import org.spanmatch.similarity.LayerGrams;
import org.spanmatch.similarity.Measure;
import org.spanmatch.tuning.KernelBenchmark;

/**
 * Measures measures of similarity of two layers of n neurons each, and the similarity by chance,
 * starting from the Gram matrix: {@code all} of them, or {@code cheap} ones, which are CKA, R² both
 * ways and eigenspace overlap.
 *
 * <p>{@code table} makes the table of the same Gram matrix and asks for all distances both ways.
 *
 * <p>Before a trial is measured, R² is compared with what the distances of the table of the centred
 * Gram matrix say.
 */
public class MeasuresBenchmark extends KernelBenchmark {
  private static final Set<String> CHEAP = Set.of("linearCka", "r2X", "r2Y", "eigenspaceOverlap");

  // Squares of n neurons beside the Gram matrix: inner products, factors, and a decomposition.
  private static final int SQUARES = 24;

  private Gram gram;

  @Override
  protected double keptBytes() {
    return SQUARES * 8.0 * neurons * neurons;
  }

  @Override
  protected void check() {
    gram =
        kernel()
            .gram(
                List.of(data().layer(Group.X), data().layer(Group.Y)),
                GramPair.all(2),
                compression().withNormProducts());
    Gram centred = gram.centred();
    LayerGrams layers = LayerGrams.of(gram, 0, 1, threads);
    try (ProjectionTable table = kernel().table(centred, 0, 1)) {
      for (Group group : Group.values()) {
        double expected = predicted(table.distances(group), table, group);
        double found = value("r2" + group, layers).orElseThrow();
        Checks.requireR2(found, expected, neurons);
      }
    }
  }

  /** The share of the variance of a layer's neurons that lies in the other layer's span. */
  private static double predicted(Distances distances, ProjectionTable table, Group group) {
    double predicted = 0;
    double all = 0;
    for (int i = 0; i < distances.size(); i++) {
      double norm = table.moments(group).norm(distances.neuron(i));
      double distance = distances.distance(i);
      predicted += norm * norm * (1 - distance * distance);
      all += norm * norm;
    }
    return predicted / all;
  }

  private static OptionalDouble value(String name, LayerGrams layers) {
    return Measure.all().stream()
        .filter(measure -> measure.name().equals(name))
        .findFirst()
        .orElseThrow()
        .of(layers);
  }

  /** Measures all measures, and the similarity by chance. */
  @Benchmark
  public double all() {
    LayerGrams layers = LayerGrams.of(gram, 0, 1, threads);
    double sum = Chance.of(gram, 0, 1, threads).similarity(0.5);
    for (Measure measure : Measure.all()) {
      sum += measure.of(layers).orElse(0);
    }
    return sum;
  }

  /** Measures the measures that need no decomposition but a Cholesky factor. */
  @Benchmark
  public double cheap() {
    LayerGrams layers = LayerGrams.of(gram, 0, 1, threads);
    double sum = 0;
    for (Measure measure : Measure.all()) {
      if (CHEAP.contains(measure.name())) {
        sum += measure.of(layers).orElse(0);
      }
    }
    return sum;
  }

  /** Measures the table of the same Gram matrix, with all distances. */
  @Benchmark
  public double table() {
    try (ProjectionTable table = kernel().table(gram, 0, 1)) {
      return table.distances(Group.X).distance(0) + table.distances(Group.Y).distance(0);
    }
  }

  @Override
  protected void free() {
    gram = null;
  }
}
