package org.spanmatch.benchmarks;

import org.ojalgo.OjAlgoUtils;
import org.ojalgo.machine.VirtualMachine;
import org.ojalgo.matrix.store.R064Store;
import org.spanmatch.tuning.Mixtures;

/**
 * ojAlgo: Aᵀ times A, both stored by columns. This is the fastest of its products at 10,000
 * samples; it has no symmetric one.
 */
final class OjAlgoGram implements GramPeer {
  private static final VirtualMachine WHOLE_MACHINE = OjAlgoUtils.ENVIRONMENT;

  private final R064Store transposed;
  private final R064Store a;
  private final R064Store gram;

  OjAlgoGram(Mixtures data, int threads) {
    useThreads(threads);
    int m = 2 * data.neurons();
    transposed = R064Store.wrap(data.rows(), m);
    a = R064Store.wrap(data.columns(), data.samples());
    gram = R064Store.FACTORY.make(m, m);
  }

  private static void useThreads(int threads) {
    // A limit can't be raised, so start from the whole machine.
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
