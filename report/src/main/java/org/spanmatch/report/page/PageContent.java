package org.spanmatch.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.spanmatch.report.results.Network;

/**
 * What the page shows: results laid together.
 *
 * @param kinds the commands that wrote the results
 * @param title what was given as the title
 * @param version the version of spanmatch that wrote them
 * @param backend what computed them
 * @param centred whether means were subtracted
 * @param networks all networks
 * @param comparisons one per pair of networks
 */
record PageContent(
    List<Kind> kinds,
    Optional<String> title,
    String version,
    String backend,
    boolean centred,
    List<Network> networks,
    List<PageComparison> comparisons) {
  /** The version of the form of the pages' data. */
  static final int VERSION = 1;

  /** Returns this content with another title. */
  PageContent titled(Optional<String> other) {
    return new PageContent(kinds, other, version, backend, centred, networks, comparisons);
  }

  /** Returns this content with other names of the networks. */
  PageContent named(List<Network> others) {
    return new PageContent(kinds, title, version, backend, centred, others, comparisons);
  }

  private Stream<PageLayer> layers() {
    return comparisons.stream().flatMap(comparison -> comparison.layers().stream());
  }

  /** Writes the data that the page's script reads. */
  void write(JsonGenerator json) throws IOException {
    Texts texts = new Texts();
    layers().flatMap(layer -> layer.warnings().stream()).forEach(texts::add);
    json.writeStartObject();
    json.writeNumberField("version", VERSION);
    writeStrings("kinds", kinds.stream().map(Kind::toString).toList(), json);
    json.writeStringField("title", title.orElse(null));
    json.writeStringField("spanmatch", version);
    json.writeStringField("backend", backend);
    json.writeBooleanField("centred", centred);
    json.writeArrayFieldStart("networks");
    for (Network network : networks) {
      json.writeStartObject();
      json.writeStringField("name", network.name());
      json.writeStringField("file", network.file());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeFieldName("epsilons");
    double[] epsilons =
        layers()
            .flatMap(layer -> layer.matches().stream())
            .mapToDouble(PageMatch::epsilon)
            .distinct()
            .sorted()
            .toArray();
    json.writeArray(epsilons, 0, epsilons.length);
    writeStrings("texts", texts.all(), json);
    if (kinds.contains(Kind.MEASURES)) {
      MeasuresPart.writeNames(json);
    }
    json.writeArrayFieldStart("comparisons");
    for (PageComparison comparison : comparisons) {
      comparison.write(texts, json);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeStrings(String name, List<String> texts, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }
}
