package org.spanmatch.activations.npy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.format.FormatContract;
import org.spanmatch.activations.format.Stored;
import org.spanmatch.activations.npy.NpyBytes.Container;

/** A deflated {@code .npz} archive keeps what every format promises. */
class NpzFormatTest extends FormatContract {
  @Override
  protected String suffix() {
    return ".npz";
  }

  @Override
  protected void write(Path file, Map<String, Stored> arrays) throws IOException {
    try (ZipOutputStream zip =
        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      zip.setLevel(Deflater.BEST_SPEED);
      for (Map.Entry<String, Stored> array : arrays.entrySet()) {
        zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
        zip.write(array.getValue().npy());
      }
    }
  }

  @Override
  protected Set<ElementType> types() {
    return NpyFormatTest.TYPES;
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
    return false;
  }

  @Override
  protected boolean hasChecksum() {
    return true;
  }

  @Override
  protected Map<String, byte[]> claims() {
    try {
      Path folder = Files.createTempDirectory("claims");
      byte[] npy = NpyBytes.of("<f4", false, new byte[8], 1L << 48, 4);
      Path file = Container.DEFLATED.write(folder, npy);
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      Files.delete(folder);
      return Map.of("petabytes", bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
