package org.spanmatch.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/**
 * Two networks that were compared.
 *
 * @param x the position of the first network among all
 * @param y the position of the second network
 * @param layers one per pair of layers, in file order
 * @param missing what was not compared, in sentences
 */
record PageComparison(int x, int y, List<PageLayer> layers, List<String> missing) {
  /** Writes it. */
  void write(Texts texts, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("x", x);
    json.writeNumberField("y", y);
    json.writeArrayFieldStart("layers");
    for (PageLayer layer : layers) {
      layer.write(texts, json);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("missing");
    for (String sentence : missing) {
      json.writeString(sentence);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
