package org.spanmatch.activations.npy;

import java.io.IOException;
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

/** {@code .npy} keeps what every format promises. */
class NpyFormatTest extends FormatContract {
  static final Set<ElementType> TYPES = EnumSet.complementOf(EnumSet.of(ElementType.BFLOAT16));

  @Override
  protected String suffix() {
    return ".npy";
  }

  @Override
  protected void write(Path file, Map<String, Stored> arrays) throws IOException {
    Files.write(file, arrays.values().iterator().next().npy());
  }

  @Override
  protected Set<ElementType> types() {
    return TYPES;
  }

  @Override
  protected boolean holdsSeveral() {
    return false;
  }

  @Override
  protected List<ByteOrder> orders() {
    return List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
  }

  @Override
  protected boolean hasFortranOrder() {
    return true;
  }

  @Override
  protected boolean hasRanges() {
    return true;
  }

  @Override
  protected Map<String, byte[]> claims() {
    return Map.of(
        "petabytes",
        NpyBytes.of("<f4", false, new byte[8], 1L << 48, 4),
        "more than a long counts",
        NpyBytes.of("<f4", false, new byte[8], 1L << 62, 1L << 62),
        "many neurons",
        NpyBytes.of("<f4", false, new byte[8], 2, 1L << 40));
  }
}
