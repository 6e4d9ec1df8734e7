package org.spanmatch.kernel.vector;

import java.util.Map;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.NeuronNorms;
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
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.WorkerPool;
import org.spanmatch.kernel.vector.gram.GramMatrix;
import org.spanmatch.kernel.vector.gram.GramTables;
import org.spanmatch.kernel.vector.projection.JointMatrix;
import org.spanmatch.kernel.vector.projection.SweptTable;
import org.spanmatch.kernel.vector.qr.TallSkinnyQr;

/**
 * One pass over the activations reduces them to their Gram matrix or, for high precision, to their
 * triangular factor; a table of swept projections answers all questions from there.
 */
public final class VectorKernel implements ProjectionKernel {
  private final MicroKernel microKernel;
  private final WorkerPool workers;
  private final KernelInfo info;

  public VectorKernel(MicroKernel microKernel, KernelOptions options, String reason) {
    this.microKernel = microKernel;
    this.workers = WorkerPool.atMost(options.threads());
    this.info =
        new KernelInfo(
            VectorProvider.NAME,
            "CPU, " + microKernel.description(),
            workers.threads(),
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
            : GramMatrix.bytes(xNeurons, yNeurons, samples, microKernel.nr());
    return (long) Math.max(reading, SweptTable.bytes(xNeurons, yNeurons));
  }

  @Override
  public ProjectionTable compress(Layer x, Layer y, CompressionOptions options) {
    Layer.requireSameSamples(x, y);
    if ((long) x.neurons() + y.neurons() > GramTables.MAX_NEURONS) {
      throw new NotEnoughMemoryException(
          x.description()
              + ": "
              + x.neurons()
              + " + "
              + y.neurons()
              + " neurons are more than the "
              + GramTables.MAX_NEURONS
              + " that the java backend can hold");
    }
    HeapMemory.require(heapBytes(x.neurons(), y.neurons(), x.samples(), options.precision()), x, y);
    JointMatrix joint = read(x, y, null, null, options);
    Moments xMoments = joint.moments(Group.X);
    Moments yMoments = joint.moments(Group.Y);
    double threshold = options.deadThreshold();
    if (!xMoments.areExact(threshold) || !yMoments.areExact(threshold)) {
      // Not finite, or of extreme size: this names the value, or finds scales that cure it.
      NeuronNorms xNorms = NeuronNorms.of(x, done -> {});
      NeuronNorms yNorms = NeuronNorms.of(y, done -> {});
      joint = read(x, y, xNorms.scales(), yNorms.scales(), options);
      xMoments = Moments.of(xNorms);
      yMoments = Moments.of(yNorms);
    }
    LivingNeurons xLiving = new LivingNeurons(x.neurons(), xMoments.dead(threshold), 0);
    LivingNeurons yLiving =
        new LivingNeurons(y.neurons(), yMoments.dead(threshold), xLiving.count());
    int[] columns = new int[xLiving.count() + yLiving.count()];
    putColumns(joint, Group.X, xLiving, columns);
    putColumns(joint, Group.Y, yLiving, columns);
    Gemm gemm = new Gemm(microKernel, workers);
    double storageRoundoff = Math.max(x.type().roundoff(), y.type().roundoff());
    return new SweptTable(
        joint.unitVectors(columns, storageRoundoff, gemm),
        gemm,
        x.samples(),
        Map.of(Group.X, xLiving, Group.Y, yLiving),
        Map.of(Group.X, xMoments, Group.Y, yMoments));
  }

  private JointMatrix read(
      Layer x, Layer y, double[] xScales, double[] yScales, CompressionOptions options) {
    return options.precision() == Precision.HIGH
        ? TallSkinnyQr.of(x, y, xScales, yScales, microKernel, workers, options.progress())
        : GramMatrix.of(x, y, xScales, yScales, microKernel, workers, options.progress());
  }

  private static void putColumns(
      JointMatrix joint, Group group, LivingNeurons living, int[] columns) {
    for (int neuron = 0; neuron < living.neurons(); neuron++) {
      if (living.contains(neuron)) {
        columns[living.column(neuron)] = joint.column(group, neuron);
      }
    }
  }

  @Override
  public void close() {
    workers.close();
  }
}
