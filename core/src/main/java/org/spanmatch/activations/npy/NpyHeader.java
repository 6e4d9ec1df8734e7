package org.spanmatch.activations.npy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.spanmatch.activations.ActivationsException;

/**
 * The header of a {@code .npy} file, as numpy's format description (NEP 1) defines it.
 *
 * @param descr the dtype as written, such as {@code <f4}
 * @param fortranOrder whether the first axis varies fastest
 * @param shape the sizes of the axes, none negative
 * @param length bytes from the start of the file to the first value
 */
record NpyHeader(String descr, boolean fortranOrder, List<Long> shape, int length) {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  // numpy itself writes less than 10,000 bytes; a header that claims gigabytes is damaged.
  private static final int MAX_LENGTH = 1 << 20;

  // This and the lengths below bound what is kept per header, since an archive may have very many.
  // 64 axes are numpy's own limit.
  private static final int MAX_AXES = 64;

  private static final Pattern DESCR =
      Pattern.compile("['\"]descr['\"]\\s*:\\s*(?:(['\"])([^'\"]{0,100})\\1|(\\[))");
  private static final Pattern ORDER =
      Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
  private static final Pattern SHAPE =
      Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([^)]{0,2000})\\)");

  /** Whether bytes are those with which every {@code .npy} file begins. */
  static boolean isMagic(byte[] start) {
    return Arrays.equals(start, MAGIC);
  }

  /**
   * Reads a header and leaves the stream at the first value.
   *
   * @throws ActivationsException if this is not the start of a {@code .npy} file
   */
  static NpyHeader read(InputStream in) throws IOException {
    byte[] magic = in.readNBytes(MAGIC.length);
    if (!isMagic(magic)) {
      throw new ActivationsException(
          magic.length == 0
              ? "it is empty, not a .npy array"
              : "it does not start with numpy's magic bytes '\\x93NUMPY', so it is not a .npy array");
    }
    try {
      DataInputStream data = new DataInputStream(in);
      int major = data.readUnsignedByte();
      int minor = data.readUnsignedByte();
      if (major < 1 || major > 3) {
        throw new ActivationsException(
            "expected .npy format version 1, 2 or 3, found " + major + "." + minor);
      }
      int prefix = MAGIC.length + (major == 1 ? 4 : 6);
      int textLength =
          major == 1
              ? Short.toUnsignedInt(Short.reverseBytes(data.readShort()))
              : Integer.reverseBytes(data.readInt());
      if (textLength < 0 || textLength > MAX_LENGTH) {
        throw new ActivationsException(
            "its header claims to be "
                + Integer.toUnsignedString(textLength)
                + " bytes long, expected at most "
                + MAX_LENGTH);
      }
      byte[] text = in.readNBytes(textLength);
      if (text.length < textLength) {
        throw new EOFException();
      }
      return parse(
          new String(text, major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1),
          prefix + textLength);
    } catch (EOFException e) {
      throw new ActivationsException("its .npy header is truncated", e);
    }
  }

  private static NpyHeader parse(String text, int length) {
    Matcher descr = find(DESCR, text, "descr");
    // A list of fields is a structured dtype: kept as "[" and refused when the array is read.
    String dtype = descr.group(2) != null ? descr.group(2) : "[";
    boolean fortranOrder = find(ORDER, text, "fortran_order").group(1).equals("True");
    return new NpyHeader(
        dtype, fortranOrder, parseShape(find(SHAPE, text, "shape").group(1)), length);
  }

  private static Matcher find(Pattern pattern, String text, String key) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new ActivationsException("its .npy header has no valid '" + key + "'");
    }
    return matcher;
  }

  private static List<Long> parseShape(String text) {
    List<Long> shape = new ArrayList<>();
    String[] parts = text.split(",", -1);
    for (int axis = 0; axis < parts.length; axis++) {
      String size = parts[axis].strip();
      if (size.isEmpty() && axis == parts.length - 1) {
        break; // the trailing comma of "(3,)", or the scalar's "()"
      }
      try {
        // Python 2 wrote long integers as "3L".
        shape.add(Long.parseLong(size.endsWith("L") ? size.substring(0, size.length() - 1) : size));
      } catch (NumberFormatException e) {
        throw new ActivationsException(
            "its .npy header has the shape (" + text + "), which is not a list of integers", e);
      }
    }
    if (shape.size() > MAX_AXES) {
      throw new ActivationsException(
          "its .npy header has a shape of more than " + MAX_AXES + " axes");
    }
    if (shape.stream().anyMatch(size -> size < 0)) {
      throw new ActivationsException(
          "its .npy header has the negative shape (" + text.strip() + ")");
    }
    return List.copyOf(shape);
  }
}
