package org.spanmatch.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** Compares the matches in two results of {@code spanmatch match}: two backends must agree. */
public final class SameMatches {
  private int sets;
  private int differing;
  private final StringBuilder text = new StringBuilder();

  private SameMatches() {}

  /**
   * Prints the differences and their number, and exits with 1 if there are any.
   *
   * @param arguments two {@code result.json} files
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("expected two files result.json");
    }
    SameMatches comparison = of(Path.of(arguments[0]), Path.of(arguments[1]));
    System.out.print(comparison.text);
    System.out.println(comparison.sets + " sets compared, " + comparison.differing + " differ");
    System.exit(comparison.differing > 0 || comparison.sets == 0 ? 1 : 0);
  }

  /** Compares two files. */
  static SameMatches of(Path first, Path second) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode layers = mapper.readTree(first.toFile()).get("layers");
    JsonNode others = mapper.readTree(second.toFile()).get("layers");
    SameMatches comparison = new SameMatches();
    if (layers.size() != others.size()) {
      throw new IllegalArgumentException(
          first + " has " + layers.size() + " layers, " + second + " has " + others.size());
    }
    for (int i = 0; i < layers.size(); i++) {
      comparison.compare(layers.get(i), others.get(i));
    }
    return comparison;
  }

  private void compare(JsonNode layer, JsonNode other) {
    String name = layer.get("name").asText();
    JsonNode matches = layer.get("matches");
    JsonNode otherMatches = other.get("matches");
    if (!name.equals(other.get("name").asText()) || matches.size() != otherMatches.size()) {
      throw new IllegalArgumentException("the results are not of the same layers and ε: " + name);
    }
    for (int i = 0; i < matches.size(); i++) {
      JsonNode match = matches.get(i);
      JsonNode otherMatch = otherMatches.get(i);
      for (String group : new String[] {"x", "y"}) {
        sets++;
        Set<Integer> differences = difference(match, otherMatch, group);
        if (!differences.isEmpty()) {
          differing++;
          text.append(name)
              .append(", ε = ")
              .append(match.get("epsilon"))
              .append(": neurons of ")
              .append(group)
              .append(" in one match only: ")
              .append(differences)
              .append('\n');
        }
      }
    }
  }

  /** Returns the neurons in only one of two sets, except for borderline ones. */
  private static Set<Integer> difference(JsonNode match, JsonNode other, String group) {
    Set<Integer> either = indices(match.get(group));
    Set<Integer> both = indices(match.get(group));
    Set<Integer> second = indices(other.get(group));
    either.addAll(second);
    both.retainAll(second);
    either.removeAll(both);
    either.removeAll(indices(match.at("/borderline/" + group)));
    either.removeAll(indices(other.at("/borderline/" + group)));
    return either;
  }

  private static Set<Integer> indices(JsonNode array) {
    Set<Integer> indices = new TreeSet<>();
    array.forEach(index -> indices.add(index.intValue()));
    return indices;
  }

  /** Number of sets: two per ε and layer. */
  int sets() {
    return sets;
  }

  /** Number of sets that differ. */
  int differing() {
    return differing;
  }
}
