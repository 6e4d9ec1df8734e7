package org.spanmatch.kernel.vector;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.spanmatch.data.LayerActivations;
import org.spanmatch.data.LayerPair;
import org.spanmatch.data.NeuronNorms;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.reference.ReferenceProvider;

/**
 * The Gram route: one pass over the activations, and Cholesky factors afterwards. High precision is
 * left to the reference kernel.
 */
final class VectorKernel implements ProjectionKernel {
  // Squared norms in this range neither overflowed nor lost digits to underflow.
  private static final double LEAST_SQUARE = 1e-280;
  private static final double LARGEST_SQUARE = 1e280;

  private static final int THREADS_PER_CORE = 4;

  private final MicroKernel microKernel;
  private final Workers workers;
  // The orthogonal method has one implementation so far.
  private final ProjectionKernel orthogonal;
  private final KernelInfo info;

  VectorKernel(MicroKernel microKernel, KernelOptions options, String reason) {
    this.microKernel = microKernel;
    // More threads than this only take memory.
    int threads =
        Math.min(options.threads(), THREADS_PER_CORE * Runtime.getRuntime().availableProcessors());
    this.workers = new Workers(threads);
    this.orthogonal = new ReferenceProvider().open(options, reason);
    this.info =
        new KernelInfo(
            VectorProvider.NAME,
            "CPU, " + microKernel.description(),
            threads,
            "float64, Gram matrix and Cholesky; Householder QR for high precision",
            reason);
  }

  @Override
  public KernelInfo info() {
    return info;
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    return precision == Precision.HIGH
        ? orthogonal.heapBytes(xNeurons, yNeurons, samples, precision)
        : GramMatrix.bytes(xNeurons, yNeurons, samples, microKernel.width());
  }

  @Override
  public ProjectionTable compress(
      LayerActivations x, LayerActivations y, CompressionOptions options) {
    LayerPair.requireSameSamples(x, y);
    if (options.precision() == Precision.HIGH) {
      return orthogonal.compress(x, y, options);
    }
    GramMatrix gram = GramMatrix.of(x, y, null, null, microKernel, workers, options.progress());
    double threshold = options.deadThreshold();
    List<Integer> xDead;
    List<Integer> yDead;
    if (isSafe(gram, x.neurons(), gram::xColumn, threshold)
        && isSafe(gram, y.neurons(), gram::yColumn, threshold)) {
      xDead = dead(gram, x.neurons(), gram::xColumn, threshold);
      yDead = dead(gram, y.neurons(), gram::yColumn, threshold);
    } else {
      // Not finite, or of extreme size: this names the value, or finds scales that cure it.
      NeuronNorms xNorms = NeuronNorms.of(x, done -> {});
      NeuronNorms yNorms = NeuronNorms.of(y, done -> {});
      gram =
          GramMatrix.of(
              x,
              y,
              scales(xNorms, x.neurons()),
              scales(yNorms, y.neurons()),
              microKernel,
              workers,
              options.progress());
      xDead = xNorms.dead(threshold);
      yDead = yNorms.dead(threshold);
    }
    LivingNeurons xLiving = new LivingNeurons(x.neurons(), xDead, 0);
    LivingNeurons yLiving = new LivingNeurons(y.neurons(), yDead, xLiving.count());
    return new GramTable(
        x.samples(),
        unitGram(gram, xLiving, yLiving),
        // Scaling to norm 1 rounds a few times, and the norms carry the error of the sums.
        2 * gram.relativeError() + 4 * 0x1p-53,
        Math.max(x.type().roundoff(), y.type().roundoff()),
        Map.of(Group.X, xLiving, Group.Y, yLiving));
  }

  /** Whether all squared norms are exact enough; those far below the threshold need not be. */
  private static boolean isSafe(
      GramMatrix gram, int neurons, IntUnaryOperator column, double threshold) {
    for (int neuron = 0; neuron < neurons; neuron++) {
      double square = gram.get(column.applyAsInt(neuron), column.applyAsInt(neuron));
      boolean clearlyDead = square < LEAST_SQUARE && threshold > Math.sqrt(LEAST_SQUARE) * 2;
      if (!(clearlyDead || (square >= LEAST_SQUARE && square <= LARGEST_SQUARE))) {
        return false;
      }
    }
    return true;
  }

  private static List<Integer> dead(
      GramMatrix gram, int neurons, IntUnaryOperator column, double threshold) {
    return IntStream.range(0, neurons)
        .filter(
            neuron ->
                Math.sqrt(gram.get(column.applyAsInt(neuron), column.applyAsInt(neuron)))
                    <= threshold)
        .boxed()
        .toList();
  }

  private static double[] scales(NeuronNorms norms, int neurons) {
    double[] scales = new double[neurons];
    Arrays.setAll(scales, norms::scale);
    return scales;
  }

  private static double[][] unitGram(GramMatrix gram, LivingNeurons x, LivingNeurons y) {
    int[] columns = new int[x.count() + y.count()];
    for (int neuron = 0; neuron < x.neurons(); neuron++) {
      if (x.contains(neuron)) {
        columns[x.column(neuron)] = gram.xColumn(neuron);
      }
    }
    for (int neuron = 0; neuron < y.neurons(); neuron++) {
      if (y.contains(neuron)) {
        columns[y.column(neuron)] = gram.yColumn(neuron);
      }
    }
    double[] norms = new double[columns.length];
    Arrays.setAll(norms, i -> Math.sqrt(gram.get(columns[i], columns[i])));
    double[][] unit = new double[columns.length][columns.length];
    for (int i = 0; i < columns.length; i++) {
      unit[i][i] = 1;
      for (int j = 0; j < i; j++) {
        double cosine = gram.get(columns[i], columns[j]) / norms[i] / norms[j];
        unit[i][j] = cosine;
        unit[j][i] = cosine;
      }
    }
    return unit;
  }

  @Override
  public void close() {
    workers.close();
    orthogonal.close();
  }
}
