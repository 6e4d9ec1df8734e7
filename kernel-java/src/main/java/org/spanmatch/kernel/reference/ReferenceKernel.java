package org.spanmatch.kernel.reference;

import java.util.Arrays;
import java.util.Map;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.NeuronNorms;
import org.spanmatch.activations.SampleRows;
import org.spanmatch.kernel.CompressionOptions;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.HeapMemory;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.LivingNeurons;
import org.spanmatch.kernel.Moments;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.vector.qr.Householder;

/**
 * The reference: two passes over the activations, one for the norms and one for the triangular
 * factor R of [Z_X Z_Y], whose columns have the same distances as the activation vectors.
 */
final class ReferenceKernel implements ProjectionKernel {
  private final KernelInfo info;

  ReferenceKernel(String reason) {
    info =
        new KernelInfo(
            ReferenceProvider.NAME,
            "CPU, plain Java",
            1,
            "float64, column-pivoted Householder QR",
            reason);
  }

  @Override
  public KernelInfo info() {
    return info;
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    return StreamingQr.bytes((long) xNeurons + yNeurons, samples);
  }

  @Override
  public ProjectionTable compress(Layer x, Layer y, CompressionOptions options) {
    Layer.requireSameSamples(x, y);
    long samples = x.samples();
    long passes = 3 * samples;
    Columns xColumns = Columns.of(x, 0, options, 0, passes);
    Columns yColumns = Columns.of(y, xColumns.living.count(), options, samples, passes);
    int columns = xColumns.living.count() + yColumns.living.count();

    HeapMemory.require(
        heapBytes(xColumns.living.count(), yColumns.living.count(), samples, Precision.HIGH), x, y);
    StreamingQr qr = new StreamingQr(columns, samples);
    try (SampleRows xRows = new SampleRows(x);
        SampleRows yRows = new SampleRows(y)) {
      int chunk = SampleRows.chunk(Math.max(x.neurons(), y.neurons()));
      double[] xValues = new double[chunk * x.neurons()];
      double[] yValues = new double[chunk * y.neurons()];
      for (long done = 0; columns > 0 && done < samples; ) {
        int count = xRows.read(xValues, chunk);
        if (count == 0 || yRows.read(yValues, chunk) != count) {
          throw new ActivationsException(
              x.description()
                  + " or "
                  + y.description()
                  + " ended before its "
                  + samples
                  + " samples");
        }
        for (int row = 0; row < count; row++) {
          double[] target = qr.nextRow();
          xColumns.scatter(xValues, row, target);
          yColumns.scatter(yValues, row, target);
        }
        done += count;
        options.progress().update("compress", 2 * samples + done, passes);
      }
    }
    double[][] factor = qr.finish();
    scaleToUnitNorm(factor, columns);
    // Norms and divisions add a few roundings to those of the factorisation.
    double error = qr.backwardError() + (columns + 4) * Householder.UNIT_ROUNDOFF;
    return new ReferenceTable(
        samples,
        factor,
        error,
        Math.max(x.type().roundoff(), y.type().roundoff()),
        Map.of(Group.X, xColumns.living, Group.Y, yColumns.living),
        Map.of(Group.X, xColumns.moments, Group.Y, yColumns.moments));
  }

  private static void scaleToUnitNorm(double[][] factor, int columns) {
    double[] norms = new double[columns];
    for (double[] row : factor) {
      for (int j = 0; j < columns; j++) {
        norms[j] += row[j] * row[j];
      }
    }
    Arrays.setAll(norms, j -> Math.sqrt(norms[j]));
    for (double[] row : factor) {
      for (int j = 0; j < columns; j++) {
        row[j] /= norms[j];
      }
    }
  }

  @Override
  public void close() {}

  /**
   * Where a group's living neurons go in the rows of the joint matrix, and their scales and
   * moments.
   */
  private static final class Columns {
    private final LivingNeurons living;
    private final double[] scale;
    private final Moments moments;

    private Columns(LivingNeurons living, double[] scale, Moments moments) {
      this.living = living;
      this.scale = scale;
      this.moments = moments;
    }

    static Columns of(
        Layer layer, int first, CompressionOptions options, long before, long passes) {
      NeuronNorms norms =
          NeuronNorms.of(
              layer, done -> options.progress().update("compress", before + done, passes));
      double[] scale = new double[layer.neurons()];
      Arrays.setAll(scale, norms::scale);
      return new Columns(
          new LivingNeurons(layer.neurons(), norms.dead(options.deadThreshold()), first),
          scale,
          Moments.of(norms));
    }

    void scatter(double[] values, int row, double[] target) {
      int from = row * scale.length;
      for (int neuron = 0; neuron < scale.length; neuron++) {
        if (living.contains(neuron)) {
          target[living.column(neuron)] = values[from + neuron] * scale[neuron];
        }
      }
    }
  }
}
