package org.spanmatch.activations.format;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.storage.StridedValues;

/** An array whose layer is made of that of another array. */
final class MappedArray extends StoredArray {
  private final StoredArray array;
  private final UnaryOperator<Layer> mapping;

  MappedArray(StoredArray array, UnaryOperator<Layer> mapping) {
    super(array.file(), array.name(), array.shape());
    this.array = array;
    this.mapping = mapping;
  }

  @Override
  public String dtype() {
    return array.dtype();
  }

  @Override
  public String order() {
    return array.order();
  }

  @Override
  protected Optional<ElementType> type() {
    return array.type();
  }

  @Override
  protected String cure() {
    return array.cure();
  }

  @Override
  protected Layer layer(Layout layout) {
    return layer(List.of(layout));
  }

  @Override
  public Layer layer(Collection<Layout> chosen) {
    return mapping.apply(array.layer(chosen));
  }

  @Override
  BitSet kept() {
    return array.kept();
  }

  @Override
  protected StridedValues.Values values(String description) {
    return array.values(description);
  }

  @Override
  protected StoredArray named(String name) {
    return new MappedArray(array.named(name), mapping);
  }
}
