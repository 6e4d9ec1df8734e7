package org.spanmatch.report;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.spanmatch.report.results.Network;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.Spread;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TerminalStream;
import org.spanmatch.similarity.Jackknife.Interval;

/** How numbers that vary over pairs of networks are shown. */
public enum Spreads {
  /** Mean and standard deviation. */
  SD("mean ± standard deviation"),
  /** Mean, least and largest. */
  RANGE("mean (least–largest)");

  private final String description;

  Spreads(String description) {
    this.description = description;
  }

  /** Returns the name as options have it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the bars of a figure show. */
  String bars() {
    return this == SD ? "Mean ± standard deviation" : "Range";
  }

  /** The end of the title of a figure. */
  String ofPairs(int pairs) {
    return (this == SD ? ", mean ± sd of " : ", mean and range of ") + pairs + " pairs";
  }

  /** Prints which networks the table below is about. */
  void printHead(Networks networks, int pairs, PrintStream out) {
    String names =
        networks.networks().stream().map(Network::name).collect(Collectors.joining(", "));
    TerminalStream.printFolded(
        DisplayName.printable(
            networks.networks().size()
                + " networks, "
                + pairs
                + " pairs ("
                + description
                + " over the pairs): "
                + names),
        out);
  }

  /** Returns a cell of a table. */
  String cell(Spread spread) {
    return cell(spread, value -> String.format(Locale.ROOT, "%.3f", value));
  }

  /** Returns a cell of a table, given the format of its numbers. */
  String cell(Spread spread, Function<Double, String> format) {
    if (spread.mean() == null) {
      return MatchReport.NONE;
    }
    String mean = format.apply(spread.mean());
    if (spread.sd() == null) {
      return mean;
    }
    return this == SD
        ? mean + " ± " + format.apply(spread.sd())
        : mean + " (" + format.apply(spread.least()) + "–" + format.apply(spread.most()) + ")";
  }

  /** Returns the bar of a similarity in a figure, which ends where similarities do. */
  Interval bar(Spread spread) {
    if (spread.sd() == null) {
      return new Interval(spread.mean(), spread.mean());
    }
    return this == SD
        ? new Interval(
            Math.max(0, spread.mean() - spread.sd()), Math.min(1, spread.mean() + spread.sd()))
        : new Interval(spread.least(), spread.most());
  }

  /** Returns the numbers of neurons of all layers of a group, such as "64" or "64–128". */
  static String neurons(List<Integer> neurons) {
    int least = neurons.stream().mapToInt(Integer::intValue).min().orElseThrow();
    int most = neurons.stream().mapToInt(Integer::intValue).max().orElseThrow();
    return least == most ? Integer.toString(least) : least + "–" + most;
  }
}
