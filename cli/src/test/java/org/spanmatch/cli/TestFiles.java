package org.spanmatch.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.spanmatch.activations.npy.NpzWriter;

/** Makes activation files, good and bad. */
public final class TestFiles {
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
  public static float[] relu(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.max(0, random.nextGaussian() + 0.3);
    }
    return values;
  }

  /** An archive of one layer. */
  public static Path npz(Path file, String layer, float[] values, int... shape) throws IOException {
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

  /** An archive of two layers, of which the second's compressed data ends too early. */
  static Path truncatedArchive(Path file, String whole, String cut, byte[] content)
      throws IOException {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(content);
    deflater.finish();
    byte[] deflated = new byte[content.length + 100];
    int length = deflater.deflate(deflated);
    deflater.end();
    byte[] half = Arrays.copyOf(deflated, length / 2);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CRC32 crc = new CRC32();
    crc.update(half);
    long second;
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(whole));
      zip.write(content);
      zip.closeEntry();
      zip.flush();
      second = bytes.size();
      // Stored as it is, and then called deflated.
      ZipEntry entry = new ZipEntry(cut);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(half.length);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(half);
    }
    ByteBuffer archive = ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    int directory = archive.getInt(archive.capacity() - 6);
    int secondInDirectory = directory + 46 + whole.length();
    archive.putShort((int) second + 8, (short) ZipEntry.DEFLATED);
    archive.putInt((int) second + 22, content.length);
    archive.putShort(secondInDirectory + 10, (short) ZipEntry.DEFLATED);
    archive.putInt(secondInDirectory + 24, content.length);
    return Files.write(file, archive.array());
  }
}
