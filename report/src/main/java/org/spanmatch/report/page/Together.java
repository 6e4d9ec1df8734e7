package org.spanmatch.report.page;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.results.Network;
import org.spanmatch.report.results.Networks;

/**
 * Lays results together: what different commands found of the same two networks becomes one
 * comparison, anything else further comparisons of the same layers.
 */
final class Together {
  private final PageResult first;
  private final Set<PerGroup<String>> names = new HashSet<>();
  private final List<Network> networks = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();

  // The first result that says whether means were subtracted.
  private Optional<PageResult> centring = Optional.empty();

  /** A comparison, which results may add to. */
  private static final class Slot {
    private final String file;
    private final Map<Kind, String> files = new EnumMap<>(Kind.class);
    private PageComparison comparison;

    Slot(PageResult result, PageComparison comparison) {
      this.file = result.file();
      this.files.put(result.kind(), file);
      this.comparison = comparison;
    }

    boolean takes(PageComparison other) {
      return comparison.x() == other.x() && comparison.y() == other.y();
    }

    /** Whether this is of the same networks, in whichever order. */
    boolean isOf(PageComparison other) {
      return takes(other) || (comparison.x() == other.y() && comparison.y() == other.x());
    }
  }

  private Together(PageResult first) {
    this.first = first;
    names.addAll(names(first));
  }

  /**
   * Lays results together.
   *
   * @param results at least one
   * @throws PageException if they are of different layers, or two of the same kind are of the same
   *     networks
   */
  static PageContent of(List<PageResult> results) {
    Together together = new Together(results.get(0));
    results.forEach(together::add);
    return new PageContent(
        results.stream().map(PageResult::kind).distinct().sorted().toList(),
        results.stream().flatMap(result -> result.title().stream()).findFirst(),
        results.get(0).version(),
        results.stream().map(PageResult::backend).distinct().collect(Collectors.joining(", ")),
        results.stream().flatMap(result -> result.centred().stream()).findFirst().orElse(false),
        List.copyOf(together.networks),
        together.slots.stream().map(slot -> slot.comparison).toList());
  }

  private static Set<PerGroup<String>> names(PageResult result) {
    return result.comparisons().stream()
        .flatMap(comparison -> comparison.layers().stream())
        .map(PageLayer::names)
        .collect(Collectors.toSet());
  }

  private void add(PageResult result) {
    requireSame(result);
    List<Integer> positions = positions(result.networks());
    for (PageComparison each : result.comparisons()) {
      PageComparison comparison =
          new PageComparison(
              positions.get(each.x()), positions.get(each.y()), each.layers(), each.missing());
      requireNew(comparison, result);
      Optional<Slot> slot = slots.stream().filter(found -> found.takes(comparison)).findFirst();
      if (slot.isPresent()) {
        slot.get().comparison = with(slot.get(), comparison, result);
        slot.get().files.put(result.kind(), result.file());
      } else {
        slots.add(new Slot(result, comparison));
      }
    }
  }

  /** Nobody could tell comparisons of one command and the same networks apart. */
  private void requireNew(PageComparison comparison, PageResult result) {
    for (Slot slot : slots) {
      String file = slot.files.get(result.kind());
      if (file != null && slot.isOf(comparison)) {
        throw new PageException(
            result.file()
                + ": expected other networks, or the result of another command, than in "
                + file
                + ", found "
                + result.kind()
                + " of "
                + networks.get(comparison.x()).file()
                + " and "
                + networks.get(comparison.y()).file()
                + " again; leave one of the two out or, if they are of other networks, compare"
                + " files of other names or paths");
      }
    }
  }

  /** A result may have fewer pairs of layers than another, or more, but not others. */
  private void requireSame(PageResult result) {
    Set<PerGroup<String>> others = names(result);
    Optional<PerGroup<String>> missing = other(names, others);
    Optional<PerGroup<String>> added = other(others, names);
    if (missing.isPresent() && added.isPresent()) {
      throw new PageException(
          result.file()
              + ": expected the layers of "
              + first.file()
              + ", such as "
              + PageLayer.shown(missing.get())
              + ", found "
              + PageLayer.shown(added.get()));
    }
    names.addAll(others);
    requireSameCentring(result);
  }

