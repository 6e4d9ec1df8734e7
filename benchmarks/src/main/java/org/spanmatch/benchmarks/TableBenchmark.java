package org.spanmatch.benchmarks;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.tuning.KernelBenchmark;

/**
 * Asks a question of compressed layers. Each call gets a table that has answered nothing yet, since
 * tables remember; making it is outside the time.
 */
public abstract class TableBenchmark extends KernelBenchmark {
  private ProjectionTable table;

  /** Makes a table, where a backend is measured. */
  @Setup(Level.Invocation)
  public void makeTable() {
    if (hasKernel()) {
      table = compressed();
    }
  }

  /** Frees it. */
  @TearDown(Level.Invocation)
  public void closeTable() {
    if (table != null) {
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

  /** Asks a table that has answered nothing yet, and checks what it answers. */
  abstract void checkTable();

  ProjectionTable table() {
    return table;
  }
}
