package org.spanmatch.activations.format;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.storage.StridedValues;

/** An array that is stored in parts, which follow each other along the axis of examples. */
final class ConcatenatedArray extends StoredArray {
  private final List<StoredArray> parts;

  private ConcatenatedArray(String name, List<StoredArray> parts, List<Long> shape) {
    super(parts.get(0).file(), name, shape);
    this.parts = parts;
  }

  /**
   * Concatenates arrays.
   *
   * @param parts at least one
   * @param layouts which axis counts examples: the first, unless they say that it counts neurons
   * @throws ActivationsException if the other axes of the parts differ
   */
  static StoredArray of(
      String name, List<? extends StoredArray> parts, Collection<Layout> layouts) {
    StoredArray first = parts.get(0);
    int axes = first.shape().size();
    int axis =
        layouts.stream().anyMatch(each -> each.axes() == axes && each.neuronAxis() == 0) ? 1 : 0;
    long examples = 0;
    for (StoredArray part : parts) {
      if (axes == 0 || !others(part, axis).equals(others(first, axis))) {
        throw new ActivationsException(
            part.title()
                + " has the shape "
                + part.shape()
                + ", but "
                + first.title()
                + " has "
                + first.shape()
                + ", expected parts of one layer, which differ in the number of examples alone");
      }
      examples += part.shape().get(axis);
      if (examples < 0) {
        throw new ActivationsException(part.title() + ": the number of all examples overflows");
      }
    }
    List<Long> shape = new ArrayList<>(first.shape());
    shape.set(axis, examples);
    return new ConcatenatedArray(name, List.copyOf(parts), shape);
  }

  /** The sizes of the axes but that of examples. */
  private static List<Long> others(StoredArray array, int axis) {
    List<Long> sizes = new ArrayList<>(array.shape());
    if (axis < sizes.size()) {
      sizes.remove(axis);
    }
    return sizes;
  }

  private String each(Function<StoredArray, String> property) {
    return parts.stream().map(property).distinct().collect(Collectors.joining(", "));
  }

  @Override
  public String dtype() {
    return each(StoredArray::dtype);
  }

  @Override
  public String order() {
    return each(StoredArray::order);
  }

  @Override
  protected Optional<ElementType> type() {
    Set<Optional<ElementType>> types = new HashSet<>();
    parts.forEach(part -> types.add(part.type()));
    if (types.size() == 1) {
      return parts.get(0).type();
    }
    return types.contains(Optional.<ElementType>empty())
        ? Optional.empty()
        : Optional.of(ElementType.FLOAT64);
  }

  @Override
  protected String cure() {
    return parts.stream()
        .filter(part -> part.type().isEmpty())
        .findFirst()
        .map(StoredArray::cure)
        .orElse("");
  }

  @Override
  protected Layer layer(Layout layout) {
    return layer(List.of(layout));
  }

  @Override
  public Layer layer(Collection<Layout> chosen) {
    return Layers.concatenated(name(), parts.stream().map(part -> part.layer(chosen)).toList());
  }

  @Override
  BitSet kept() {
    requireCountable();
    BitSet kept = new BitSet();
    int before = 0;
    for (StoredArray part : parts) {
      BitSet own = part.kept();
      for (int i = own.nextSetBit(0); i >= 0; ) {
        int end = own.nextClearBit(i);
        kept.set(before + i, before + end);
        i = own.nextSetBit(end);
      }
      before += part.requireCountable();
    }
    return kept;
  }

  /** The values of the parts, one after the other. */
  @Override
  protected StridedValues.Values values(String description) {
    Iterator<StoredArray> left = parts.iterator();
    StridedValues.Values first = left.next().values(description);
    return new StridedValues.Values(
        new BlockReader() {
          private BlockReader reader = first.reader();

          @Override
          public Block next() {
            Block block = reader.next();
            while (block == null && left.hasNext()) {
              reader.close();
              reader = left.next().values(description).reader();
              block = reader.next();
            }
            return block;
          }

          @Override
          public void close() {
            reader.close();
          }
        },
        first.axes());
  }

  @Override
  protected StoredArray named(String name) {
    return new ConcatenatedArray(name, parts, shape());
  }
}
