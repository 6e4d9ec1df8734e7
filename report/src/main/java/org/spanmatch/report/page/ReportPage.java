package org.spanmatch.report.page;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.spanmatch.report.results.Network;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.NetworksResult;
import org.spanmatch.report.results.SimpleResult;
import org.spanmatch.report.results.TwoNetworksResult;
import org.spanmatch.report.text.DisplayName;

/**
 * The page that shows one result, or several of them, in a browser: one file that needs no other
 * and requests nothing.
 */
public final class ReportPage {
  /** The usual name of its file, beside the result. */
  public static final String FILE = "report.html";

  /** Writes JSON as a script element can hold it, and leaves the stream open. */
  static final JsonMapper JSON =
      new JsonMapper(
          new JsonFactoryBuilder()
              .characterEscapes(new ScriptSafe())
              .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
              .build());

  private final PageContent content;

  private ReportPage(PageContent content) {
    this.content = content;
  }

  /** Returns the page of a result of two networks. */
  public static ReportPage of(TwoNetworksResult<?> result) {
    return of(List.of(ResultReader.of(result)));
  }

  /** Returns the page of simple matches, of at least one layer. */
  public static ReportPage of(SimpleResult result) {
    return of(List.of(ResultReader.of(result)));
  }

  /** Returns the page of a result of more than two networks. */
  public static ReportPage of(NetworksResult<?> result) {
    return of(List.of(ResultReader.of(result)));
  }

  /**
   * Returns the page of results that were written as JSON.
   *
   * @param files the files, or the folders that have them as result.json; at least one
   * @throws PageException if one is no such result, or is of other layers than the first
   */
  public static ReportPage read(List<Path> files) {
    NeuronNumbers.All numbers = new NeuronNumbers.All();
    List<PageResult> results = new ArrayList<>();
    for (Path file : files) {
      results.add(ResultReader.read(file, numbers));
    }
    return of(results);
  }

  /** Returns the page of results, at least one. */
  static ReportPage of(List<PageResult> results) {
    return new ReportPage(Together.of(results));
  }

  /** Returns this page with another title. */
  public ReportPage titled(String title) {
    return new ReportPage(content.titled(Optional.of(title)));
  }

  /** The number of networks that it shows. */
  public int networks() {
    return content.networks().size();
  }

  /**
   * Returns this page with other names of the networks.
   *
   * @param names one for each
   */
  public ReportPage named(List<String> names) {
    List<Network> networks = content.networks();
    return new ReportPage(
        content.named(
            IntStream.range(0, networks.size())
                .mapToObj(i -> new Network(names.get(i), networks.get(i).file()))
                .toList()));
  }

  /** Writes it, without closing the stream. */
  public void write(OutputStream out) throws IOException {
    String title =
        content
            .title()
            .orElseGet(() -> "spanmatch: " + new Networks(content.networks(), null).label());
    new Template("page.html").write(DisplayName.printable(title), this::writeData, out);
  }

  /** Writes the data in it. */
  void writeData(OutputStream out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out, JsonEncoding.UTF8)) {
      content.write(json);
    }
  }
}
