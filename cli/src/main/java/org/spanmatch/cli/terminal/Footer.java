package org.spanmatch.cli.terminal;

import java.io.PrintStream;
import java.util.Locale;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.report.text.TerminalStream;

/** The lines below a table of results. */
public final class Footer {
  private Footer() {}

  /**
   * Prints what computed and why, how long it took for a number of layers and how much memory.
   *
   * @param start when the work began, by {@link System#nanoTime()}
   */
  public static void print(ProjectionKernel.Info backend, int layers, long start, PrintStream out) {
    print(backend, layers + (layers == 1 ? " layer" : " layers"), start, out);
  }

  /**
   * Prints the footer of a command that compares pairs of layers; a layer may be in several pairs.
   *
   * @param byName whether pairs are layers of equal names, which the footer counts as layers
   * @param start when the work began, by {@link System#nanoTime()}
   */
  public static void printPairs(
      ProjectionKernel.Info backend, int pairs, boolean byName, long start, PrintStream out) {
    if (byName) {
      print(backend, pairs, start, out);
    } else {
      print(backend, pairs + (pairs == 1 ? " pair of layers" : " pairs of layers"), start, out);
    }
  }

  private static void print(
      ProjectionKernel.Info backend, String done, long start, PrintStream out) {
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
            "%s in %.1f s, %s",
            done,
            (System.nanoTime() - start) / 1e9,
            PeakMemory.describe()),
        out);
  }
}
