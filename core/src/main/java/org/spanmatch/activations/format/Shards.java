package org.spanmatch.activations.format;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;

/** Finds arrays whose names say that they may be parts of one layer. */
final class Shards {
  /** An array and what its name says. */
  private record Part(StoredArray array, NumberedName name) {}

  private final Map<String, List<Part>> layers = new LinkedHashMap<>(); // parts in order

  private final Map<String, UnusableEntry> unusable = new HashMap<>(); // the first, by layer

  private Shards() {}

  /** Groups the arrays whose names end with numbers, by what stands before. */
  static Shards of(List<StoredArray> arrays, List<UnusableEntry> unusable) {
    Shards shards = new Shards();
    for (UnusableEntry entry : unusable) {
      NumberedName.layer(entry.name())
          .ifPresent(layer -> shards.unusable.putIfAbsent(layer, entry));
    }
    for (StoredArray array : arrays) {
      Optional<NumberedName> name = NumberedName.of(array);
      name.ifPresent(
          numbered ->
              shards
                  .layers
                  .computeIfAbsent(numbered.layer(), layer -> new ArrayList<>())
                  .add(new Part(array, numbered)));
    }
    shards
        .layers
        .values()
        .forEach(parts -> parts.sort(Comparator.comparingLong(part -> part.name.first())));
    return shards;
  }

  /** The names of the layers that arrays may be parts of. */
  List<String> layers() {
    return List.copyOf(layers.keySet());
  }

  /** The layers whose parts look like nothing else. */
  List<String> evident() {
    return layers.keySet().stream().filter(layer -> isEvident(layers.get(layer))).toList();
  }

  /**
   * Whether arrays are parts of one layer, judging by names and shapes: zero-padded numbers and a
   * last part of another size, or ranges that the sizes agree with. Layers of equal shapes with
   * numbers, such as those of a transformer, do not.
   */
  private static boolean isEvident(List<Part> parts) {
    Part first = parts.get(0);
    Part last = parts.get(parts.size() - 1);
    if (parts.size() < 2 || !first.name.isFirst() || first.array.notALayer().isPresent()) {
      return false;
    }
    boolean isPadded = first.name.digits().length() > 1;
    long size = first.array.shape().get(0);
    for (int i = 1; i < parts.size(); i++) {
      Part part = parts.get(i);
      List<Long> shape = part.array.shape();
      if (!part.name.follows(parts.get(i - 1).name)
          || !part.array.dtype().equals(first.array.dtype())
          || shape.size() != first.array.shape().size()
          || !shape.subList(1, shape.size()).equals(first.array.shape().subList(1, shape.size()))) {
        return false;
      }
      isPadded &= part.name.digits().length() == first.name.digits().length();
      if (!part.name.isRange() && i < parts.size() - 1 && shape.get(0) != size) {
        return false;
      }
    }
    return first.name.isRange() || (isPadded && last.array.shape().get(0) < size);
  }

  /** The arrays that are parts of a layer, where each may lack a separator before its number. */
  List<StoredArray> arrays(String layer, boolean mayLackSeparator) {
    return parts(layer, mayLackSeparator).stream().map(Part::array).toList();
  }

  private List<Part> parts(String layer, boolean mayLackSeparator) {
    return layers.getOrDefault(layer, List.of()).stream()
        .filter(part -> mayLackSeparator || part.name.isSeparated())
        .toList();
  }

  /**
   * Makes one array of the parts of a layer; if some are missing, are there twice, or have other
   * shapes, one that can't be read.
   *
   * @param name the name of the array
   */
  StoredArray concatenated(
      String layer, boolean mayLackSeparator, String name, Collection<Layout> layouts) {
    List<Part> parts = parts(layer, mayLackSeparator);
    try {
      if (unusable.containsKey(layer)) {
        throw unusable.get(layer).exception();
      }
      requireComplete(name, parts);
      return ConcatenatedArray.of(name, parts.stream().map(Part::array).toList(), layouts);
    } catch (ActivationsException e) {
      return new RefusedArray(name, parts.get(0).array, e);
    }
  }

  private static void requireComplete(String name, List<Part> parts) {
    Part first = parts.get(0);
    if (!first.name.isFirst()) {
      throw problem(name, "expected part 0 or 1, found " + first.array.title() + " as the first");
    }
    for (int i = 1; i < parts.size(); i++) {
      Part before = parts.get(i - 1);
      Part part = parts.get(i);
      if (part.name.follows(before.name)) {
        continue;
      }
      throw problem(
          name,
          part.name.first() == before.name.first()
              ? before.array.title() + " and " + part.array.title() + " are the same part"
              : part.name.isRange() || before.name.isRange()
                  ? part.array.title() + " does not begin where " + before.array.title() + " ends"
                  : "part "
                      + (before.name.first() + 1)
                      + " is missing between "
                      + before.array.title()
                      + " and "
                      + part.array.title());
    }
    Part last = parts.get(parts.size() - 1);
    if (last.name.parts() >= 0 && parts.size() < last.name.parts()) {
      throw problem(
          name,
          "expected "
              + last.name.parts()
              + " of them, found "
              + parts.size()
              + ", the last of which is "
              + last.array.title());
    }
  }

  private static ActivationsException problem(String layer, String what) {
    return new ActivationsException("the parts of the layer '" + layer + "': " + what);
  }
}
