package org.spanmatch.kernel.vector;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.spanmatch.data.LayerActivations;
import org.spanmatch.data.LayerPair;
import org.spanmatch.data.NeuronNorms;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.HeapMemory;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * One pass over the activations reduces them to their Gram matrix or, for high precision, to their
 * triangular factor; a table of swept projections answers all questions from there.
 */
final class VectorKernel implements ProjectionKernel {
  // The squares of norms in this range neither overflowed nor lost digits to underflow, nor do sums
  // of products of such vectors.
  private static final double LEAST_NORM = 1e-140;
  private static final double LARGEST_NORM = 1e140;

  // A matrix with so many rows and columns, and their padding, fits one array of 2³¹ − 1 elements.
  private static final int MAX_NEURONS = 46_300;

  private static final int THREADS_PER_CORE = 4;

  private final MicroKernel microKernel;
  private final Workers workers;
  private final KernelInfo info;

  VectorKernel(MicroKernel microKernel, KernelOptions options, String reason) {
    this.microKernel = microKernel;
    // More threads than this only take memory.
    int threads =
        Math.min(options.threads(), THREADS_PER_CORE * Runtime.getRuntime().availableProcessors());
    this.workers = new Workers(threads);
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
  public boolean hasCheapRemovals() {
    return true;
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    double reading =
        precision == Precision.HIGH
            ? TallSkinnyQr.bytes((long) xNeurons + yNeurons, samples, workers.threads())
            : GramMatrix.bytes(xNeurons, yNeurons, samples, microKernel.width());
    return (long) Math.max(reading, SweptTable.bytes(xNeurons, yNeurons));
  }

  @Override
  public ProjectionTable compress(
      LayerActivations x, LayerActivations y, CompressionOptions options) {
    LayerPair.requireSameSamples(x, y);
    if ((long) x.neurons() + y.neurons() > MAX_NEURONS) {
      throw new NotEnoughMemoryException(
          x.description()
              + ": "
              + x.neurons()
              + " + "
              + y.neurons()
              + " neurons are more than the "
              + MAX_NEURONS
              + " that the java backend can hold");
    }
    HeapMemory.require(heapBytes(x.neurons(), y.neurons(), x.samples(), options.precision()), x, y);
    JointMatrix joint = read(x, y, null, null, options);
    Moments xMoments = joint.moments(Group.X);
    Moments yMoments = joint.moments(Group.Y);
    double threshold = options.deadThreshold();
    if (!isSafe(xMoments, threshold) || !isSafe(yMoments, threshold)) {
      // Not finite, or of extreme size: this names the value, or finds scales that cure it.
      NeuronNorms xNorms = NeuronNorms.of(x, done -> {});
      NeuronNorms yNorms = NeuronNorms.of(y, done -> {});
      joint = read(x, y, scales(xNorms), scales(yNorms), options);
      xMoments = Moments.of(xNorms);
      yMoments = Moments.of(yNorms);
    }
    LivingNeurons xLiving = new LivingNeurons(x.neurons(), dead(xMoments, threshold), 0);
    LivingNeurons yLiving =
        new LivingNeurons(y.neurons(), dead(yMoments, threshold), xLiving.count());
    int[] columns = new int[xLiving.count() + yLiving.count()];
    putColumns(joint, Group.X, xLiving, columns);
    putColumns(joint, Group.Y, yLiving, columns);
    Multiplier multiplier = new Multiplier(microKernel, workers);
    double storageRoundoff = Math.max(x.type().roundoff(), y.type().roundoff());
    return new SweptTable(
        joint.unitVectors(columns, storageRoundoff, multiplier),
        multiplier,
        x.samples(),
        Map.of(Group.X, xLiving, Group.Y, yLiving),
        Map.of(Group.X, xMoments, Group.Y, yMoments));
  }

  private JointMatrix read(
      LayerActivations x,
      LayerActivations y,
      double[] xScales,
      double[] yScales,
      CompressionOptions options) {
    return options.precision() == Precision.HIGH
        ? TallSkinnyQr.of(x, y, xScales, yScales, microKernel, workers, options.progress())
        : GramMatrix.of(x, y, xScales, yScales, microKernel, workers, options.progress());
  }

  /** Whether all norms are exact enough; those far below the threshold need not be. */
  private static boolean isSafe(Moments moments, double threshold) {
    for (int neuron = 0; neuron < moments.neurons(); neuron++) {
      double norm = moments.norm(neuron);
      boolean clearlyDead = norm < LEAST_NORM && threshold > LEAST_NORM * 2;
      if (!(clearlyDead || (norm >= LEAST_NORM && norm <= LARGEST_NORM))) {
        return false;
      }
    }
    return true;
  }

  private static List<Integer> dead(Moments moments, double threshold) {
    return IntStream.range(0, moments.neurons())
        .filter(neuron -> moments.norm(neuron) <= threshold)
        .boxed()
        .toList();
  }

  private static void putColumns(
      JointMatrix joint, Group group, LivingNeurons living, int[] columns) {
    for (int neuron = 0; neuron < living.neurons(); neuron++) {
      if (living.contains(neuron)) {
        columns[living.column(neuron)] = joint.column(group, neuron);
      }
    }
  }

  private static double[] scales(NeuronNorms norms) {
    double[] scales = new double[norms.neurons()];
    Arrays.setAll(scales, norms::scale);
    return scales;
  }

  @Override
  public void close() {
    workers.close();
  }
}
