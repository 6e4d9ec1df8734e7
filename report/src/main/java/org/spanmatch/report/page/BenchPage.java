package org.spanmatch.report.page;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.report.text.DisplayName;

/**
 * The page that shows how long backends take for layers of several sizes.
 *
 * @param title its title; empty for the usual one
 * @param version the version of spanmatch that measured
 * @param setup the machine and the command, by the labels that the page shows
 * @param advice which backend to take, in one sentence
 * @param backends what was measured, in order
 * @param times one per backend and size; at least one
 * @param leftOut what was not measured, and why, in sentences
 */
public record BenchPage(
    Optional<String> title,
    String version,
    Map<String, String> setup,
    String advice,
    List<String> backends,
    List<Time> times,
    List<String> leftOut) {
  private static final String TITLE = "Times of backends";

  /**
   * How long a backend takes for layers of a size.
   *
   * @param backend its name
   * @param neurons number of neurons of each network
   * @param samples number of samples
   * @param milliseconds the median of the iterations
   * @param lowest the fastest iteration
   * @param highest the slowest iteration
   * @param error half of the interval around the median; null if there is none
   * @param share the share of the operations that the device can do at most; null if not measured
   */
  public record Time(
      String backend,
      int neurons,
      long samples,
      double milliseconds,
      double lowest,
      double highest,
      Double error,
      Double share) {}

  /** Returns this page with another title. */
  public BenchPage titled(Optional<String> other) {
    return new BenchPage(other, version, setup, advice, backends, times, leftOut);
  }

  /** Writes it, without closing the stream. */
  public void write(OutputStream out) throws IOException {
    new Template("bench.html")
        .write(
            DisplayName.printable(title.orElse("spanmatch: " + TITLE)),
            target -> ReportPage.JSON.writeValue(target, new Data(this)),
            out);
  }

  /** The data of the page. */
  private record Data(
      int version,
      String title,
      @JsonProperty("spanmatch") String program,
      Map<String, String> setup,
      String advice,
      List<String> backends,
      List<Time> times,
      List<String> leftOut) {
    Data(BenchPage page) {
      this(
          PageContent.VERSION,
          page.title.orElse(TITLE),
          page.version,
          page.setup,
          page.advice,
          page.backends,
          page.times,
          page.leftOut);
    }
  }
}
