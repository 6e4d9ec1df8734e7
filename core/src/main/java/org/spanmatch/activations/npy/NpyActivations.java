package org.spanmatch.activations.npy;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;

/** A layer read from a stored {@code .npy} array by strides, without a transposed copy. */
final class NpyActivations implements Layer {
  private final String name;
  private final FileStamp file;
  private final ArrayBytes bytes;
  private final int dataOffset;
  private final StridedArray array;
  private final ElementType type;
  private final ByteOrder order;
  private final BlockShape shape;

  /**
   * Creates a layer of the values that follow {@code dataOffset} bytes of header.
   *
   * @throws org.spanmatch.activations.ActivationsException if a single sample does not fit in a
   *     block
   */
  NpyActivations(
      String name,
      FileStamp file,
      ArrayBytes bytes,
      int dataOffset,
      StridedArray array,
      ElementType type,
      ByteOrder order) {
    this.name = name;
    this.file = file;
    this.bytes = bytes;
    this.dataOffset = dataOffset;
    this.array = array;
    this.type = type;
    this.order = order;
    this.shape = BlockShape.of(array, type.bytes());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String source() {
    return file.path().toString();
  }

  @Override
  public ElementType type() {
    return type;
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
    file.requireUnchanged();
  }

  @Override
  public BlockReader open() {
    file.requireUnchanged();
    try {
      return file.guard(
          shape.sequential()
              ? new SequentialReader(
                  description(), bytes.stream(), dataOffset, array, shape, type, order)
              : new GatheringReader(
                  description(), bytes.channel(), dataOffset, array, shape, type, order));
    } catch (IOException e) {
      file.requireUnchanged();
      throw StoredArray.unreadable(description(), e);
    }
  }

  @Override
  public Optional<RangeReader> openRanges() {
    boolean littleEndian = order == ByteOrder.LITTLE_ENDIAN || type.bytes() == 1;
    if (!shape.sequential() || !littleEndian) {
      return Optional.empty();
    }
    file.requireUnchanged();
    try {
      Optional<ArrayBytes.Place> place = bytes.place();
      if (place.isEmpty()) {
        return Optional.empty();
      }
      Optional<RangeChecksum> checksum =
          bytes.checksum().isEmpty()
              ? Optional.empty()
              : Optional.of(new RangeChecksum(bytes.size(), bytes.checksum().getAsLong()));
      return Optional.of(
          new StoredRanges(
              description(), file, place.get(), dataOffset, checksum, array, shape, type));
    } catch (IOException e) {
      file.requireUnchanged();
      throw StoredArray.unreadable(description(), e);
    }
  }
}
