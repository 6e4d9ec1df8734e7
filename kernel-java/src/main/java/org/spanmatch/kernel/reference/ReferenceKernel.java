package org.spanmatch.kernel.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.TriangularFactor;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.GramPass;
import org.spanmatch.kernel.backend.HeapMemory;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.backend.Multiples;
import org.spanmatch.kernel.backend.SampleRows;
import org.spanmatch.kernel.backend.ScaledLayer;
import org.spanmatch.kernel.backend.UnitGram;
import org.spanmatch.kernel.vector.qr.ColumnMoments;

/**
 * The reference kernel. One pass over the activations computes the triangular factor R of all
 * layers side by side, whose columns have the distances of the activation vectors. Always of high
 * precision.
 */
final class ReferenceKernel implements ProjectionKernel {
  private final ProjectionKernel.Info info;
  private boolean closed;

  ReferenceKernel(String reason) {
    info =
        new ProjectionKernel.Info(
            ReferenceProvider.NAME,
            "CPU, plain Java",
            1,
            "float64, column-pivoted Householder QR",
            reason);
  }

  @Override
  public ProjectionKernel.Info info() {
    return info;
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    return StreamingQr.bytes((long) xNeurons + yNeurons, samples);
  }

  @Override
  public Gram gram(List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options) {
    requireOpen();
    GramPass.require(layers, pairs);
    long columns = layers.stream().mapToLong(Layer::neurons).sum();
    HeapMemory.require(StreamingQr.bytes(columns, layers.get(0).samples()), layers);
    GramOptions high = options.withPrecision(Precision.HIGH); // whatever was asked for
    return GramPass.of(layers, pairs, high, scaled -> factor(scaled, pairs, high));
  }

  private static TriangularFactor factor(
      List<ScaledLayer> layers, Collection<GramPair> pairs, GramOptions options) {
    int[] first = new int[layers.size() + 1];
    for (int i = 0; i < layers.size(); i++) {
      first[i + 1] = Math.addExact(first[i], layers.get(i).neurons());
    }
    int columns = first[layers.size()];
    long samples = layers.get(0).layer().samples();
    StreamingQr qr = new StreamingQr(columns, samples);
    boolean norms = options.normProducts();
    ColumnMoments moments = new ColumnMoments(first, norms ? pairs : List.of(), norms);
    List<Multiples> multiples =
        layers.stream().map(layer -> new Multiples(layer.neurons())).toList();
    if (columns > 0) {
      read(layers, first, options, qr, moments, multiples);
    }
    double[][] rows = qr.finish();
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(rows[i], i, columns);
    }
    List<GramLayer> described = new ArrayList<>();
    boolean scaled = false;
    for (int i = 0; i < layers.size(); i++) {
      described.add(moments.describe(layers.get(i), i));
      scaled |= layers.get(i).scales().isPresent();
    }
    return new TriangularFactor(
            described,
            samples,
            options.deadThreshold(),
            qr.backwardError(),
            rows,
            scaled ? Map.of() : moments.normProducts())
        .withMultiples(Multiples.columns(multiples));
  }

  private static void read(
      List<ScaledLayer> layers,
      int[] first,
      GramOptions options,
      StreamingQr qr,
      ColumnMoments moments,
      List<Multiples> multiples) {
    long samples = layers.get(0).layer().samples();
    List<SampleRows> readers = new ArrayList<>();
    try {
      layers.forEach(layer -> readers.add(new SampleRows(layer.layer())));
      int chunk = SampleRows.chunk(first[layers.size()]);
      List<double[]> scales =
          layers.stream().map(layer -> layer.scales().orElse(null)).collect(Collectors.toList());
      List<double[]> values =
          layers.stream().map(layer -> new double[chunk * layer.neurons()]).toList();
      for (long done = 0; done < samples; ) {
        int count = (int) Math.min(chunk, samples - done);
        for (int i = 0; i < layers.size(); i++) {
          if (readers.get(i).read(values.get(i), count) != count) {
            throw new ActivationsException(
                layers.get(i).layer().description() + " ended before its " + samples + " samples");
          }
          multiples.get(i).add(values.get(i), count);
        }
        for (int row = 0; row < count; row++) {
          double[] target = qr.nextRow();
          for (int i = 0; i < layers.size(); i++) {
            putRow(values.get(i), scales.get(i), row, target, first[i], first[i + 1]);
          }
          moments.addRow(target, 0);
        }
        done += count;
        options.progress().update("compress", done, samples);
      }
    } finally {
      readers.forEach(SampleRows::close);
    }
  }

  private static void putRow(
      double[] values, double[] scales, int row, double[] target, int from, int to) {
    int place = row * (to - from);
    for (int j = 0; j < to - from; j++) {
      target[from + j] = scales == null ? values[place + j] : values[place + j] * scales[j];
    }
  }

  @Override
  public ProjectionTable table(Gram gram, int x, int y) {
    requireOpen();
    gram.requirePair(x, y);
    double neurons = (double) gram.layers().get(x).neurons() + gram.layers().get(y).neurons();
    HeapMemory.require((long) (2 * Double.BYTES * neurons * neurons), gram, x, y);
    return gram instanceof GramMatrix matrix
        ? new ReferenceGramTable(UnitGram.of(matrix, x, y))
        : new ReferenceTable((TriangularFactor) gram, LivingPair.of(gram, x, y));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the kernel is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
