package org.spanmatch.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.spanmatch.kernel.PerGroup;

/**
 * A pair of layers on the page.
 *
 * @param names what the two networks call it
 * @param samples number of samples
 * @param masked number of samples that a mask left out, beside these
 * @param neurons number of neurons, dead ones included
 * @param dead the dead neurons
 * @param warnings in words
 * @param numbers the match levels and other numbers of the neurons; empty if they were not found
 * @param matches one per ε, ascending
 * @param jump the largest jump of the similarity; empty if it never jumps, or without levels
 * @param others what other commands found of the layers, by the name of the field
 */
record PageLayer(
    PerGroup<String> names,
    long samples,
    long masked,
    PerGroup<Integer> neurons,
    PerGroup<int[]> dead,
    List<String> warnings,
    Optional<NeuronNumbers> numbers,
    List<PageMatch> matches,
    Optional<LargestJump> jump,
    Map<String, JsonNode> others) {
  private static final String LEVELS = "levels";
  private static final String FULL = "full";
  private static final String CHANCE = "chance";

  /**
   * Reads a layer.
   *
   * @param all the numbers of the layers before
   */
  static PageLayer of(Entry layer, NeuronNumbers.All all) {
    PerGroup<Integer> neurons =
        layer.get("neurons").both().map(each -> (int) each.count(Integer.MAX_VALUE));
    Map<String, PerGroup<double[]>> numbers = new LinkedHashMap<>();
    addNumbers(LEVELS, layer.find("levels"), neurons, numbers);
    addNumbers(FULL, layer.find("fullDistances"), neurons, numbers);
    addNumbers(CHANCE, layer.find("chanceLevels"), neurons, numbers);
    return new PageLayer(
        names(layer),
        layer.get("samples").count(Long.MAX_VALUE),
        layer.get("masked").count(Long.MAX_VALUE),
        neurons,
        PerGroup.from(group -> layer.get("dead").both().get(group).neurons(neurons.get(group))),
        layer.get("warnings").list().stream().map(each -> each.get("message").text()).toList(),
        numbers.isEmpty() ? Optional.empty() : Optional.of(all.add(numbers)),
        matches(layer, neurons),
        Optional.ofNullable(numbers.get(LEVELS)).flatMap(LargestJump::of),
        others(layer, neurons));
  }

  /** The names of both layers; where simple matches were found, they have the same. */
  private static PerGroup<String> names(Entry layer) {
    if (layer.find(SimplePart.FIELD).isPresent()) {
      String name = layer.get("name").text();
      return PerGroup.of(name, name);
    }
    return PerGroup.of(layer.get("xLayer").text(), layer.get("yLayer").text());
  }

  /** The names of two layers in a message. */
  static String shown(PerGroup<String> names) {
    return names.x().equals(names.y())
        ? "'" + names.x() + "'"
        : "'" + names.x() + "' with '" + names.y() + "'";
  }

  private static Map<String, JsonNode> others(Entry layer, PerGroup<Integer> neurons) {
    Map<String, JsonNode> others = new LinkedHashMap<>();
    if (layer.find(SimplePart.FIELD).isPresent()) {
      others.put(SimplePart.FIELD, SimplePart.of(layer, neurons));
    }
    layer
        .find(MeasuresPart.FIELD)
        .ifPresent(found -> others.put(MeasuresPart.FIELD, MeasuresPart.of(found)));
    return others;
  }

  private static void addNumbers(
      String what,
      Optional<Entry> both,
      PerGroup<Integer> neurons,
      Map<String, PerGroup<double[]>> numbers) {
    both.ifPresent(
        entry ->
            numbers.put(
                what, PerGroup.from(group -> entry.both().get(group).shares(neurons.get(group)))));
  }

  private static List<PageMatch> matches(Entry layer, PerGroup<Integer> neurons) {
    List<Entry> matches = layer.find("matches").map(Entry::list).orElse(List.of());
    Optional<List<Entry>> chance = layer.find("chance").map(Entry::list);
    if (chance.isPresent() && chance.get().size() != matches.size()) {
      throw layer.get("chance").expected("a number for each of " + matches.size() + " matches");
    }
    List<PageMatch> all = new ArrayList<>();
    for (int i = 0; i < matches.size(); i++) {
      int index = i;
      all.add(PageMatch.of(matches.get(i), chance.map(list -> list.get(index)), neurons));
    }
    return List.copyOf(all);
  }

  /**
   * Returns this layer with what another result has of the same layers, where this one has none.
   */
  PageLayer with(PageLayer other) {
    Map<String, JsonNode> all = new LinkedHashMap<>(other.others);
    all.putAll(others);
    return new PageLayer(
        names,
        samples,
        masked,
        neurons,
        dead,
        Stream.concat(warnings.stream(), other.warnings.stream()).distinct().toList(),
        numbers.or(other::numbers),
        matches.isEmpty() ? other.matches : matches,
        numbers.isPresent() ? jump : other.jump,
        all);
  }

  /**
   * Writes it.
   *
   * @param texts the positions of warnings among all of the page
   */
  void write(Texts texts, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("x", names.x());
    json.writeStringField("y", names.y());
    json.writeNumberField("samples", samples);
    json.writeNumberField("masked", masked);
    writePair("neurons", neurons, json);
    writePair("dead", dead.map(each -> each.length), json);
    json.writeFieldName("warnings");
    int[] positions = warnings.stream().mapToInt(texts::position).toArray();
    json.writeArray(positions, 0, positions.length);
    if (numbers.isPresent()) {
      numbers.get().write(json);
    }
    if (!matches.isEmpty()) {
      json.writeArrayFieldStart("matches");
      for (PageMatch match : matches) {
        if (!isInCounts(match)) {
          match.write(!isInNumbers(match), json);
        }
      }
      json.writeEndArray();
    }
    if (jump.isPresent()) {
      jump.get().write(json);
    } else {
      json.writeNullField("jump");
    }
    for (Map.Entry<String, JsonNode> other : others.entrySet()) {
      json.writeFieldName(other.getKey());
      json.writeTree(other.getValue());
    }
    json.writeEndObject();
  }

  /** Whether counts say all that there is to say of a match. */
  private boolean isInCounts(PageMatch match) {
    int all = neurons.x() + neurons.y();
    int living = all - dead.x().length - dead.y().length;
    return numbers.isPresent()
        && numbers.get().areCounted()
        && !match.isRemarkable()
        && numbers.get().say(match.similarity(), LEVELS, match.epsilon(), all)
        && numbers.get().say(match.coverage(), FULL, match.epsilon(), living)
        && numbers.get().say(match.chance(), CHANCE, match.epsilon(), all);
  }

  /** Whether the page need not list the neurons of a match: it finds them, or has no room. */
  private boolean isInNumbers(PageMatch match) {
    return numbers.isPresent()
        && (numbers.get().areCounted()
            || numbers.get().say(match.members(), LEVELS, match.epsilon()));
  }

  private static void writePair(String name, PerGroup<Integer> numbers, JsonGenerator json)
      throws IOException {
    json.writeFieldName(name);
    json.writeArray(new int[] {numbers.x(), numbers.y()}, 0, 2);
  }
}
