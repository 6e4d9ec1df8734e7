package org.spanmatch.report.page;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.results.Network;

/**
 * The layers that a result lacks, in sentences.
 *
 * @param ofAll sentences about all its networks
 * @param explained the layers whose absence they explain
 * @param networks its networks
 */
record Missing(List<String> ofAll, Set<String> explained, List<Network> networks) {
  /** Reads it. */
  static Missing of(Entry result, List<Network> networks) {
    List<String> sentences = new ArrayList<>();
    for (Entry failed : list(result, "failed")) {
      sentences.add(ofPair(failed, "could not be compared"));
    }
    for (Entry mismatched : list(result, "mismatched")) {
      sentences.add(ofPair(mismatched, "have different samples"));
    }
    for (Entry layer : list(result, "notReached")) {
      sentences.add("layer '" + layer.text() + "' was not reached before the search was ended");
    }
    Set<String> explained = new HashSet<>();
    for (Entry unpaired : list(result, "unpaired")) {
      explained.add(unpaired.get("name").text());
      sentences.add(sentence(unpaired, "has no partner"));
    }
    for (Entry leftOut : list(result, "leftOut")) {
      sentences.add(sentence(leftOut, "is not taken for a layer"));
    }
    return new Missing(sentences, explained, networks);
  }

  private static List<Entry> list(Entry result, String field) {
    return result.find(field).map(Entry::list).orElse(List.of());
  }

  private static String ofPair(Entry pair, String what) {
    return "layers '"
        + pair.get("xLayer").text()
        + "' and '"
        + pair.get("yLayer").text()
        + "' "
        + what
        + ": "
        + pair.get("reason").text();
  }

  private static String sentence(Entry array, String what) {
    return array.get("file").text()
        + ": '"
        + array.get("name").text()
        + "' "
        + what
        + ": "
        + array.get("reason").text();
  }

  /** Returns what is said of all networks, and the layers of two of them that are in no pair. */
  List<String> all(Optional<Entry> skipped, int x, int y) {
    List<String> sentences = new ArrayList<>(ofAll);
    sentences.addAll(skipped(skipped, x, y));
    return sentences;
  }

  /** Returns the layers of two networks that are in no pair. */
  List<String> skipped(Optional<Entry> skipped, int x, int y) {
    List<String> sentences = new ArrayList<>();
    PerGroup<String> names = PerGroup.of(networks.get(x).name(), networks.get(y).name());
    skipped.ifPresent(
        layers ->
            layers
                .both()
                .forEach(
                    (group, list) ->
                        list.list().stream()
                            .map(Entry::text)
                            .filter(layer -> !explained.contains(layer))
                            .forEach(layer -> sentences.add(alone(layer, group, names)))));
    return sentences;
  }

  private static String alone(String layer, Group group, PerGroup<String> names) {
    return "layer '"
        + layer
        + "' of "
        + names.get(group)
        + " has no partner in "
        + names.get(group.other());
  }
}
