package org.spanmatch.benchmarks;

import org.ojalgo.OjAlgoUtils;
import org.ojalgo.machine.VirtualMachine;
import org.ojalgo.matrix.store.MatrixStore;
import org.ojalgo.matrix.store.R064Store;

/**
 * ojAlgo: Aᵀ, stored with one column a sample, times its own transposed view. It is faster than the
 * other way round and than a transposed copy; there is no symmetric product.
 */
final class OjAlgoGram implements GramPeer {
  private static final VirtualMachine WHOLE_MACHINE = OjAlgoUtils.ENVIRONMENT;

  private final R064Store transposed;
  private final MatrixStore<Double> a;
  private final R064Store gram;

  OjAlgoGram(Mixtures data, int threads) {
    useThreads(threads);
    int m = 2 * data.neurons();
    transposed = R064Store.wrap(data.rows(), m);
    a = transposed.transpose();
    gram = R064Store.FACTORY.make(m, m);
  }

  private static void useThreads(int threads) {
    // A limit can't be raised, only set anew.
    OjAlgoUtils.ENVIRONMENT = WHOLE_MACHINE;
    OjAlgoUtils.limitThreadsTo(threads);
  }

  @Override
  public void compute() {
    gram.fillByMultiplying(transposed, a);
  }

  @Override
  public double get(int row, int column) {
    return gram.doubleValue(row, column);
  }

  @Override
  public void close() {}
}
