package org.spanmatch.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import org.spanmatch.kernel.PerGroup;

/** The simple matches of a layer on the page. */
final class SimplePart {
  /** The name of its field, in results and on the page. */
  static final String FIELD = "simple";

  private SimplePart() {}

  /**
   * Reads them.
   *
   * @param layer the layer that has them
   * @param neurons number of neurons of both networks
   */
  static JsonNode of(Entry layer, PerGroup<Integer> neurons) {
    Entry maximum = layer.get("maximum");
    ObjectNode part = JsonNodeFactory.instance.objectNode();
    part.put("epsilon", maximum.get("epsilon").share());
    part.put("complete", layer.get("complete").flag());
    part.put("coverage", layer.get("coverage").share());
    PerGroup<int[]> matching = neurons(maximum, neurons);
    part.set("maximum", both(matching));
    ArrayNode matches = part.putArray("matches");
    for (Entry match : layer.get(FIELD).list()) {
      PerGroup<int[]> members = neurons(match, neurons);
      if (!isPart(members.x(), matching.x()) || !isPart(members.y(), matching.y())) {
        throw match.expected("neurons of the maximum match");
      }
      matches
          .addObject()
          .put("epsilon", match.get("epsilon").share())
          .set("members", both(members));
    }
    return part;
  }

  private static PerGroup<int[]> neurons(Entry match, PerGroup<Integer> neurons) {
    return PerGroup.from(group -> match.both().get(group).neurons(neurons.get(group)));
  }

  private static boolean isPart(int[] members, int[] matching) {
    return Arrays.stream(members).allMatch(member -> Arrays.binarySearch(matching, member) >= 0);
  }

  private static ArrayNode both(PerGroup<int[]> members) {
    ArrayNode both = JsonNodeFactory.instance.arrayNode();
    members.forEach(
        (group, ids) -> {
          ArrayNode list = both.addArray();
          Arrays.stream(ids).forEach(list::add);
        });
    return both;
  }
}