  private void requireSameCentring(PageResult result) {
    if (result.centred().isEmpty()) {
      return;
    }
    PageResult before = centring.orElse(result);
    boolean expected = before.centred().orElseThrow();
    if (result.centred().get() != expected) {
      throw new PageException(
          result.file()
              + ": expected a result "
              + (expected ? "with" : "without")
              + " --center, as "
              + before.file()
              + ", found one "
              + (expected ? "without it" : "with it"));
    }
    centring = Optional.of(before);
  }

  private static Optional<PerGroup<String>> other(
      Set<PerGroup<String>> some, Set<PerGroup<String>> others) {
    return some.stream()
        .filter(names -> !others.contains(names))
        .min(Comparator.comparing(PageLayer::shown));
  }

  /** Returns where the networks of a result are among all; new ones are added. */
  private List<Integer> positions(List<Network> of) {
    List<Integer> positions = new ArrayList<>();
    for (Network network : of) {
      String file = Networks.normalised(network.file());
      int position = 0;
      // A file that is compared with itself is two networks.
      while (position < networks.size()
          && (!Networks.normalised(networks.get(position).file()).equals(file)
              || positions.contains(position))) {
        position++;
      }
      if (position == networks.size()) {
        networks.add(new Network(name(network), network.file()));
      }
      positions.add(position);
    }
    return positions;
  }

  /** A name that no other network has yet. */
  private String name(Network network) {
    return Stream.concat(
            Stream.of(network.name(), network.file()),
            Stream.iterate(2, number -> number + 1)
                .map(number -> network.file() + " (" + number + ")"))
        .filter(name -> networks.stream().noneMatch(other -> other.name().equals(name)))
        .findFirst()
        .orElseThrow();
  }

  private static PageComparison with(Slot slot, PageComparison other, PageResult result) {
    List<PageLayer> before = slot.comparison.layers();
    // Of the result with more layers, the order is that of the files.
    boolean isLarger = other.layers().size() > before.size();
    Map<PerGroup<String>, PageLayer> layers = new LinkedHashMap<>();
    (isLarger ? other.layers() : before).forEach(layer -> layers.put(layer.names(), layer));
    Map<PerGroup<String>, PageLayer> added =
        other.layers().stream()
            .collect(Collectors.toMap(PageLayer::names, layer -> layer, (one, same) -> one));
    for (PageLayer layer : before) {
      PageLayer addition = added.remove(layer.names());
      if (addition != null) {
        requireSameSize(slot, layer, addition, result);
        requireSameDead(slot, layer, addition, result);
      }
      layers.put(layer.names(), addition == null ? layer : layer.with(addition));
    }
    layers.putAll(added);
    return new PageComparison(
        other.x(),
        other.y(),
        List.copyOf(layers.values()),
        Stream.concat(slot.comparison.missing().stream(), other.missing().stream())
            .distinct()
            .toList());
  }

  private static void requireSameSize(
      Slot slot, PageLayer before, PageLayer layer, PageResult result) {
    if (before.samples() != layer.samples() || !before.neurons().equals(layer.neurons())) {
      throw new PageException(
          result.file()
              + ": expected layer "
              + PageLayer.shown(layer.names())
              + " as in "
              + slot.file
              + ", with "
              + size(before)
              + ", found "
              + size(layer));
    }
  }

  private static void requireSameDead(
      Slot slot, PageLayer before, PageLayer layer, PageResult result) {
    for (Group group : Group.values()) {
      OptionalInt other = difference(before.dead().get(group), layer.dead().get(group));
      if (other.isPresent()) {
        throw new PageException(
            result.file()
                + ": expected layer "
                + PageLayer.shown(layer.names())
                + " with the dead neurons that "
                + slot.file
                + " has, found neuron "
                + other.getAsInt()
                + " of the "
                + (group == Group.X ? "first" : "second")
                + " network dead in one of the two alone");
      }
    }
  }

  /** The first number that one of two lists has alone. */
  private static OptionalInt difference(int[] one, int[] other) {
    BitSet numbers = new BitSet();
    IntStream.of(one).forEach(numbers::flip);
    IntStream.of(other).forEach(numbers::flip);
    return numbers.stream().findFirst();
  }

  private static String size(PageLayer layer) {
    return layer.samples()
        + " samples and "
        + layer.neurons().x()
        + "/"
        + layer.neurons().y()
        + " neurons";
  }
}
