package org.spanmatch.activations.storage;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;

/** A layer read from a file by strides, without a transposed copy. */
final class StridedLayer implements Layer {
  // The bytes before the values count for a checksum; more of them than this no header has.
  private static final int MOST_CHECKED = 1 << 21;

  private final String name;
  private final StridedValues values;
  private final StridedArray array;
  private final BlockShape shape;

  /**
   * Creates a layer of values.
   *
   * @throws org.spanmatch.activations.ActivationsException if a single sample does not fit in a
   *     block
   */
  StridedLayer(String name, StridedValues values, StridedArray array) {
    this.name = name;
    this.values = values;
    this.array = array;
    this.shape = BlockShape.of(array, values.type().bytes());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String source() {
    return values.file().path().toString();
  }

  @Override
  public ElementType type() {
    return values.type();
  }

  @Override
  public int neurons() {
    return shape.neurons();
  }

  @Override
  public List<Long> sampleAxes() {
    return array.samplesShape();
  }

  @Override
  public void requireUnchanged() {
    values.file().requireUnchanged();
  }

  @Override
  public BlockReader open() {
    return values.read(description(), array, shape);
  }

  @Override
  public Optional<RangeReader> openRanges() {
    boolean littleEndian = values.order() == ByteOrder.LITTLE_ENDIAN || values.type().bytes() == 1;
    if (!shape.sequential() || !littleEndian) {
      return Optional.empty();
    }
    requireUnchanged();
    try {
      Optional<ArrayBytes.Place> place = values.bytes().place();
      if (place.isEmpty()) {
        return Optional.empty();
      }
      boolean checked =
          values.bytes().checksum().isPresent()
              && values.endsBytes(array)
              && values.offset() <= MOST_CHECKED;
      Optional<RangeChecksum> checksum =
          checked
              ? Optional.of(
                  new RangeChecksum(values.bytes().size(), values.bytes().checksum().getAsLong()))
              : Optional.empty();
      return Optional.of(
          new StoredRanges(
              description(),
              values.file(),
              place.get(),
              values.offset(),
              checksum,
              array,
              shape,
              values.type()));
    } catch (IOException e) {
      requireUnchanged();
      throw ReadFailure.of(description(), e);
    }
  }
}
