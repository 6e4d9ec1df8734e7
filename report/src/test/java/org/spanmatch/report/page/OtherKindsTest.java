package org.spanmatch.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the page has of simple matches and measures, and what it refuses. */
class OtherKindsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String LAYER =
      "'samples': 50, 'masked': 0, 'neurons': {'x': 3, 'y': 4}, 'dead': {'x': [2], 'y': []},"
          + " 'warnings': [], ";
  private static final String SIMPLE =
      ("{'spanmatch': '1.0.0', 'backend': {'name': 'java', 'device': 'CPU'}, 'x': 'a/x.npz', 'y':"
              + " 'a/y.npz', 'centred': false, 'notReached': ['fc2'], 'layers': [{'name': 'fc',"
              + LAYER
              + "'maximum': {'epsilon': 0.3, 'x': [0, 1], 'y': [1, 2, 3]}, 'simple': [{'x': [0],"
              + " 'y': [3], 'size': 2, 'epsilon': 0.125}, {'x': [0, 1], 'y': [1, 2], 'size': 4,"
              + " 'epsilon': 0.25}], 'complete': true, 'coverage': 0.75}]}")
          .replace('\'', '"');
  private static final String NETWORKS =
      "'networks': [{'name': 'x.npz', 'file': 'a/x.npz'}, {'name': 'y.npz', 'file': 'a/y.npz'}],";
  private static final String MEASURES =
      ("{'spanmatch': '1.0.0', 'backend': {'name': 'java', 'device': 'CPU'}, "
              + NETWORKS
              + "'layers': [{'name': 'fc', 'xLayer': 'fc', 'yLayer': 'fc', "
              + LAYER
              + "'measures': {'linearCka': 0.5, 'debiasedCka': -0.0625, 'svcca': null,"
              + " 'effectiveRankX': 1.5}}]}")
          .replace('\'', '"');

  @TempDir Path folder;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static JsonNode data(Path... files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ReportPage.read(List.of(files)).write(out);
    return Results.parsed(Results.dataText(out.toString(StandardCharsets.UTF_8)));
  }

  @Test
  void simpleMatchesHaveTheirMembers() throws IOException {
    JsonNode data = data(file("simple.json", SIMPLE));
    assertEquals(JSON.readTree("[\"simple\"]"), data.get("kinds"));
    assertEquals("x.npz", data.at("/networks/0/name").textValue());
    assertEquals("a/y.npz", data.at("/networks/1/file").textValue());
    assertEquals("fc", data.at("/comparisons/0/layers/0/y").textValue());
    assertEquals(
        JSON.readTree(
            "{\"epsilon\": 0.3, \"complete\": true, \"coverage\": 0.75,"
                + " \"maximum\": [[0, 1], [1, 2, 3]], \"matches\": ["
                + "{\"epsilon\": 0.125, \"members\": [[0], [3]]},"
                + "{\"epsilon\": 0.25, \"members\": [[0, 1], [1, 2]]}]}"),
        data.at("/comparisons/0/layers/0/simple"));
    assertTrue(data.at("/comparisons/0/missing/0").textValue().contains("'fc2'"), data.toString());
  }

  @Test
  void measuresHaveTheirNamesAndScales() throws IOException {
    JsonNode data = data(file("measures.json", MEASURES));
    assertEquals(
        JSON.readTree(
            "{\"linearCka\": 0.5, \"debiasedCka\": -0.0625, \"svcca\": null,"
                + " \"effectiveRankX\": 1.5}"),
        data.at("/comparisons/0/layers/0/measures"));
    JsonNode names = data.get("measures");
    assertEquals("linear CKA", names.get(0).get("title").textValue());
    assertEquals("similarity", names.get(0).get("scale").textValue());
    assertEquals("size", names.get(names.size() - 1).get("scale").textValue());
  }

  @Test
  void bothOfTheSameNetworksAreOneComparison() throws IOException {
    JsonNode data = data(file("measures.json", MEASURES), file("simple.json", SIMPLE));
    assertEquals(1, data.get("comparisons").size());
    JsonNode layer = data.at("/comparisons/0/layers/0");
    assertEquals(0.5, layer.at("/measures/linearCka").doubleValue());
    assertEquals(2, layer.at("/simple/matches").size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"x\": [0], \"y\": [3] | \"x\": [0], \"y\": [4]"
            + "| layers[0].simple[0].y[0]: expected a whole number from 0 to 3, found 4",
        "\"x\": [0], \"y\": [3] | \"x\": 0, \"y\": [3]"
            + "| layers[0].simple[0].x: expected a list, found 0",
        "\"x\": [0], \"y\": [3], | \"x\": [0],"
            + "| layers[0].simple[0].y: expected a list, found nothing",
        "\"x\": [0, 1], \"y\": [1, 2], | \"x\": [1, 0], \"y\": [1, 2],"
            + "| layers[0].simple[1].x[1]: expected a neuron after 1, found 0",
        "\"epsilon\": 0.125 | \"epsilon\": \"0.125\""
            + "| layers[0].simple[0].epsilon: expected a number in [0, 1], found '0.125'",
        "\"epsilon\": 0.125 | \"epsilon\": 2"
            + "| layers[0].simple[0].epsilon: expected a number in [0, 1], found 2",
        "\"complete\": true | \"complete\": 1"
            + "| layers[0].complete: expected true or false, found 1",
        "\"simple\": [ | \"simple\": [7,| layers[0].simple[0]: expected an object, found 7",
        "\"y\": [1, 2, 3]} | \"y\": [1, 2]}"
            + "| layers[0].simple[0]: expected neurons of the maximum match, found an object",
        "\"maximum\" | \"largest\"| layers[0].maximum: expected an object, found nothing",
        "\"name\": \"fc\" | \"name\": 3| layers[0].name: expected a text, found 3",
        "\"x\": \"a/x.npz\" | \"x\": 3| x: expected a text, found 3",
        "[\"fc2\"] | [3]| notReached[0]: expected a text, found 3",
      })
  void damagedSimpleMatchesAreRefused(String right, String wrong, String message)
      throws IOException {
    assertRefused(SIMPLE, right, wrong, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0.5 | \"0.5\"| layers[0].measures.linearCka: expected a number, found '0.5'",
        "0.5 | 1e999| layers[0].measures.linearCka: expected a number, found Infinity",
        "svcca | other"
            + "| layers[0].measures.other: expected one of the measures that 'spanmatch help"
            + " measures' lists, found null",
        "\"measures\": { | \"measures\": 3, \"rest\": {"
            + "| layers[0].measures: expected an object, found 3",
        "\"xLayer\": \"fc\", | \"xLayer\": null,| layers[0].xLayer: expected a text, found null",
      })
  void damagedMeasuresAreRefused(String right, String wrong, String message) throws IOException {
    assertRefused(MEASURES, right, wrong, message);
  }

  private void assertRefused(String result, String right, String wrong, String message)
      throws IOException {
    assertTrue(result.contains(right), right);
    int at = result.indexOf(right);
    Path file =
        file("r.json", result.substring(0, at) + wrong + result.substring(at + right.length()));
    PageException refusal = assertThrows(PageException.class, () -> ReportPage.read(List.of(file)));
    assertEquals(file + ": " + message, refusal.getMessage());
    assertFalse(refusal.getMessage().contains("\n"));
  }
}
