package org.spanmatch.tuning;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;

/** Writes a layer as a {@code .npy} file (version 1), in its format and layout. */
public final class NpyFile {
  private static final int PREFIX = 10;
  private static final int ALIGNMENT = 64;

  private NpyFile() {}

  /**
   * Writes a layer to a file.
   *
   * @throws IllegalArgumentException if it holds bfloat16, which numpy does not know
   */
  public static void write(Path file, MemoryLayer layer) throws IOException {
    if (layer.type() == ElementType.BFLOAT16) {
      throw new IllegalArgumentException("a .npy file can't hold bfloat16");
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      boolean neuronMajor = layer.layout() == Layout.FN;
      out.write(
          header(
              layer.type().code(),
              neuronMajor ? layer.neurons() : layer.samples(),
              neuronMajor ? layer.samples() : layer.neurons()));
      layer.write(out);
    }
  }

  private static byte[] header(String code, long rows, long columns) {
    char order = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? '<' : '>';
    String text =
        String.format(
            Locale.ROOT,
            "{'descr': '%s%s', 'fortran_order': False, 'shape': (%d, %d), }",
            order,
            code,
            rows,
            columns);
    int length = (PREFIX + text.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    header.put((byte) 1).put((byte) 0).putShort((short) (length - PREFIX));
    String padded = text + " ".repeat(length - PREFIX - 1 - text.length()) + "\n";
    return header.put(padded.getBytes(StandardCharsets.US_ASCII)).array();
  }
}
