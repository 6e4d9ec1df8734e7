package org.spanmatch.activations.format;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.storage.StridedValues;

/** An array in parts that don't make one, which matters only if it is asked for. */
final class RefusedArray extends StoredArray {
  private final StoredArray part;
  private final String reason;

  /**
   * Creates an array.
   *
   * @param part one of the parts
   * @param reason what is wrong with them
   */
  RefusedArray(String name, StoredArray part, ActivationsException reason) {
    this(name, part, reason.getMessage());
  }

  private RefusedArray(String name, StoredArray part, String reason) {
    super(part.file(), name, part.shape());
    this.part = part;
    this.reason = reason;
  }

  @Override
  public String dtype() {
    return part.dtype();
  }

  @Override
  public String order() {
    return part.order();
  }

  @Override
  protected Optional<ElementType> type() {
    return part.type();
  }

  @Override
  protected String cure() {
    return part.cure();
  }

  @Override
  protected Layer layer(Layout layout) {
    return layer(List.of(layout));
  }

  @Override
  public Layer layer(Collection<Layout> chosen) {
    throw new ActivationsException(reason);
  }

  @Override
  BitSet kept() {
    throw new ActivationsException(reason);
  }

  @Override
  protected StridedValues.Values values(String description) {
    throw new ActivationsException(reason);
  }

  @Override
  protected StoredArray named(String name) {
    return new RefusedArray(name, part, reason);
  }
}
