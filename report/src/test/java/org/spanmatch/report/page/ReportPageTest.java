package org.spanmatch.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is in the page, and in its data. */
class ReportPageTest {
  private static List<Double> doubles(JsonNode base64) {
    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(base64.textValue()))
            .order(ByteOrder.LITTLE_ENDIAN);
    List<Double> numbers = new ArrayList<>();
    while (bytes.hasRemaining()) {
      numbers.add(bytes.getDouble());
    }
    return numbers;
  }

  private static void assertSame(JsonNode result, JsonNode base64) {
    List<Double> numbers = doubles(base64);
    assertEquals(result.size(), numbers.size());
    for (int i = 0; i < numbers.size(); i++) {
      double expected = result.get(i).isNull() ? Double.NaN : result.get(i).doubleValue();
      assertEquals(expected, numbers.get(i));
    }
  }

  @Test
  void theDataHasTheNumbersOfTheResult() {
    ObjectNode result = Results.match();
    JsonNode data = Results.data(result);
    assertEquals(1, data.get("version").intValue());
    assertEquals(Results.parsed("{\"a\": [\"match\"]}").get("a"), data.get("kinds"));
    assertTrue(data.get("title").isNull());
    assertEquals("java (CPU)", data.get("backend").textValue());
    assertEquals(result.get("networks"), data.get("networks"));
    assertEquals("[0.3,0.5]", data.get("epsilons").toString());
    assertEquals("[\"few samples\"]", data.get("texts").toString());
    JsonNode comparison = data.at("/comparisons/0");
    assertEquals(1, data.get("comparisons").size());
    assertEquals(
        List.of(
            "runs/a.npz: 'labels' is not taken for a layer: 1 axis",
            "layer 'only' of a has no partner in b"),
        IntStream.range(0, 2).mapToObj(i -> comparison.at("/missing/" + i).textValue()).toList());
    JsonNode layer = comparison.at("/layers/0");
    JsonNode expected = result.at("/layers/0");
    assertEquals("conv", layer.get("x").textValue());
    assertEquals("out", comparison.at("/layers/1/y").textValue());
    assertEquals(100, layer.get("samples").intValue());
    assertEquals(3, layer.get("masked").intValue());
    assertEquals("[3,2]", layer.get("neurons").toString());
    assertEquals("[1,0]", layer.get("dead").toString());
    assertEquals("[0]", layer.get("warnings").toString());
    assertEquals("[]", comparison.at("/layers/1/warnings").toString());
    for (int network = 0; network < 2; network++) {
      String name = network == 0 ? "x" : "y";
      assertSame(expected.get("levels").get(name), layer.get("levels").get(network));
      assertSame(expected.get("fullDistances").get(name), layer.get("full").get(network));
      assertSame(expected.get("chanceLevels").get(name), layer.get("chance").get(network));
    }
    assertFalse(comparison.at("/layers/1").has("chance"));
    assertEquals("{\"epsilon\":0.25,\"from\":0.0,\"to\":0.4}", layer.get("jump").toString());
    assertEquals(
        "{\"epsilon\":1.0,\"from\":0.0,\"to\":1.0}", comparison.at("/layers/1/jump").toString());
    for (int i = 0; i < 2; i++) {
      JsonNode match = layer.get("matches").get(i);
      for (String field : List.of("epsilon", "similarity", "coverage")) {
        assertEquals(expected.get("matches").get(i).get(field), match.get(field), field);
      }
      assertEquals(expected.get("chance").get(i), match.get("chance"));
    }
    assertEquals("[2,1]", layer.at("/matches/1/size").toString());
    assertEquals("[[0],[]]", layer.at("/matches/0/borderline").toString());
    assertEquals("[[],[]]", layer.at("/matches/1/borderline").toString());
  }

  @Test
  void pairsThatWereNotComparedAreListedWithTheReason() {
    ObjectNode result = Results.match();
    String pair = "[{\"xLayer\": \"conv\", \"yLayer\": \"out\", \"reason\": \"why\"}]";
    result.set("failed", Results.parsed("{\"a\": " + pair + "}").get("a"));
    result.set("mismatched", result.get("failed"));
    JsonNode missing = Results.data(result).at("/comparisons/0/missing");
    assertEquals("layers 'conv' and 'out' could not be compared: why", missing.get(0).textValue());
    assertEquals("layers 'conv' and 'out' have different samples: why", missing.get(1).textValue());
  }

  /** Such as those at ε = 0 that rounding makes undecidable, and all where there are no levels. */
  @Test
  void theMatchedNeuronsAreListedWhereLevelsDoNotSayThem() {
    ObjectNode result = Results.match();
    assertFalse(Results.data(result).at("/comparisons/0/layers/0/matches/0").has("members"));
    ((ObjectNode) result.at("/layers/0/matches/0")).set("x", Results.JSON.createArrayNode());
    JsonNode matches = Results.data(result).at("/comparisons/0/layers/0/matches");
    assertEquals("[[],[1]]", matches.at("/0/members").toString());
    assertFalse(matches.get(1).has("members"));
    ((ObjectNode) result.at("/layers/0")).remove("levels");
    ((ObjectNode) result.at("/layers/0")).remove("fullDistances");
    ((ObjectNode) result.at("/layers/0")).remove("chanceLevels");
    JsonNode layer = Results.data(result).at("/comparisons/0/layers/0");
    assertEquals("[[0,2],[1]]", layer.at("/matches/1/members").toString());
    assertFalse(layer.has("levels"));
    assertTrue(layer.get("jump").isNull());
  }

  @Test
  void whatHeldOutSamplesSayIsKept() {
    ObjectNode result = Results.match();
    ObjectNode match = (ObjectNode) result.at("/layers/0/matches/1");
    match.set("heldOut", Results.parsed("{\"share\": 0.5, \"x\": [0.2, 1.3], \"y\": [null]}"));
    match.set("confidence", Results.parsed("{\"low\": 0.1, \"high\": 0.9}"));
    JsonNode found = Results.data(result).at("/comparisons/0/layers/0/matches/1");
    assertEquals(match.get("heldOut"), found.get("heldOut"));
    assertEquals(match.get("confidence"), found.get("confidence"));
  }

  /** Levels of thousands of layers would not fit; the shares at each of 201 ε remain exact. */
  @Test
  void ofManyNeuronsOnlyCountsAreLeft() {
    ObjectNode result = Results.match();
    ArrayNode layers = (ArrayNode) result.get("layers");
    layers.removeAll();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 150; i++) {
      layers.add(layer("layer" + i, 300, random));
    }
    JsonNode data = Results.data(result);
    for (int i = 0; i < 150; i++) {
      JsonNode layer = data.at("/comparisons/0/layers/" + i);
      assertFalse(layer.has("levels"));
      assertEquals(List.of("levels", "full"), names(layer.get("counts")));
      int[] counts = counts(layer.at("/counts/levels"));
      for (int k = 0; k <= 200; k++) {
        int expected = 0;
        for (JsonNode level : layers.get(i).at("/levels/x")) {
          expected += level.doubleValue() <= k / 200.0 ? 1 : 0;
        }
        assertEquals(2 * expected, counts[k], "at " + k);
      }
      // Of the matches, those remain of which counts don't say all.
      assertEquals(1, layer.get("matches").size());
      assertEquals(0.301, layer.at("/matches/0/epsilon").doubleValue());
    }
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static ObjectNode layer(String name, int neurons, SplittableRandom random) {
    ObjectNode layer = (ObjectNode) Results.match().at("/layers/1");
    layer.put("xLayer", name).put("yLayer", name);
    layer.set("neurons", Results.parsed("{\"x\": " + neurons + ", \"y\": " + neurons + "}"));
    ArrayNode levels = Results.JSON.createArrayNode();
    // Many of them at the very ε that counts are given at, and in some layers few ε have any.
    int values = random.nextBoolean() ? 201 : 3;
    IntStream.range(0, neurons)
        .mapToDouble(
            i ->
                values == 201 && i % 2 == 0
                    ? random.nextDouble()
                    : random.nextInt(values) * 100 % 201 / 200.0)
        .forEach(levels::add);
    ObjectNode both = Results.JSON.createObjectNode();
    both.set("x", levels);
    both.set("y", levels);
    layer.set("levels", both);
    layer.set("fullDistances", both);
    ArrayNode matches = Results.JSON.createArrayNode();
    ArrayNode chance = Results.JSON.createArrayNode();
    for (double epsilon : new double[] {0.3, 0.301, 1}) {
      ObjectNode match = Results.JSON.createObjectNode();
      ArrayNode members = Results.JSON.createArrayNode();
      IntStream.range(0, neurons)
          .filter(i -> levels.get(i).doubleValue() <= epsilon)
          .forEach(members::add);
      match.put("epsilon", epsilon);
      match.put("similarity", 2.0 * members.size() / (2 * neurons));
      match.put("coverage", 2.0 * members.size() / (2 * neurons));
      match.set("x", members);
      match.set("y", members);
      match.set("borderline", Results.parsed("{\"x\": [], \"y\": []}"));
      match.set("undecidable", Results.parsed("{\"x\": [], \"y\": []}"));
      matches.add(match);
      chance.addNull();
    }
    layer.set("matches", matches);
    layer.putNull("chance");
    return layer;
  }

  /** Counts from increments, of which a zero is followed by how many more there are. */
  private static int[] counts(JsonNode base64) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64.textValue()));
    int[] counts = new int[201];
    int count = 0;
    for (int k = 0; k <= 200; k++) {
      int increment = number(bytes);
      count += increment;
      counts[k] = count;
      for (int more = increment == 0 ? number(bytes) : 0; more > 0; more--) {
        counts[++k] = count;
      }
    }
    assertFalse(bytes.hasRemaining());
    return counts;
  }

  /** A number in seven bits a byte; 0 at the end. */
  private static int number(ByteBuffer bytes) {
    int number = 0;
    for (int shift = 0; bytes.hasRemaining(); shift += 7) {
      byte part = bytes.get();
      number += (part & 127) << shift;
      if (part >= 0) {
        break;
      }
    }
    return number;
  }

  @Test
  void hostileNamesStayWithinTheData() throws Exception {
    String name =
        "</script><script>alert(1)</script><!--<script>&\u2028\u2029\ud800\u202e\u0000'\"";
    ObjectNode result = Results.match();
    ((ObjectNode) result.at("/layers/0")).put("xLayer", name).put("yLayer", name);
    ((ObjectNode) result.at("/networks/0")).put("name", name);
    result.put("title", name);
    ((ObjectNode) result.at("/layers/0/warnings/0")).put("message", name);
    String page = Results.page(result);
    String plain = Results.page(Results.match());
    assertEquals(plain.split("<script", -1).length, page.split("<script", -1).length);
    assertTrue(
        page.contains("<title>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!--"), page);
    String data = Results.dataText(page);
    for (String end : List.of("<", ">", "&", "\u2028", "\u2029")) {
      assertFalse(data.contains(end), end);
    }
    String read = name.replace('\ud800', '?');
    JsonNode parsed = Results.parsed(data);
    assertEquals(read, parsed.at("/networks/0/name").textValue());
    assertEquals(read, parsed.at("/comparisons/0/layers/0/x").textValue());
    assertEquals(read, parsed.get("title").textValue());
    assertEquals(read, parsed.at("/texts/0").textValue());
  }

  /** The scripts that run are those of the page, whatever is in the data. */
  @Test
  void thePolicyAllowsThePagesScriptsAndNoRequest() throws Exception {
    String page = Results.page(Results.match());
    Matcher policy = Pattern.compile("Security-Policy\" content=\"([^\"]*)\"").matcher(page);
    assertTrue(policy.find());
    List<String> hashes = new ArrayList<>();
    Matcher script = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(page);
    while (script.find()) {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(script.group(1).getBytes(StandardCharsets.UTF_8));
      hashes.add("'sha256-" + Base64.getEncoder().encodeToString(hash) + "'");
    }
    assertTrue(hashes.size() >= 3, hashes.toString());
    assertEquals(
        "default-src 'none'; style-src 'unsafe-inline'; script-src "
            + String.join(" ", hashes)
            + "; img-src data:",
        policy.group(1));
    assertFalse(page.contains("*{") || page.contains("{data}<"), "something is not filled in");
  }

  // Several results.

  private static ObjectNode of(String x, String y) {
    ObjectNode result = Results.match();
    ((ObjectNode) result.at("/networks/0")).put("name", x).put("file", "runs/" + x);
    ((ObjectNode) result.at("/networks/1")).put("name", y).put("file", "runs/" + y);
    return result;
  }

  private static ObjectNode spectrum(ObjectNode match) {
    ObjectNode spectrum = match.deepCopy();
    spectrum
        .get("layers")
        .forEach(
            layer -> {
              ((ObjectNode) layer).remove("matches");
              ((ObjectNode) layer).remove("chance");
            });
    return spectrum;
  }

  private static String networks(JsonNode data) {
    return IntStream.range(0, data.get("networks").size())
        .mapToObj(i -> data.get("networks").get(i).get("name").textValue())
        .collect(Collectors.joining(" "));
  }

  private static String pairs(JsonNode data) {
    return IntStream.range(0, data.get("comparisons").size())
        .mapToObj(i -> data.get("comparisons").get(i))
        .map(comparison -> comparison.get("x") + "-" + comparison.get("y"))
        .collect(Collectors.joining(" "));
  }

  @Test
  void resultsOfOtherNetworksBecomeFurtherComparisons() {
    JsonNode data = Results.data(of("a", "b"), of("b", "c"), of("a", "c"));
    assertEquals("a b c", networks(data));
    assertEquals("0-1 1-2 0-2", pairs(data));
    assertEquals(Results.data(of("a", "b")).at("/comparisons/0"), data.at("/comparisons/0"));
  }

  @Test
  void theSameCommandOnTheSameNetworksIsRefused() {
    String message =
        "2.json: expected other networks, or the result of another command, than in 0.json, found"
            + " match of runs/a and runs/b again; leave one of the two out or, if they are of other"
            + " networks, compare files of other names or paths";
    ObjectNode other = of("a", "b");
    ((ObjectNode) other.at("/networks/1")).put("file", "./runs/../runs/b");
    assertEquals(message, refusal(of("a", "b"), of("a", "c"), of("a", "b")));
    assertEquals(message, refusal(of("a", "b"), spectrum(of("a", "b")), other));
    assertEquals(
        message.replace("runs/a and runs/b", "runs/b and runs/a"),
        refusal(of("a", "b"), spectrum(of("a", "b")), of("b", "a")));
  }

  @Test
  void pathsOfNetworksAreNormalised() {
    ObjectNode other = spectrum(of("a", "b"));
    ((ObjectNode) other.at("/networks/0")).put("file", "./runs/a + runs/./c");
    ((ObjectNode) other.at("/networks/1")).put("file", "runs//b");
    ObjectNode match = of("a", "b");
    ((ObjectNode) match.at("/networks/0")).put("file", "runs/a + runs/c");
    JsonNode data = Results.data(match, other);
    assertEquals("0-1", pairs(data));
    assertEquals("runs/b", data.at("/networks/1/file").textValue());
  }

  @Test
  void aNetworkThatIsComparedWithItselfIsTwo() {
    ObjectNode twice = of("a", "a (2)");
    ((ObjectNode) twice.at("/networks/1")).put("file", "runs/a");
    JsonNode data = Results.data(twice, spectrum(twice), of("a", "b"));
    assertEquals("a a (2) b", networks(data));
    assertEquals("0-1 0-2", pairs(data));
  }

  @Test
  void filesOfTheSameNameAreToldApart() {
    ObjectNode other = of("a", "b");
    ((ObjectNode) other.at("/networks/0")).put("file", "others/a");
    assertEquals("a b others/a", networks(Results.data(of("a", "b"), other)));
  }

  @Test
  void whatOtherCommandsFoundIsLaidTogether() {
    ObjectNode match = of("a", "b");
    ObjectNode few = match.deepCopy();
    ((ArrayNode) few.get("layers")).remove(0);
    ((ObjectNode) few.at("/layers/0")).remove("levels");
    ((ObjectNode) few.at("/layers/0")).remove("fullDistances");
    for (JsonNode data :
        List.of(Results.data(few, spectrum(match)), Results.data(spectrum(match), few))) {
      assertEquals("[\"match\",\"spectrum\"]", data.get("kinds").toString());
      assertEquals("0-1", pairs(data));
      JsonNode layers = data.at("/comparisons/0/layers");
      assertEquals("conv", layers.at("/0/x").textValue(), "the order of the files");
      assertEquals("fc", layers.at("/1/x").textValue());
      assertTrue(layers.at("/0").has("levels") && layers.at("/1").has("levels"));
      assertEquals(2, data.at("/comparisons/0/missing").size());
    }
  }

  private static String refusal(JsonNode... results) {
    return assertThrows(PageException.class, () -> Results.data(results)).getMessage();
  }

  @Test
  void resultsOfOtherLayersAreRefused() {
    ObjectNode other = of("a", "c");
    ((ObjectNode) other.at("/layers/0")).put("xLayer", "pool").put("yLayer", "pool");
    assertEquals(
        "1.json: expected the layers of 0.json, such as 'conv', found 'pool'",
        refusal(of("a", "b"), other));
    assertEquals(
        "1.json: expected the layers of 0.json, such as 'conv', found 'pool'",
        refusal(of("a", "b"), spectrum(other)));
  }

  @Test
  void resultsOfOtherSamplesAreNotLaidTogether() {
    ObjectNode other = spectrum(of("a", "b"));
    ((ObjectNode) other.at("/layers/0")).put("samples", 99);
    assertEquals(
        "1.json: expected layer 'conv' as in 0.json, with 100 samples and 3/2 neurons, found 99"
            + " samples and 3/2 neurons",
        refusal(of("a", "b"), other));
  }

  @Test
  void resultsWithOtherDeadNeuronsAreNotLaidTogether() {
    ObjectNode other = spectrum(of("a", "b"));
    ((ObjectNode) other.at("/layers/0")).set("dead", Results.parsed("{\"x\": [1], \"y\": [0]}"));
    assertEquals(
        "1.json: expected layer 'conv' with the dead neurons that 0.json has, found neuron 0 of the"
            + " second network dead in one of the two alone",
        refusal(of("a", "b"), other));
    ((ObjectNode) other.at("/layers/0")).set("dead", Results.parsed("{\"x\": [2], \"y\": []}"));
    assertTrue(refusal(of("a", "b"), other).contains("neuron 1 of the first network"));
  }

  @Test
  void layersThatAreThereTwiceAreRefused() {
    ObjectNode result = of("a", "b");
    ArrayNode layers = (ArrayNode) result.get("layers");
    layers.add(layers.get(0).deepCopy());
    assertEquals(
        "0.json: layers[2]: expected layers other than those before, found 'conv' again",
        refusal(result));
    layers.set(2, layers.get(1).deepCopy());
    assertEquals(
        "0.json: layers[2]: expected layers other than those before, found 'fc' with 'out' again",
        refusal(result));
  }

  @Test
  void centredAndOtherResultsAreNotMixed() {
    assertEquals(
        "1.json: expected a result without --center, as 0.json, found one with it",
        refusal(of("a", "b"), of("a", "c").put("centred", true)));
    ObjectNode unstated = spectrum(of("a", "b"));
    unstated.remove("centred");
    assertEquals(
        "2.json: expected a result without --center, as 1.json, found one with it",
        refusal(unstated, of("a", "b"), of("a", "c").put("centred", true)));
  }

  @Test
  void pairsOfManyNetworksAreComparisons() {
    ObjectNode many = of("a", "b");
    JsonNode layers = many.remove("layers");
    JsonNode skipped = many.remove("skipped");
    ((ArrayNode) many.get("networks")).add(Results.parsed("{\"name\": \"c\", \"file\": \"c\"}"));
    ArrayNode pairs = Results.JSON.createArrayNode();
    for (String pair : List.of("01", "12")) {
      ObjectNode node = Results.JSON.createObjectNode();
      node.put("x", pair.charAt(0) - '0').put("y", pair.charAt(1) - '0');
      node.set("layers", layers);
      node.set("skipped", skipped);
      pairs.add(node);
    }
    many.set("pairs", pairs);
    JsonNode data = Results.data(many);
    assertEquals("a b c", networks(data));
    assertEquals("0-1 1-2", pairs(data));
    assertEquals(2, data.at("/comparisons/0/missing").size());
    assertEquals(
        "layer 'only' of b has no partner in c", data.at("/comparisons/1/missing/0").textValue());
    ((ArrayNode) layers).add(layers.get(0).deepCopy());
    assertEquals(
        "0.json: pairs[0].layers[2]: expected layers other than those before, found 'conv' again",
        refusal(many));
    ((ArrayNode) layers).remove(2);
    ((ObjectNode) pairs.get(1)).put("y", 1);
    assertEquals("0.json: pairs[1].y: expected another network, found 1", refusal(many));
    ((ObjectNode) pairs.get(1)).put("y", 3);
    assertEquals("0.json: pairs[1].y: expected a whole number from 0 to 2, found 3", refusal(many));
  }
}
