package org.spanmatch.formats.hdf5;

import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.StridedValues;

/** A dataset of text, compounds and the like, which is listed and never read. */
final class NoNumbers extends StoredArray {
  private final String dtype;

  NoNumbers(FileStamp file, String name, List<Long> shape, String dtype) {
    super(file, name, shape);
    this.dtype = dtype;
  }

  @Override
  public String dtype() {
    return dtype;
  }

  @Override
  public String order() {
    return "C";
  }

  @Override
  protected Optional<ElementType> type() {
    return Optional.empty();
  }

  @Override
  protected Layer layer(Layout layout) {
    throw new IllegalStateException("it holds no numbers");
  }

  @Override
  protected StridedValues.Values values(String description) {
    throw new IllegalStateException("it holds no numbers");
  }

  @Override
  protected StoredArray named(String name) {
    return new NoNumbers(file(), name, shape(), dtype);
  }
}
