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
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * One pass over the activations reduces them to their Gram matrix or, for high precision, to their
 * triangular factor; a table of swept projections answers all questions from there.
 */
final class VectorKernel implements ProjectionKernel {
  // Squared norms in this range neither overflowed nor lost digits to underflow, nor do sums of
  // products of such vectors.
  private static final double LEAST_SQUARE = 1e-280;
  private static final double LARGEST_SQUARE = 1e280;

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
    double threshold = options.deadThreshold();
    List<Integer> xDead;
    List<Integer> yDead;
    if (isSafe(joint, Group.X, x.neurons(), threshold)
        && isSafe(joint, Group.Y, y.neurons(), threshold)) {
      xDead = dead(joint, Group.X, x.neurons(), threshold);
      yDead = dead(joint, Group.Y, y.neurons(), threshold);
    } else {
      // Not finite, or of extreme size: this names the value, or finds scales that cure it.
      NeuronNorms xNorms = NeuronNorms.of(x, done -> {});
      NeuronNorms yNorms = NeuronNorms.of(y, done -> {});
      joint = read(x, y, scales(xNorms, x.neurons()), scales(yNorms, y.neurons()), options);
      xDead = xNorms.dead(threshold);
      yDead = yNorms.dead(threshold);
    }
    LivingNeurons xLiving = new LivingNeurons(x.neurons(), xDead, 0);
    LivingNeurons yLiving = new LivingNeurons(y.neurons(), yDead, xLiving.count());
    int[] columns = new int[xLiving.count() + yLiving.count()];
    putColumns(joint, Group.X, xLiving, columns);
    putColumns(joint, Group.Y, yLiving, columns);
    Multiplier multiplier = new Multiplier(microKernel, workers);
    double storageRoundoff = Math.max(x.type().roundoff(), y.type().roundoff());
    return new SweptTable(
        joint.unitVectors(columns, storageRoundoff, multiplier),
        multiplier,
        x.samples(),
        Map.of(Group.X, xLiving, Group.Y, yLiving));
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

  /** Whether all squared norms are exact enough; those far below the threshold need not be. */
  private static boolean isSafe(JointMatrix joint, Group group, int neurons, double threshold) {
    for (int neuron = 0; neuron < neurons; neuron++) {
      double square = joint.square(group, neuron);
      boolean clearlyDead = square < LEAST_SQUARE && threshold > Math.sqrt(LEAST_SQUARE) * 2;
      if (!(clearlyDead || (square >= LEAST_SQUARE && square <= LARGEST_SQUARE))) {
        return false;
      }
    }
    return true;
  }

  private static List<Integer> dead(JointMatrix joint, Group group, int neurons, double threshold) {
    return IntStream.range(0, neurons)
        .filter(neuron -> Math.sqrt(joint.square(group, neuron)) <= threshold)
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

  private static double[] scales(NeuronNorms norms, int neurons) {
    double[] scales = new double[neurons];
    Arrays.setAll(scales, norms::scale);
    return scales;
  }

  @Override
  public void close() {
    workers.close();
  }
}
