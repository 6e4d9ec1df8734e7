package org.spanmatch.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.spanmatch.data.NpzWriter;

/** Makes activation files, good and bad. */
final class TestFiles {
  private TestFiles() {}

  /** A {@code .npy} file's bytes: a header as given, and data. */
  static byte[] npy(String descr, String shape, byte[] data) {
    String text = "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }\n";
    byte[] header = text.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file =
        ByteBuffer.allocate(10 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1);
    file.put((byte) 0).putShort((short) header.length).put(header).put(data);
    return file.array();
  }

  /** Little-endian float32 bytes. */
  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** Reproducible values that look like activations after a ReLU. */
  static float[] relu(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.max(0, random.nextGaussian() + 0.3);
    }
    return values;
  }

  /** An archive of one layer. */
  static Path npz(Path file, String layer, float[] values, int... shape) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add(layer, values, shape);
    }
    return file;
  }

  /** An archive with one entry of any bytes. */
  static Path archive(Path file, String entry, byte[] content) throws IOException {
    return archive(file, List.of(entry), content);
  }

  /** An archive of several entries that all hold the same bytes. */
  static Path archive(Path file, List<String> entries, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(content);
      }
    }
    return Files.write(file, bytes.toByteArray());
  }
}
