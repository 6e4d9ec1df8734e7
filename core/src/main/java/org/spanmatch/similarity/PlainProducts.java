package org.spanmatch.similarity;

import java.util.function.IntConsumer;
import org.spanmatch.kernel.ProjectionKernel.MatrixProducts;

/**
 * Products in plain loops, for where there is no kernel.
 *
 * @param threads number of threads, at least 1, for what repays them
 */
record PlainProducts(int threads) implements MatrixProducts {
  PlainProducts {
    if (threads < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, found " + threads);
    }
  }

  @Override
  public void run(double operations, int tasks, IntConsumer task) {
    try (Threads workers = new Threads(threads, operations)) {
      workers.run(tasks, task);
    }
  }

  @Override
  public void add(Block target, boolean subtract, Block left, Block right, boolean upper) {
    Block straight = right;
    if (right.isTransposed()) {
      double[][] copy = Products.transpose(right);
      straight = Block.of(copy, 0, right.columns(), 0, right.rows());
    }
    Products.addInStrips(this, target, subtract, left, straight, upper);
  }
}
