package org.spanmatch.benchmarks;

import java.util.function.Function;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.spanmatch.gram.Gram;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.tuning.KernelBenchmark;
import org.spanmatch.tuning.Phases;
import org.spanmatch.tuning.Speeds;

/**
 * The common part of benchmarks that start from the Gram matrix of two layers, on the host. Since
 * tables keep answers, each call gets a fresh one.
 *
 * <p>Creating the table is not measured if the backend counts what its tables compute, and says
 * that a new one has factorised nothing. If it begins at once, as a GPU may while the host goes on,
 * or doesn't say, creating the table is measured too: its answers would lack a part of the work.
 */
public abstract class TableBenchmark extends KernelBenchmark {
  private Gram gram;
  private boolean startsLater;
  private ProjectionTable table;

  // A Gram matrix on the heap, and a copy on its way to a device.
  @Override
  protected double keptBytes() {
    return 2.0 * Double.BYTES * (2.0 * neurons) * (2.0 * neurons);
  }

  /** Creates a table, if a backend is measured whose tables start with the first question. */
  @Setup(Level.Invocation)
  public void makeTable() {
    if (startsLater) {
      table = newTable();
    }
  }

  private ProjectionTable newTable() {
    return kernel().table(gram, 0, 1);
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
    if (hasKernel()) {
      gram = gram();
      table = newTable();
      startsLater = table.effort().map(effort -> effort.factorisations() == 0).orElse(false);
    }
    try {
      checkTable();
    } finally {
      closeTable();
    }
  }

  @Override
  protected void free() {
    gram = null;
    startsLater = false;
  }

  /** Asks a fresh table and checks its answers. */
  abstract void checkTable();

  /** Returns this call's table, which has not been asked before. */
  ProjectionTable table() {
    if (table == null) {
      table = newTable();
    }
    return table;
  }

  /** Starts this call's table and asks it, and times both phases. */
  <T> T ask(Function<ProjectionTable, T> question) {
    Phases.factorise(this::table, kernel().hasCheapRemovals());
    return Phases.time(Speeds.ANSWER, () -> question.apply(table));
  }
}
