package org.spanmatch.activations.npy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Builds the bytes of valid and invalid {@code .npy} files, and wraps them in archives. */
public final class NpyBytes {
  /** Ways to keep one array in a file. */
  enum Container {
    PLAIN("layer.npy"),
    STORED("layer.npz"),
    DEFLATED("layer.npz");

    private final String file;

    Container(String file) {
      this.file = file;
    }

    /** Writes an array named "layer" to a file in the folder. */
    Path write(Path folder, byte[] npy) {
      Path path = folder.resolve(file);
      try (OutputStream out = Files.newOutputStream(path)) {
        if (this == PLAIN) {
          out.write(npy);
        } else {
          zip(out, "layer.npy", npy, this == STORED ? ZipEntry.STORED : ZipEntry.DEFLATED);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return path;
    }
  }

  private NpyBytes() {}

  /** Returns a version 1 array. */
  public static byte[] of(String descr, boolean fortranOrder, byte[] data, long... shape) {
    return of(1, dictionary(descr, fortranOrder, shape), data);
  }

  /** Returns a version 1 array of little-endian float64 in C order. */
  public static byte[] of(double[] values, long... shape) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asDoubleBuffer().put(values);
    return of("<f8", false, data.array(), shape);
  }

  /** Returns an array with any header text. */
  static byte[] of(int version, String dictionary, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header(version, dictionary));
    out.writeBytes(data);
    return out.toByteArray();
  }

  /** Returns a header with any text, padded to a multiple of 64 bytes as by numpy. */
  static byte[] header(int version, String dictionary) {
    Charset charset = version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    byte[] text = dictionary.getBytes(charset);
    int prefix = version == 1 ? 10 : 12;
    int length = (prefix + text.length + 1 + 63) / 64 * 64;
    ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    header.put((byte) version).put((byte) 0);
    if (version == 1) {
      header.putShort((short) (length - prefix));
    } else {
      header.putInt(length - prefix);
    }
    header.put(text);
    Arrays.fill(header.array(), header.position(), length - 1, (byte) ' ');
    header.put(length - 1, (byte) '\n');
    return header.array();
  }

  /** Returns the header text that numpy writes. */
  static String dictionary(String descr, boolean fortranOrder, long... shape) {
    String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    return "{'descr': '"
        + descr
        + "', 'fortran_order': "
        + (fortranOrder ? "True" : "False")
        + ", 'shape': ("
        + sizes
        + (shape.length == 1 ? ",), }" : "), }");
  }

  private static void zip(OutputStream out, String name, byte[] content, int method)
      throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(Deflater.BEST_SPEED);
      ZipEntry entry = new ZipEntry(name);
      entry.setMethod(method);
      if (method == ZipEntry.STORED) {
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        entry.setSize(content.length);
      }
      zip.putNextEntry(entry);
      zip.write(content);
      zip.closeEntry();
    }
  }
}
