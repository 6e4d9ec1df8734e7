package org.spanmatch.kernel.vector;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.TriangularFactor;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.GramPass;
import org.spanmatch.kernel.backend.HeapMemory;
import org.spanmatch.kernel.backend.LivingPair;
import org.spanmatch.kernel.backend.UnitGram;
import org.spanmatch.kernel.vector.gemm.Gemm;
import org.spanmatch.kernel.vector.gemm.GemmProducts;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.kernel.vector.gemm.WorkerPool;
import org.spanmatch.kernel.vector.gram.GramAccumulator;
import org.spanmatch.kernel.vector.projection.CompressedVectors;
import org.spanmatch.kernel.vector.projection.GramVectors;
import org.spanmatch.kernel.vector.projection.SweptTable;
import org.spanmatch.kernel.vector.projection.TriangularVectors;
import org.spanmatch.kernel.vector.qr.TallSkinnyQr;

/**
 * The fast kernel in pure Java. One pass over the activations computes their Gram matrix or, for
 * high precision, their triangular factor; tables update their projections by sweeps.
 */
final class VectorKernel implements ProjectionKernel {
  /**
   * The largest number of neurons of two layers together: a square matrix of that size, with
   * padding, fits in one array of 2³¹ − 1 elements.
   */
  private static final int MAX_NEURONS = 46_300;

  private final MicroKernels microKernels;
  private final WorkerPool workers;
  private final ProjectionKernel.Info info;
  private boolean closed;

  VectorKernel(MicroKernels microKernels, KernelOptions options, String reason) {
    this.microKernels = microKernels;
    this.workers = WorkerPool.atMost(options.threads());
    this.info =
        new ProjectionKernel.Info(
            VectorProvider.NAME,
            "CPU, " + microKernels.description(),
            workers.threads(),
            "float64, Gram matrix and Cholesky; Householder QR for high precision",
            reason);
  }

  @Override
  public ProjectionKernel.Info info() {
    return info;
  }

  @Override
  public boolean hasCheapRemovals() {
    return true;
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    double reading = gramBytes(List.of(xNeurons, yNeurons), GramPair.all(2), samples, precision);
    return (long) Math.max(reading, SweptTable.bytes(xNeurons, yNeurons));
  }

  /** A triangular factor of all layers would take as many operations as one for each pair. */
  @Override
  public OptionalLong sharedHeapBytes(
      List<Integer> neurons, Collection<GramPair> pairs, long samples, Precision precision) {
    return precision == Precision.HIGH
        ? OptionalLong.empty()
        : OptionalLong.of((long) gramBytes(neurons, pairs, samples, precision));
  }

  private double gramBytes(
      List<Integer> neurons, Collection<GramPair> pairs, long samples, Precision precision) {
    long all = neurons.stream().mapToLong(Integer::longValue).sum();
    return precision == Precision.HIGH
        ? TallSkinnyQr.bytes(all, samples, workers.threads())
        : GramAccumulator.bytes(neurons, pairs, samples, microKernels.nr());
  }

  @Override
  public Gram gram(List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options) {
    requireOpen();
    GramPass.require(layers, pairs);
    requireFewEnough(layers, pairs, options.precision());
    List<Integer> neurons = layers.stream().map(Layer::neurons).toList();
    double bytes = gramBytes(neurons, pairs, layers.get(0).samples(), options.precision());
    HeapMemory.require((long) bytes, layers);
    return GramPass.of(
        layers,
        pairs,
        options,
        scaled ->
            options.precision() == Precision.HIGH
                ? TallSkinnyQr.of(scaled, pairs, options, microKernels, workers)
                : GramAccumulator.of(scaled, pairs, options, microKernels, workers));
  }

  @Override
  public ProjectionTable compress(Layer x, Layer y, GramOptions options) {
    List<Layer> layers = List.of(x, y);
    GramPass.require(layers, GramPair.all(2));
    requireFewEnough(layers, GramPair.all(2), options.precision());
    // What the table takes shows here already, before the long pass and not after it.
    long bytes = heapBytes(x.neurons(), y.neurons(), x.samples(), options.precision());
    HeapMemory.require(bytes, layers);
    return ProjectionKernel.super.compress(x, y, options);
  }

  private static void requireFewEnough(
      List<? extends Layer> layers, Collection<GramPair> pairs, Precision precision) {
    if (precision == Precision.HIGH) {
      requireFewEnough(layers.get(0).description(), layers.stream().map(Layer::neurons).toList());
      return;
    }
    for (Layer layer : layers) {
      requireFewEnough(layer.description(), List.of(layer.neurons()));
    }
    for (GramPair pair : pairs) {
      Layer first = layers.get(pair.first());
      Layer second = layers.get(pair.second());
      requireFewEnough(first.description(), List.of(first.neurons(), second.neurons()));
    }
  }

  private static void requireFewEnough(String description, List<Integer> neurons) {
    if (neurons.stream().mapToLong(Integer::longValue).sum() > MAX_NEURONS) {
      throw new NotEnoughMemoryException(
          description
              + ": "
              + String.join(" + ", neurons.stream().map(String::valueOf).toList())
              + " neurons are more than the "
              + MAX_NEURONS
              + " that the java backend can hold");
    }
  }

  @Override
  public ProjectionTable table(Gram gram, int x, int y) {
    requireOpen();
    gram.requirePair(x, y);
    int xNeurons = gram.layers().get(x).neurons();
    int yNeurons = gram.layers().get(y).neurons();
    requireFewEnough(gram.layers().get(x).description(), List.of(xNeurons, yNeurons));
    double bytes = SweptTable.bytes(xNeurons, yNeurons);
    if (gram instanceof TriangularFactor factor) {
      // Columns are as long as the factor of all layers is high.
      bytes += 2.0 * Double.BYTES * factor.columns() * ((double) xNeurons + yNeurons);
    }
    HeapMemory.require((long) bytes, gram, x, y);
    Gemm gemm = new Gemm(microKernels, workers);
    LivingPair pair;
    CompressedVectors vectors;
    if (gram instanceof GramMatrix matrix) {
      UnitGram unit = UnitGram.of(matrix, x, y);
      pair = unit.pair();
      vectors = new GramVectors(unit, gemm);
    } else {
      pair = LivingPair.of(gram, x, y);
      vectors = TriangularVectors.of((TriangularFactor) gram, pair, gemm);
    }
    return new SweptTable(vectors, gemm, pair);
  }

  @Override
  public Optional<MatrixProducts> products() {
    requireOpen();
    return Optional.of(new GemmProducts(new Gemm(microKernels, workers)));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the kernel is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    workers.close();
  }
}
