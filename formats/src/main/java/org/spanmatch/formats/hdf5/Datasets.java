package org.spanmatch.formats.hdf5;

import io.jhdf.Constants;
import io.jhdf.ObjectHeader;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.CompactDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ContiguousDataLayoutMessage;
import io.jhdf.object.message.DataSpace;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.DataTypeMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.storage.ArrayBytes;
import org.spanmatch.activations.storage.FileStamp;
import org.spanmatch.activations.storage.StridedValues;

/** Makes arrays of the datasets of a file. */
final class Datasets {
  private static final int NULL_SPACE = 2; // a type of dataspace
  private static final long SMALL_CHUNK = 8 << 20;

  private final Structures file;
  private final FileStamp stamp;
  private final boolean matlab;

  /**
   * Makes arrays of one file.
   *
   * @param matlab whether MATLAB wrote it, whose arrays are in Fortran order
   */
  Datasets(Structures file, FileStamp stamp, boolean matlab) {
    this.file = file;
    this.stamp = stamp;
    this.matlab = matlab;
  }

  /**
   * Makes an array of a dataset.
   *
   * @throws ActivationsException with the reason alone if it can't be read
   */
  StoredArray array(String name, ObjectHeader dataset) {
    DataSpace space = dataset.getMessageOfType(DataSpaceMessage.class).getDataSpace();
    DataTypeMessage typeMessage = dataset.getMessageOfType(DataTypeMessage.class);
    if (typeMessage.isMessageShared()) {
      // jhdf takes the reference to the type for the type.
      throw new ActivationsException("its number format is a named type, which is not supported");
    }
    DataType stored = typeMessage.getDataType();
    if (space.getType() == NULL_SPACE) {
      throw new ActivationsException("it has no shape and no values");
    }
    long[] sizes = space.getDimensionsAsLong();
    if (Arrays.stream(sizes).anyMatch(size -> size < 0)) {
      throw new ActivationsException("what describes it in the file is damaged (its shape)");
    }
    List<Long> shape = new ArrayList<>(Arrays.stream(sizes).boxed().toList());
    Optional<NumberType> number = NumberType.of(stored);
    if (matlab) {
      Collections.reverse(shape);
      Matlab variable = Matlab.of(dataset);
      if (variable.isEmpty()) {
        throw new ActivationsException("it is empty");
      }
      if (variable.noNumbers().isPresent()) {
        return new NoNumbers(stamp, name, shape, variable.noNumbers().get());
      }
      number = number.map(variable::type);
    }
    if (number.isEmpty()) {
      return new NoNumbers(stamp, name, shape, NumberType.name(stored));
    }
    NumberType type = number.get();
    List<Long> strides;
    long bytes;
    try {
      strides = StridedValues.strides(shape, matlab);
      bytes = Arrays.stream(sizes).reduce(type.type().bytes(), Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw new ActivationsException("the size of the shape " + shape + " overflows", e);
    }
    Place place = place(dataset, sizes, type.type().bytes(), bytes);
    return StoredArray.of(
        name,
        type.toString(),
        new StridedValues(
            stamp, place.bytes, place.offset, shape, strides, type.type(), type.order()));
  }

  /** Where the values of a dataset lie. */
  private record Place(ArrayBytes bytes, long offset) {}

  private Place place(ObjectHeader dataset, long[] shape, int valueBytes, long bytes) {
    DataLayoutMessage layout = dataset.getMessageOfType(DataLayoutMessage.class);
    if (bytes == 0) {
      return new Place(new CompactBytes(new byte[0]), 0);
    }
    if (layout instanceof CompactDataLayoutMessage compact) {
      ByteBuffer data = compact.getDataBuffer();
      requireBytes(bytes, data.remaining());
      byte[] values = new byte[(int) bytes];
      data.get(values);
      return new Place(new CompactBytes(values), 0);
    }
    if (layout instanceof ContiguousDataLayoutMessage whole) {
      if (whole.getAddress() == Constants.UNDEFINED_ADDRESS) {
        throw new ActivationsException("its values were never written");
      }
      if (whole.getSize() != -1) {
        requireBytes(bytes, whole.getSize());
      }
      long position = whole.getAddress() + file.getUserBlockSize();
      if (position < 0 || position > file.size() - bytes) {
        throw new ActivationsException(
            "its values should be " + bytes + " bytes at " + position + ", beyond the file's end");
      }
      return new Place(ArrayBytes.of(stamp.path()), position);
    }
    Grid grid = new Grid(shape, Chunks.shape(dataset), valueBytes, file.size());
    Filters filters = Filters.of(dataset);
    Optional<String> unknown = filters.unknown();
    if (unknown.isPresent()) {
      throw new ActivationsException(
          "it is compressed by the filter "
              + unknown.get()
              + ", expected gzip, shuffle, lzf or fletcher32; 'h5repack -f GZIP=1 IN OUT' rewrites"
              + " the file");
    }
    long most = Math.max(SMALL_CHUNK, Runtime.getRuntime().maxMemory() / 8);
    if (!filters.isEmpty() && grid.chunkBytes() > most) {
      throw new ActivationsException(
          "its compressed chunks of "
              + grid.chunkBytes()
              + " bytes are larger than an eighth of the Java heap: give Java more memory (-Xmx), or"
              + " save it in smaller chunks");
    }
    return new Place(new ChunkedBytes(stamp.path(), dataset.getAddress(), grid, filters, bytes), 0);
  }

  private static void requireBytes(long expected, long found) {
    if (found < expected) {
      throw new ActivationsException(
          "its shape needs " + expected + " bytes of data, found " + found);
    }
  }
}
