package org.spanmatch.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.spanmatch.report.results.Networks;
import org.spanmatch.report.results.PairNames;

/**
 * Finds which pairs of layers of several pairs of networks belong together although layers may have
 * other names in other networks: those that are linked by layers they have in common.
 */
final class CommonLayers {
  /** A layer of a network, by the network's name, which no other has. */
  private record Node(String network, String layer) {}

  private final Map<Node, Node> linked = new HashMap<>();
  private final Map<Node, Set<String>> names = new HashMap<>();
  private final Map<Node, PairNames> first = new HashMap<>();

  private CommonLayers() {}

  /**
   * Returns what the pairs of layers are called together, by pair of networks and of layers.
   *
   * @param networks the networks of each pair
   * @param pairs the pairs of layers of each pair of networks
   * @return equal names for pairs of layers that belong together; the names of the pairs themselves
   *     if that would put two pairs of the same networks together
   */
  static List<List<PairNames>> of(List<Networks> networks, List<List<PairNames>> pairs) {
    if (pairs.size() == 1) {
      return pairs;
    }
    CommonLayers common = new CommonLayers();
    for (int i = 0; i < pairs.size(); i++) {
      for (PairNames pair : pairs.get(i)) {
        common.link(x(networks.get(i), pair), y(networks.get(i), pair), pair);
      }
    }
    List<List<PairNames>> all = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      List<PairNames> called = new ArrayList<>();
      for (PairNames pair : pairs.get(i)) {
        called.add(common.name(x(networks.get(i), pair)));
      }
      if (new HashSet<>(called).size() < called.size()) {
        return pairs;
      }
      all.add(called);
    }
    return all;
  }

  private static Node x(Networks networks, PairNames pair) {
    return new Node(networks.names().x(), pair.xLayer());
  }

  private static Node y(Networks networks, PairNames pair) {
    return new Node(networks.names().y(), pair.yLayer());
  }

  private void link(Node x, Node y, PairNames pair) {
    Node a = root(x);
    Node b = root(y);
    Set<String> all = names.computeIfAbsent(a, node -> new LinkedHashSet<>());
    if (!a.equals(b)) {
      linked.put(b, a);
      all.addAll(names.getOrDefault(b, Set.of()));
      PairNames earlier = first.get(b);
      if (earlier != null) {
        first.putIfAbsent(a, earlier);
      }
    }
    all.add(pair.xLayer());
    all.add(pair.yLayer());
    first.putIfAbsent(a, pair);
  }

  private Node root(Node node) {
    Node root = node;
    while (linked.containsKey(root)) {
      root = linked.get(root);
    }
    return root;
  }

  private PairNames name(Node node) {
    Node root = root(node);
    PairNames pair = first.get(root);
    return new PairNames(String.join(" ~ ", names.get(root)), pair.xLayer(), pair.yLayer());
  }
}
