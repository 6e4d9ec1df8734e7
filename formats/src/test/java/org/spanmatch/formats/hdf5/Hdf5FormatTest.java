package org.spanmatch.formats.hdf5;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.format.FormatContract;
import org.spanmatch.activations.format.Stored;

/** HDF5 keeps what every format promises. */
class Hdf5FormatTest extends FormatContract {
  @Override
  protected String suffix() {
    return ".h5";
  }

  @Override
  protected void write(Path file, Map<String, Stored> arrays) throws IOException {
    Files.write(file, Hdf5Writer.file(arrays));
  }

  @Override
  protected Set<ElementType> types() {
    return EnumSet.allOf(ElementType.class);
  }

  @Override
  protected List<ByteOrder> orders() {
    return List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
  }

  @Override
  protected boolean hasRanges() {
    return true;
  }

  @Override
  protected Map<String, byte[]> claims() {
    byte[] whole =
        Hdf5Writer.file(
            Map.of(
                "a",
                new Stored(
                    ElementType.FLOAT32,
                    ByteOrder.LITTLE_ENDIAN,
                    false,
                    List.of(123, 4),
                    new byte[123 * 16])));
    return Map.of(
        "petabytes",
        claiming(whole, 1L << 48),
        "more than a long counts",
        claiming(whole, 1L << 62));
  }

  /** The first axis of a dataset is longer than its values. */
  private static byte[] claiming(byte[] whole, long size) {
    byte[] bytes = whole.clone();
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 16 <= bytes.length; at += 4) {
      if (data.getLong(at) == 123 && data.getLong(at + 8) == 4) {
        data.putLong(at, size);
      }
    }
    return bytes;
  }
}
