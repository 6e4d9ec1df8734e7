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
 * ways and eigenspace overlap, {@code alone} or beside a table that has been asked for its
 * distances already, as {@code spanmatch measures} has one.
 *
 * <p>{@code table} makes the table of the same Gram matrix and asks for all distances both ways:
 * the time of a table that the others are held against. {@code chance} is the similarity by chance.
 *
 * <p>Before a trial is measured, R² is compared with what the distances of the table of the centred
 * Gram matrix say.
 */
public class MeasuresBenchmark extends KernelBenchmark {
  private static final Set<String> CHEAP = Set.of("linearCka", "r2X", "r2Y", "eigenspaceOverlap");

  // Squares of n neurons beside the Gram matrix: inner products, factors, and a decomposition.
  private static final int SQUARES = 24;

  private Gram gram;
  private ProjectionTable table;

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
    table = kernel().table(gram, 0, 1);
    LayerGrams layers = LayerGrams.of(gram, 0, 1, kernel());
    try (ProjectionTable centred = kernel().table(gram.centred(), 0, 1)) {
      for (Group group : Group.values()) {
        double expected = predicted(centred.distances(group), centred, group);
        Measure r2 = measure("r2" + group);
        Checks.requireR2(r2.of(layers).orElseThrow(), expected, neurons);
        r2.of(table).ifPresent(found -> Checks.requireR2(found, expected, neurons));
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

  private static Measure measure(String name) {
    return Measure.all().stream()
        .filter(measure -> measure.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Measures all measures, and the similarity by chance. */
  @Benchmark
  public double all() {
    LayerGrams layers = LayerGrams.of(gram, 0, 1, kernel());
    double sum = chance();
    for (Measure measure : Measure.all()) {
      sum += measure.of(layers).orElse(0);
    }
    return sum;
  }

  /** Measures the similarity by chance. */
  @Benchmark
  public double chance() {
    return Chance.of(gram, 0, 1, kernel()).similarity(0.5);
  }

  /** Measures the measures that need no decomposition but a Cholesky factor. */
  @Benchmark
  public double alone() {
    LayerGrams layers = LayerGrams.of(gram, 0, 1, kernel());
    return CHEAP.stream().mapToDouble(name -> measure(name).of(layers).orElse(0)).sum();
  }

  /** Measures the same beside a table whose distances are known. */
  @Benchmark
  public double cheap() {
    LayerGrams layers = LayerGrams.of(gram, 0, 1, kernel());
    double sum = 0;
    for (String name : CHEAP) {
      Measure measure = measure(name);
      OptionalDouble asked = measure.asksTable() ? measure.of(table) : OptionalDouble.empty();
      sum += (asked.isPresent() ? asked : measure.of(layers)).orElse(0);
    }
    return sum;
  }

  /** Measures the table of the same Gram matrix, with all distances. */
  @Benchmark
  public double table() {
    try (ProjectionTable made = kernel().table(gram, 0, 1)) {
      return made.distances(Group.X).distance(0) + made.distances(Group.Y).distance(0);
    }
  }

  @Override
  protected void free() {
    table.close();
    gram = null;
  }
}
