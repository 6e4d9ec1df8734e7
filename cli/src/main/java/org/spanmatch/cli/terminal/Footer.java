package org.spanmatch.cli.terminal;

import java.io.PrintStream;
import java.util.Locale;
import org.spanmatch.kernel.ProjectionKernel;

/** The lines below a table of results. */
public final class Footer {
  private Footer() {}

  /**
   * Prints what computed and why, how long it took and how much memory.
   *
   * @param start when the work began, by {@link System#nanoTime()}
   */
  public static void print(ProjectionKernel.Info backend, int layers, long start, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "backend: %s (%s; %s; threads: %d), %s%n",
        backend.name(),
        backend.device(),
        backend.arithmetic(),
        backend.threads(),
        backend.reason());
    out.printf(
        Locale.ROOT,
        "%d %s in %.1f s, %s%n",
        layers,
        layers == 1 ? "layer" : "layers",
        (System.nanoTime() - start) / 1e9,
        PeakMemory.describe());
  }
}
