package org.spanmatch.benchmarks;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.tuning.KernelBenchmark;
import org.spanmatch.tuning.Phases;

/**
 * The common part of benchmarks that start from compressed layers. Since tables cache answers, each
 * call gets a fresh one; creating it is not measured.
 */
public abstract class TableBenchmark extends KernelBenchmark {
  private ProjectionTable table;

  /** Creates a table if a backend is measured. */
  @Setup(Level.Invocation)
  public void makeTable() {
    if (hasKernel()) {
      table = compressed();
    }
  }

  /** Frees the table. */
  @TearDown(Level.Invocation)
  public void closeTable() {
    if (table != null) {
      Phases.count(table);
      table.close();
      table = null;
    }
  }

  @Override
  protected void check() {
    makeTable();
    try {
      checkTable();
    } finally {
      closeTable();
    }
  }

  /** Asks a fresh table and checks its answers. */
  abstract void checkTable();

  ProjectionTable table() {
    return table;
  }
}
