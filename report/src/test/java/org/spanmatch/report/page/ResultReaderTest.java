package org.spanmatch.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results that are damaged, of others, or wrong. */
class ResultReaderTest {
  private static String message(byte[] result) {
    String message = assertThrows(PageException.class, () -> Results.dataText(result)).getMessage();
    assertTrue(message.startsWith("0.json: "), message);
    assertEquals(1, message.lines().count(), message);
    return message.substring("0.json: ".length());
  }

  private static String message(String result) {
    return message(result.getBytes(StandardCharsets.UTF_8));
  }

  private static String messageOf(Consumer<ObjectNode> change) {
    ObjectNode result = Results.match();
    change.accept(result);
    return message(result.toString());
  }

  private static ObjectNode layer(ObjectNode result) {
    return (ObjectNode) result.at("/layers/0");
  }

  private static JsonNode json(String value) {
    return Results.parsed("{\"value\": " + value + "}").get("value");
  }

  @Test
  void aFileThatIsCutOffAnywhereIsRefused() {
    byte[] whole = Results.match().toString().getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < whole.length; length++) {
      String message = message(Arrays.copyOf(whole, length));
      assertTrue(message.startsWith("expected a result of spanmatch in JSON, found "), message);
      assertFalse(message.contains("Unexpected"), message);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "hello | expected a result of spanmatch in JSON, found what is no JSON in line 1, column 1",
        "PK\u0003\u0004 | found what is no JSON in line 1, column",
        "\u0000\u0000\u0000\u00ff | found what is no JSON",
        "{\"a\": NaN} | found NaN, which is no number of JSON, in line 1, column",
        "{\"a\": -Infinity} | found -Infinity, which is no number of JSON, in line 1, column",
        "{\"spanmatch\": \"1.0.0\", \"layers\": [ | found a file that is cut off in line 1, column",
        "{\"spanmatch\": \"1.0.0\", \"layers\": [{ | found a file that is cut off in line 1, column",
        "{\"spanmatch\": \"1.0.0\", | found a file that is cut off in line 1, column",
        "{\"spanmatch\": \"1.0.0\", \"networks\": [\"a\", | found a file that is cut off in line 1, column",
        "{\"spanmatch\": \"1.0.0\", \"layers\": [tru | found what is no JSON in line 1, column",
        "{\"spanmatch\": \"1.0.0\" | found a file that is cut off in line 1, column",
        "[1, 2] | found a list",
        "17 | found one value",
        "{} | found JSON without the field 'spanmatch'",
        "{\"a\": {\"spanmatch\": \"1.0.0\"}} | found JSON without the field 'spanmatch'",
        "{\"spanmatch\": \"1.0.0\"} | expected a result with at least one layer, found none",
        "{\"spanmatch\": \"1.0.0\", \"spanmatch\": \"1.0.0\"} | found the field 'spanmatch' a second time in line 1, column",
        "{\"spanmatch\": 1} | spanmatch: expected a text, found 1",
        "{\"spanmatch\": \"blue\"} | spanmatch: expected a version of spanmatch, such as 1.0.0, found 'blue'",
        "{\"spanmatch\": \"1.x\"} | spanmatch: expected a version of spanmatch, such as 1.0.0, found '1.x'",
        "{\"spanmatch\": \"1.5x\"} | expected a version of spanmatch",
        "{\"spanmatch\": \"1.0.0\", \"layers\": [7]} | layers[0]: expected an object, found 7",
        "{\"spanmatch\": \"1.0.0\", \"layers\": [{\"distances\": {}}]} | expected a result of match",
        "{\"spanmatch\": \"1.0.0\", \"layers\": [{\"levels\": 1, \"neurons\": {\"x\": 1e999999999}}]} | layers[0].neurons.x: expected a whole number from 0 to 2147483647, found Infinity",
        "{\"spanmatch\": \"1.0.0\", \"pairs\": [7]} | expected a result with at least one layer",
        "{\"spanmatch\": \"1.0.0\"} {} | expected one result, found more after its end"
      })
  void whatIsNoResultIsNamed(String file, String expected) {
    assertTrue(message(file).contains(expected), () -> message(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.0",
        "2.0.0",
        "10",
        "999999999.0",
        "1.1.0-SNAPSHOT",
        "1.99999999999999999999.0",
        "99999999999999999999.0"
      })
  void aNewerVersionIsRefused(String version) {
    assertEquals(
        "spanmatch "
            + version
            + " wrote this result, and this version reads those of 1.0 and older ones; use the newer"
            + " version for the page too",
        messageOf(result -> result.put("spanmatch", version)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0", "1.0.17", "0.9.0", "1", "1.0.1-SNAPSHOT", "development"})
  void otherVersionsAreRead(String version) {
    JsonNode data = Results.data(Results.match().put("spanmatch", version));
    assertEquals(version, data.get("spanmatch").textValue());
  }

  @Test
  void resultsOfThisVersionAreRead() throws Exception {
    String pom =
        Files.readString(Path.of(System.getProperty("spanmatch.root", "..")).resolve("pom.xml"));
    assertTrue(pom.contains("<version>" + WrittenBy.READ + "."), WrittenBy.READ);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "samples | -1 | layers[0].samples: expected a whole number from 0 to 9223372036854775807, found -1",
        "samples | 1.5 | found 1.5",
        "samples | 99999999999999999999999 | found 99999999999999999999999",
        "samples | null | found null",
        "samples | {} | found an object",
        "neurons | {\"x\": 3} | layers[0].neurons.y: expected a whole number from 0 to 2147483647, found nothing",
        "neurons | {\"x\": 2147483647, \"y\": 2} | layers[0].levels.x: expected a list with a number for each of 2147483647 neurons, found a list of length 3",
        "dead | {\"x\": [3], \"y\": []} | layers[0].dead.x[0]: expected a whole number from 0 to 2, found 3",
        "dead | {\"x\": [1, 1], \"y\": []} | layers[0].dead.x[1]: expected a neuron after 1, found 1",
        "levels | {\"x\": [0.25, null, 1.5], \"y\": [0.7, 0.25]} | layers[0].levels.x[2]: expected a number in [0, 1] or null, found 1.5",
        "levels | {\"x\": [0.25, null, \"a\"], \"y\": [0.7, 0.25]} | found 'a'",
        "fullDistances | {\"x\": [-1e-9, 0, 0], \"y\": [0, 0]} | layers[0].fullDistances.x[0]: expected a number in [0, 1] or null, found -1.0E-9",
        "chanceLevels | 5 | layers[0].chanceLevels: expected an object, found 5",
        "chance | [0.0] | layers[0].chance: expected a number for each of 2 matches, found a list of length 1",
        "chance | [0.0, 7] | layers[0].chance[1]: expected a number in [0, 1], found 7",
        "warnings | [\"few\"] | layers[0].warnings[0]: expected an object, found 'few'",
        "matches | [{}, {}] | layers[0].matches[0].x: expected a list, found nothing",
        "xLayer | 3 | layers[0].xLayer: expected a text, found 3"
      })
  void wrongValuesAreNamed(String field, String value, String expected) {
    String message = messageOf(result -> layer(result).set(field, json(value)));
    assertTrue(message.contains(expected), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "epsilon | 1.01 | layers[0].matches[0].epsilon: expected a number in [0, 1], found 1.01",
        "similarity | null | layers[0].matches[0].similarity: expected a number in [0, 1], found null",
        "x | [0, 5] | layers[0].matches[0].x[1]: expected a whole number from 0 to 2, found 5",
        "coverage | true | layers[0].matches[0].coverage: expected a number in [0, 1], found true",
        "heldOut | {\"share\": 1, \"x\": [], \"y\": [0.2]} | heldOut.x: expected a list with a number for each of 1 neurons",
        "confidence | {\"low\": 0} | layers[0].matches[0].confidence.high: expected a number in [0, 1], found nothing"
      })
  void wrongMatchesAreNamed(String field, String value, String expected) {
    String message =
        messageOf(
            result -> ((ObjectNode) result.at("/layers/0/matches/0")).set(field, json(value)));
    assertTrue(message.contains(expected), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "networks | [] | networks: expected at least two networks, found a list of length 0",
        "networks | [{\"name\": \"a\", \"file\": \"a\"}, {\"name\": \"b\"}] | networks[1].file: expected a text",
        "centred | \"no\" | centred: expected true or false, found 'no'",
        "backend | null | backend: expected an object, found null",
        "title | [] | title: expected a text, found a list of length 0",
        "skipped | {\"x\": [1], \"y\": []} | skipped.x[0]: expected a text, found 1",
        "failed | [{\"xLayer\": \"a\"}] | failed[0].yLayer: expected a text, found nothing",
        "mismatched | [{\"xLayer\": 1}] | mismatched[0].xLayer: expected a text, found 1",
        "leftOut | [{\"file\": \"a\"}] | leftOut[0].name: expected a text, found nothing"
      })
  void wrongFieldsAreNamed(String field, String value, String expected) {
    String message = messageOf(result -> result.set(field, json(value)));
    assertTrue(message.startsWith(expected), message);
  }

  @Test
  void depthsAndLengthsBeyondAllReasonEndAtOnce() {
    String deep = "[".repeat(1_000_000);
    String wide = "1" + "0".repeat(1_000_000);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (String field : List.of("networks", "layers", "pairs", "summary", "other")) {
            for (String value : List.of(deep, "{\"a\":".repeat(1_000_000), wide, "-" + wide)) {
              message("{\"spanmatch\": \"1.0.0\", \"" + field + "\": " + value);
            }
          }
          assertTrue(
              message("[".repeat(1_000_000)).startsWith("expected a result of spanmatch in JSON"));
          assertTrue(
              message("{\"spanmatch\": \"1.0.0\", \"layers\": " + deep)
                  .contains("found a number, name or nesting beyond the length or depth of any"));
          message("{\"" + "k".repeat(1_000_000) + "\": 1}");
          message("{\"spanmatch\": \"" + "1".repeat(1_000_000) + "\"}");
        });
  }

  /** Bytes and values that something else wrote over; the same ones in every run. */
  @Test
  void damagedResultsAreShownOrRefused() {
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          SplittableRandom random = new SplittableRandom(20);
          byte[] whole = Results.match().toString().getBytes(StandardCharsets.UTF_8);
          for (int i = 0; i < 1000; i++) {
            byte[] damaged = whole.clone();
            for (int change = random.nextInt(1, 4); change > 0; change--) {
              damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            PageFuzzing.fuzzerTestOneInput(damaged);
            PageFuzzing.fuzzerTestOneInput(
                withAnotherValue(random).toString().getBytes(StandardCharsets.UTF_8));
          }
        });
  }

  /** A result of which one value, of any kind and at any place, is another one. */
  private static JsonNode withAnotherValue(SplittableRandom random) {
    ObjectNode result = Results.match();
    List<JsonNode> containers = new ArrayList<>(List.of(result));
    for (int i = 0; i < containers.size(); i++) {
      containers.get(i).forEach(child -> containers.add(child));
    }
    containers.removeIf(node -> node.isValueNode() || node.isEmpty());
    JsonNode[] values =
        Stream.of(
                "null",
                "true",
                "-1",
                "0",
                "1",
                "0.5",
                "2147483648",
                "1e300",
                "\"\"",
                "\"</script>\"",
                "[]",
                "{}",
                "[0]",
                "{\"x\": [], \"y\": []}",
                "{\"x\": 1, \"y\": 1}")
            .map(ResultReaderTest::json)
            .toArray(JsonNode[]::new);
    JsonNode value = values[random.nextInt(values.length)];
    JsonNode container = containers.get(random.nextInt(containers.size()));
    int position = random.nextInt(container.size());
    if (container instanceof ArrayNode list) {
      list.set(position, value);
    } else {
      List<String> names = new ArrayList<>();
      container.fieldNames().forEachRemaining(names::add);
      ((ObjectNode) container).set(names.get(position), value);
    }
    return result;
  }

  @TestFactory
  Stream<DynamicTest> seedsOfTheFuzzer() throws Exception {
    List<Path> seeds;
    try (Stream<Path> files = Files.list(seedFolder())) {
      seeds = files.sorted().toList();
    }
    assertTrue(seeds.size() > 3, seeds.toString());
    return seeds.stream()
        .map(
            seed ->
                dynamicTest(
                    seed.getFileName().toString(),
                    () -> PageFuzzing.fuzzerTestOneInput(Files.readAllBytes(seed))));
  }

  private static Path seedFolder() throws URISyntaxException {
    return Path.of(ResultReaderTest.class.getResource("fuzzing/Page").toURI());
  }
}
