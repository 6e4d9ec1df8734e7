package org.spanmatch.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.similarity.Measure;

/** The measures of a pair of layers on the page. */
final class MeasuresPart {
  /** The name of its field, in results and on the page. */
  static final String FIELD = "measures";

  private static final List<Measure> ALL = Measure.all();

  /** Where there is more room than above a column of a terminal. */
  private static final Map<String, String> WORDS =
      Map.of(
          "linearCka", "linear CKA",
          "debiasedCka", "debiased CKA",
          "eigenspaceOverlap", "eigenspace overlap",
          "hardMatching", "one-to-one match",
          "effectiveRankX", "effective rank of X",
          "effectiveRankY", "effective rank of Y");

  private MeasuresPart() {}

  /** Reads the values by name; one that is undefined is null. */
  static JsonNode of(Entry measures) {
    ObjectNode part = JsonNodeFactory.instance.objectNode();
    for (String name : measures.fields()) {
      if (ALL.stream().noneMatch(measure -> measure.name().equals(name))) {
        throw measures
            .get(name)
            .expected("one of the measures that 'spanmatch help measures' lists");
      }
      Optional<Entry> value = measures.find(name);
      if (value.isPresent()) {
        part.put(name, value.get().number());
      } else {
        part.putNull(name);
      }
    }
    return part;
  }

  /** Writes what the measures are called, and what their values are. */
  static void writeNames(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart(FIELD);
    for (Measure measure : ALL) {
      json.writeStartObject();
      json.writeStringField("name", measure.name());
      json.writeStringField("title", WORDS.getOrDefault(measure.name(), measure.title()));
      json.writeStringField("description", measure.description());
      json.writeStringField("scale", measure.scale().name().toLowerCase(Locale.ROOT));
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
