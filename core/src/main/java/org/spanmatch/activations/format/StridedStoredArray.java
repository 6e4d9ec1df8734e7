package org.spanmatch.activations.format;

import java.io.IOException;
import java.util.Optional;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.storage.StridedValues;

/** An array whose values lie in a file as they are. */
final class StridedStoredArray extends StoredArray {
  private final String dtype;
  private final StridedValues values;

  StridedStoredArray(String name, String dtype, StridedValues values) {
    super(values.file(), name, values.shape());
    this.dtype = dtype;
    this.values = values;
  }

  @Override
  public String dtype() {
    return dtype;
  }

  @Override
  public String order() {
    return values.isContiguous(false) ? "C" : values.isContiguous(true) ? "Fortran" : "strided";
  }

  @Override
  protected Optional<ElementType> type() {
    return Optional.of(values.type());
  }

  @Override
  protected Layer layer(Layout layout) throws IOException {
    return values.layer(name(), layout.neuronAxis());
  }

  @Override
  protected StridedValues.Values values(String description) {
    return values.values(description);
  }

  @Override
  protected StoredArray named(String name) {
    return new StridedStoredArray(name, dtype, values);
  }
}
