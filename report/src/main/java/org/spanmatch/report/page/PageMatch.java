package org.spanmatch.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;
import org.spanmatch.kernel.PerGroup;

/**
 * A maximum match on the page.
 *
 * @param epsilon ε
 * @param similarity its similarity
 * @param coverage the coverage; null if no neuron lives
 * @param chance the similarity by chance; null if it was not found
 * @param members the matched neurons
 * @param borderline the neurons that may match or not
 * @param undecidable the neurons that can't be decided
 * @param heldOut what held-out samples say of it, as in the result; null if nothing
 * @param confidence an interval of the similarity, as in the result; null if there is none
 */
record PageMatch(
    double epsilon,
    double similarity,
    Double coverage,
    Double chance,
    PerGroup<int[]> members,
    PerGroup<int[]> borderline,
    PerGroup<int[]> undecidable,
    JsonNode heldOut,
    JsonNode confidence) {
  /**
   * Reads one.
   *
   * @param chance the similarity by chance; empty if it was not found
   * @param neurons how many neurons the layers have
   */
  static PageMatch of(Entry match, Optional<Entry> chance, PerGroup<Integer> neurons) {
    PerGroup<int[]> members = ids(match, neurons);
    return new PageMatch(
        match.get("epsilon").share(),
        match.get("similarity").share(),
        match.find("coverage").map(Entry::share).orElse(null),
        chance.map(Entry::share).orElse(null),
        members,
        ids(match.get("borderline"), neurons),
        ids(match.get("undecidable"), neurons),
        match.find("heldOut").map(each -> heldOut(each, members)).orElse(null),
        match.find("confidence").map(PageMatch::confidence).orElse(null));
  }

  private static PerGroup<int[]> ids(Entry both, PerGroup<Integer> neurons) {
    return PerGroup.from(group -> both.both().get(group).neurons(neurons.get(group)));
  }

  private static JsonNode heldOut(Entry heldOut, PerGroup<int[]> members) {
    heldOut.find("share").ifPresent(Entry::share);
    heldOut.both().forEach((group, each) -> each.distances(members.get(group).length));
    return heldOut.node();
  }

  private static JsonNode confidence(Entry interval) {
    interval.get("low").share();
    interval.get("high").share();
    return interval.node();
  }

  /** Whether some of its neurons deserve a remark, or samples that were held out say more of it. */
  boolean isRemarkable() {
    return heldOut != null || confidence != null || size(borderline) + size(undecidable) > 0;
  }

  private static int size(PerGroup<int[]> neurons) {
    return neurons.x().length + neurons.y().length;
  }

  /**
   * Writes it.
   *
   * @param withMembers whether the neurons are written, with what held-out samples say of each
   */
  void write(boolean withMembers, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("epsilon", epsilon);
    json.writeNumberField("similarity", similarity);
    writeNumber("coverage", coverage, json);
    writeNumber("chance", chance, json);
    json.writeFieldName("size");
    json.writeArray(new int[] {members.x().length, members.y().length}, 0, 2);
    writeIds("borderline", borderline, json);
    writeIds("undecidable", undecidable, json);
    if (withMembers) {
      writeIds("members", members, json);
    }
    writeTree("heldOut", heldOut, json);
    writeTree("confidence", confidence, json);
    json.writeEndObject();
  }

  private static void writeNumber(String name, Double number, JsonGenerator json)
      throws IOException {
    if (number == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, number);
    }
  }

  private static void writeIds(String name, PerGroup<int[]> ids, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(name);
    json.writeArray(ids.x(), 0, ids.x().length);
    json.writeArray(ids.y(), 0, ids.y().length);
    json.writeEndArray();
  }

  private static void writeTree(String name, JsonNode tree, JsonGenerator json) throws IOException {
    if (tree != null) {
      json.writeFieldName(name);
      json.writeTree(tree);
    }
  }
}
