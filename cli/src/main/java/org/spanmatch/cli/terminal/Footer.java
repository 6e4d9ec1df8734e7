package org.spanmatch.cli.terminal;

import java.io.PrintStream;
import java.util.Locale;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.report.text.TerminalStream;

/** The lines below a table of results. */
public final class Footer {
  private Footer() {}

  /**
   * Prints what computed and why, how long it took and how much memory.
   *
   * @param start when the work began, by {@link System#nanoTime()}
   */
  public static void print(ProjectionKernel.Info backend, int layers, long start, PrintStream out) {
    TerminalStream.printFolded(
        String.format(
            Locale.ROOT,
            "backend: %s (%s; %s; threads: %d), %s",
            backend.name(),
            backend.device(),
            backend.arithmetic(),
            backend.threads(),
            backend.reason()),
        out);
    TerminalStream.printFolded(
        String.format(
            Locale.ROOT,
            "%d %s in %.1f s, %s",
            layers,
            layers == 1 ? "layer" : "layers",
            (System.nanoTime() - start) / 1e9,
            PeakMemory.describe()),
        out);
  }
}
