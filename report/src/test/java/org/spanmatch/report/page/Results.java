package org.spanmatch.report.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Results for tests, and the data of their pages. */
final class Results {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEGIN = "<script type=\"application/json\" id=\"data\">";

  private Results() {}

  /** A match of two layers: of three and two neurons at two ε, and of one neuron each at none. */
  static ObjectNode match() {
    return parsed(
        """
        {"spanmatch": "1.0.0",
         "backend": {"name": "java", "device": "CPU", "threads": 1, "arithmetic": "", "reason": ""},
         "x": "runs/a.npz", "y": "runs/b.npz",
         "networks": [{"name": "a", "file": "runs/a.npz"}, {"name": "b", "file": "runs/b.npz"}],
         "centred": false,
         "layers": [
           {"name": "conv", "xLayer": "conv", "yLayer": "conv", "samples": 100, "masked": 3,
            "neurons": {"x": 3, "y": 2}, "dead": {"x": [1], "y": []},
            "warnings": [{"code": "few-samples", "message": "few samples"}],
            "matches": [
              {"epsilon": 0.3, "x": [0], "y": [1], "similarity": 0.4,
               "borderline": {"x": [0], "y": []}, "undecidable": {"x": [], "y": []},
               "coverage": 0.5, "covered": {"x": 1, "y": 1}},
              {"epsilon": 0.5, "x": [0, 2], "y": [1], "similarity": 0.6,
               "borderline": {"x": [], "y": []}, "undecidable": {"x": [], "y": []},
               "coverage": 0.75, "covered": {"x": 2, "y": 1}}],
            "chance": [0.0, 0.2],
            "levels": {"x": [0.25, null, 0.45], "y": [0.7, 0.25]},
            "fullDistances": {"x": [0.1, null, 0.4], "y": [0.6, 0.2]},
            "chanceLevels": {"x": [0.9, null, 0.95], "y": [0.45, 0.9]}},
           {"name": "fc ~ out", "xLayer": "fc", "yLayer": "out", "samples": 100, "masked": 0,
            "neurons": {"x": 1, "y": 1}, "dead": {"x": [], "y": []}, "warnings": [], "matches": [],
            "chance": [],
            "levels": {"x": [1.0], "y": [1]}, "fullDistances": {"x": [1], "y": [0.0]}}],
         "skipped": {"x": ["only"], "y": []},
         "leftOut": [{"file": "runs/a.npz", "name": "labels", "reason": "1 axis"}],
         "chanceBy": "formula", "seed": null}
        """);
  }

  static ObjectNode parsed(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ReportPage read(byte[]... results) throws IOException {
    NeuronNumbers.All numbers = new NeuronNumbers.All();
    List<PageResult> read = new ArrayList<>();
    for (byte[] result : results) {
      read.add(ResultReader.read(read.size() + ".json", new ByteArrayInputStream(result), numbers));
    }
    return ReportPage.of(read);
  }

  /** The page of a result. */
  static String page(JsonNode result) throws IOException {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    read(bytes(result)).write(page);
    return page.toString(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(JsonNode result) {
    return result.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The text of the data in the page of results, which are called 0.json, 1.json and so on. */
  static String dataText(byte[]... results) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    try {
      read(results).writeData(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return data.toString(StandardCharsets.UTF_8);
  }

  /** The data in the page of results. */
  static JsonNode data(JsonNode... results) {
    return parsed(dataText(Stream.of(results).map(Results::bytes).toArray(byte[][]::new)));
  }

  /** The text of the data in a page. */
  static String dataText(String page) {
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    return page.substring(begin, page.indexOf("</script>", begin));
  }
}
