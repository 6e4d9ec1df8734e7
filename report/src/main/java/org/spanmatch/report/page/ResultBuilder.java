package org.spanmatch.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.results.Network;
import org.spanmatch.report.results.Networks;

/** Builds what the page shows of a result from its parts, in the order in which they come. */
final class ResultBuilder {
  /** The field with the version of spanmatch, which no other JSON has. */
  static final String VERSION = "spanmatch";

  /** The fields that are read as a whole. */
  static final Set<String> FIELDS =
      Set.of(
          VERSION,
          "backend",
          "networks",
          "title",
          "centred",
          "skipped",
          "leftOut",
          "unpaired",
          "mismatched",
          "failed",
          "x",
          "y",
          "notReached");

  private final String file;
  private final NeuronNumbers.All numbers;
  private final ObjectNode head = JsonNodeFactory.instance.objectNode();
  private final List<PageLayer> layers = new ArrayList<>();
  private final List<Pair> pairs = new ArrayList<>();
  private boolean hasLayers;
  private Kind kind;

  /** Two of the networks, with their layers and the other fields of the pair. */
  private record Pair(Entry head, List<PageLayer> layers) {}

  /**
   * Begins a result.
   *
   * @param file names it in messages
   * @param numbers those of the neurons of results before
   */
  ResultBuilder(String file, NeuronNumbers.All numbers) {
    this.file = file;
    this.numbers = numbers;
  }

  /** Adds a field of the result. */
  void field(String name, JsonNode value) {
    head.set(name, value);
    if (name.equals(VERSION)) {
      WrittenBy.check(head().get(VERSION));
    }
  }

  /** Begins the layers of two networks alone. */
  void beginLayers() {
    hasLayers = true;
  }

  /** Adds a layer of two networks alone. */
  void layer(JsonNode layer) {
    add("layers[" + layers.size() + "]", layer, layers);
  }

  /**
   * Adds a layer of one of several pairs of networks.
   *
   * @param all the layers of the pair so far
   */
  void layerOfPair(JsonNode layer, List<PageLayer> all) {
    add(place() + ".layers[" + all.size() + "]", layer, all);
  }

  /**
   * Adds a pair of networks.
   *
   * @param fields its other fields
   * @param all its layers
   */
  void pair(JsonNode fields, List<PageLayer> all) {
    requireDistinct(place() + ".", all);
    pairs.add(new Pair(new Entry(file, place(), fields), List.copyOf(all)));
  }

  private String place() {
    return "pairs[" + pairs.size() + "]";
  }

  private void add(String place, JsonNode node, List<PageLayer> all) {
    Entry layer = new Entry(file, place, node);
    Kind found = Kind.of(layer);
    if (kind != null && kind != found) {
      throw layer.expected("a layer of " + kind);
    }
    kind = found;
    all.add(PageLayer.of(layer, numbers));
  }

  private void requireDistinct(String place, List<PageLayer> all) {
    Set<PerGroup<String>> names = new HashSet<>();
    for (int i = 0; i < all.size(); i++) {
      if (!names.add(all.get(i).names())) {
        throw new PageException(
            file
                + ": "
                + place
                + "layers["
                + i
                + "]: expected layers other than those before, found "
                + PageLayer.shown(all.get(i).names())
                + " again");
      }
    }
  }

  private Entry head() {
    return new Entry(file, "", head);
  }

  /** Returns the result. */
  PageResult build() {
    Entry result = head();
    if (!head.has(VERSION)) {
      throw new PageException(
          file
              + ": expected a result of spanmatch, found JSON without the field '"
              + VERSION
              + "'");
    }
    if (kind == null) {
      throw new PageException(file + ": expected a result with at least one layer, found none");
    }
    List<Network> networks =
        kind == Kind.SIMPLE && !head.has("networks")
            ? ofFiles(result.both())
            : networks(result.get("networks"));
    Missing missing = Missing.of(result, networks);
    return new PageResult(
        file,
        kind,
        result.get(VERSION).text(),
        backend(result.get("backend")),
        result.find("title").map(Entry::text),
        result.find("centred").map(Entry::flag),
        networks,
        hasLayers ? ofTwo(result, networks, missing) : ofPairs(networks, missing));
  }

  private static List<Network> networks(Entry entry) {
    List<Network> networks =
        entry.list().stream()
            .map(each -> new Network(each.get("name").text(), each.get("file").text()))
            .toList();
    if (networks.size() < 2) {
      throw entry.expected("at least two networks");
    }
    return networks;
  }

  /** The networks of a result that names their files alone. */
  private static List<Network> ofFiles(PerGroup<Entry> files) {
    return Networks.ofFiles(List.of(files.x().text(), files.y().text())).networks();
  }

  private static String backend(Entry entry) {
    return entry.get("name").text() + " (" + entry.get("device").text() + ")";
  }

  private List<PageComparison> ofTwo(Entry result, List<Network> networks, Missing missing) {
    if (networks.size() != 2) {
      throw result.get("networks").expected("two networks");
    }
    requireDistinct("", layers);
    return List.of(
        new PageComparison(0, 1, List.copyOf(layers), missing.all(result.find("skipped"), 0, 1)));
  }

  private List<PageComparison> ofPairs(List<Network> networks, Missing missing) {
    List<PageComparison> comparisons = new ArrayList<>();
    for (Pair pair : pairs) {
      int x = (int) pair.head.get("x").count(networks.size() - 1L);
      int y = (int) pair.head.get("y").count(networks.size() - 1L);
      if (x == y) {
        throw pair.head.get("y").expected("another network");
      }
      Optional<Entry> skipped = pair.head.find("skipped");
      // The first pair lists what all pairs lack.
      comparisons.add(
          new PageComparison(
              x,
              y,
              pair.layers,
              comparisons.isEmpty() ? missing.all(skipped, x, y) : missing.skipped(skipped, x, y)));
    }
    return comparisons;
  }
}
