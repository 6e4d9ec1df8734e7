package org.spanmatch.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.spanmatch.activations.ActivationsException;

/**
 * A target for a coverage-guided fuzzer: the entries of a Gram file, with correct checksums. What
 * is read without a refusal must survive being written, and have a sum.
 */
public final class GramFuzzing {
  private static final Path FILE = create();

  private GramFuzzing() {}

  private static Path create() {
    try {
      Path file = Files.createTempFile("spanmatch-fuzzing", GramFile.SUFFIX);
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tests one input: for each entry, the length of its name, the name, its size and its bytes. */
  public static void fuzzerTestOneInput(byte[] data) {
    try {
      Files.write(FILE, archive(ByteBuffer.wrap(data)));
      List<Gram> grams = GramFile.read(FILE);
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      GramFile.write(grams, written);
      Files.write(FILE, written.toByteArray());
      assertEquals(grams, GramFile.read(FILE));
      for (Gram gram : grams) {
        gram.plus(gram);
      }
    } catch (ActivationsException | GramException e) {
      // refused as documented
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] archive(ByteBuffer data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Set<String> names = new HashSet<>(); // a second entry of a name is refused by the JDK
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      while (data.hasRemaining()) {
        String name = new String(take(data, data.get() & 0xff), StandardCharsets.ISO_8859_1);
        byte[] content = take(data, data.remaining() < 2 ? 0 : data.getChar());
        if (names.add(name)) {
          zip.putNextEntry(new ZipEntry(name));
          zip.write(content);
        }
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] take(ByteBuffer data, int count) {
    byte[] bytes = new byte[Math.min(count, data.remaining())];
    data.get(bytes);
    return bytes;
  }
}
