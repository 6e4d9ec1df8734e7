package org.spanmatch.benchmarks;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;

/** A wrong backend that uses the first group for both, so that everything matches. */
public final class WrongProvider implements KernelProvider {
  static final String NAME = "wrong";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "computes something else";
  }

  @Override
  public int priority() {
    return -1000;
  }

  @Override
  public Optional<Unavailable> unavailable() {
    return Optional.empty();
  }

  @Override
  public ProjectionKernel open(KernelOptions options, String reason) {
    ProjectionKernel right = Kernels.open("java", options);
    return new ProjectionKernel() {
      @Override
      public ProjectionKernel.Info info() {
        return right.info();
      }

      @Override
      public Gram gram(
          List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options) {
        return right.gram(layers, pairs, options);
      }

      @Override
      public ProjectionTable table(Gram gram, int x, int y) {
        return right.table(gram, x, x);
      }

      @Override
      public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
        return right.heapBytes(xNeurons, yNeurons, samples, precision);
      }

      @Override
      public void close() {
        right.close();
      }
    };
  }
}
