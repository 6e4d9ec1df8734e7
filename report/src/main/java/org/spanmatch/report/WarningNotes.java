package org.spanmatch.report;

import java.io.PrintStream;
import java.util.List;
import org.spanmatch.compare.Warning;
import org.spanmatch.report.text.DisplayName;

/** Prints the warnings of layers as notes below a table. */
public final class WarningNotes {
  private WarningNotes() {}

  /** Prints a line if means were subtracted. */
  public static void printCentred(boolean centred, PrintStream err) {
    if (centred) {
      err.println("note: centred: the mean of each neuron was subtracted from its activations");
    }
  }

  /** Prints one line per warning of a layer. */
  public static void print(String layer, List<Warning> warnings, PrintStream err) {
    for (Warning warning : warnings) {
      err.println("note: layer '" + DisplayName.printable(layer) + "': " + warning.message());
    }
  }
}
