package org.spanmatch.benchmarks;

import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_MT_DDRM;

/**
 * EJML: {@code multInner}, its own operation for AᵀA, of one row a sample. It is faster than its
 * general and its block products.
 */
final class EjmlGram implements GramPeer {
  private final boolean oneThread;
  private final DMatrixRMaj a;
  private final DMatrixRMaj gram;

  EjmlGram(Mixtures data, int threads) {
    oneThread = threads == 1;
    EjmlConcurrency.setMaxThreads(threads);
    int m = 2 * data.neurons();
    a = DMatrixRMaj.wrap(data.samples(), m, data.rows());
    gram = new DMatrixRMaj(m, m);
  }

  @Override
  public void compute() {
    if (oneThread) {
      CommonOps_DDRM.multInner(a, gram);
    } else {
      CommonOps_MT_DDRM.multInner(a, gram);
    }
  }

  @Override
  public double get(int row, int column) {
    return gram.get(row, column);
  }

  @Override
  public void close() {}
}
