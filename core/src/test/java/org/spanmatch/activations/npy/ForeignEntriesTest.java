package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;

/** An entry that is no readable array is listed with its reason, and the others are read. */
class ForeignEntriesTest {
  private static final TestArray ARRAY =
      TestArray.of(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, false, 5, 3);
  private static final int FLAGS = 8;
  private static final int METHOD = 10;

  @TempDir private Path folder;

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Path archive(Map<String, byte[]> entries) throws IOException {
    Path file = folder.resolve("x.npz");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return file;
  }

  /** Overwrites a number in an entry's header in the archive's directory. */
  private static void patch(Path archive, String entry, int offset, int value) throws IOException {
    byte[] bytes = Files.readAllBytes(archive);
    ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes.length - 46; at++) {
      if (zip.getInt(at) == 0x02014b50
          && new String(bytes, at + 46, zip.getShort(at + 28), StandardCharsets.UTF_8)
              .equals(entry)) {
        zip.putShort(at + offset, (short) value);
        Files.write(archive, bytes);
        return;
      }
    }
    throw new AssertionError("no entry " + entry);
  }

  private static Map<String, String> reasons(ActivationFile file) {
    Map<String, String> reasons = new TreeMap<>();
    file.unusable().forEach(entry -> reasons.put(entry.name(), entry.reason()));
    return reasons;
  }

  private static void assertArrays(ActivationFile file, String... names) {
    assertEquals(List.of(names), file.arrays().stream().map(StoredArray::name).toList());
    for (StoredArray array : file.arrays()) {
      for (Layout layout : List.of(Layout.NF, Layout.FN)) { // the second one is unpacked
        ARRAY.assertReadBack(array.layer(List.of(layout)), layout);
      }
    }
  }

  @Test
  void entriesThatAreNoArrays() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a.npy", ARRAY.npy());
    entries.put("__MACOSX/", new byte[0]);
    entries.put("__MACOSX/._a.npy", new byte[] {0, 5, 0x16, 7});
    entries.put("empty.npy", new byte[0]);
    entries.put("readme.txt", text("x"));
    entries.put(
        "meta.npy",
        NpyBytes.of(
            1,
            "{'descr': ('|O', {'vlen': None}), 'fortran_order': False, 'shape': (3,)}",
            new byte[8]));
    entries.put("b", ARRAY.npy());
    ActivationFile file = ActivationFile.open(archive(entries));
    assertArrays(file, "a", "b");
    String noArray =
        "it does not start with numpy's magic bytes '\\x93NUMPY', so it is not a .npy array";
    assertEquals(
        Map.of(
            "__MACOSX/._a",
            noArray,
            "empty",
            "it is empty, not a .npy array",
            "readme.txt",
            noArray,
            "meta",
            "its .npy header has no valid 'descr'"),
        reasons(file));
  }

  @ParameterizedTest
  @CsvSource({"9, Deflate64", "12, bzip2", "14, LZMA", "93, Zstandard", "95, xz", "97, ''"})
  void anEntryCompressedByAnotherMethod(int method, String name) throws IOException {
    Path file = archive(new TreeMap<>(Map.of("a.npy", ARRAY.npy(), "b.npy", ARRAY.npy())));
    patch(file, "a.npy", METHOD, method);
    ActivationFile opened = ActivationFile.open(file);
    assertArrays(opened, "b");
    String shown = name.isEmpty() ? "" : " (" + name + ")";
    String reason =
        "it is compressed by method " + method + shown + ", expected stored or deflated";
    assertEquals(Map.of("a", reason), reasons(opened));
    patch(file, "b.npy", METHOD, method);
    assertRefused(() -> ActivationFile.open(file), file, "layer 'a'", reason);
  }

  @Test
  void anEncryptedEntry() throws IOException {
    Path file = archive(new TreeMap<>(Map.of("a.npy", ARRAY.npy(), "b.npy", ARRAY.npy())));
    patch(file, "b.npy", FLAGS, 0x809);
    ActivationFile opened = ActivationFile.open(file);
    assertArrays(opened, "a");
    assertEquals(Map.of("b", "it is encrypted"), reasons(opened));
  }

  /** The name would stand for either, so neither is read. */
  @Test
  void twoArraysOfOneName() throws IOException {
    Path file = archive(new TreeMap<>(Map.of("a", ARRAY.npy(), "a.npy", ARRAY.npy())));
    assertRefused(() -> ActivationFile.open(file), file, "two entries of the archive", "'a.npy'");
    archive(new TreeMap<>(Map.of("a", text("no array"), "a.npy", ARRAY.npy())));
    assertArrays(ActivationFile.open(file), "a");

    Path files = Files.createDirectory(folder.resolve("files"));
    Files.write(files.resolve("a.npy"), ARRAY.npy());
    Files.write(files.resolve("a.NPY"), ARRAY.npy());
    if (files.toFile().list().length == 2) { // elsewhere names differ by more than capitals
      assertRefused(() -> ActivationFile.open(files), files, "two files of the folder", "'a'");
    }
  }

  /** Something before the archive, as in one that unpacks itself, or after it. */
  @Test
  void whatSurroundsAnArchive() throws IOException {
    byte[] zip = Files.readAllBytes(archive(Map.of("a.npy", ARRAY.npy())));
    for (int before : new int[] {0, 1, 5000}) {
      for (int after : new int[] {0, 1, 5000}) {
        byte[] whole = new byte[before + zip.length + after];
        System.arraycopy(zip, 0, whole, before, zip.length);
        Path file = Files.write(folder.resolve("whole.npz"), whole);
        assertArrays(ActivationFile.open(file), "a");
      }
    }
  }

  /** Opening takes no more memory for very many entries than the class promises. */
  @Test
  void manyEntriesThatAreNoArrays() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a.npy", ARRAY.npy());
    for (int i = 1; i < 100_000; i++) {
      entries.put(Integer.toString(i), new byte[0]);
    }
    Path file = archive(entries);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    ActivationFile opened = ActivationFile.open(file);
    long used = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(1, opened.arrays().size());
    assertEquals(99_999, opened.unusable().size());
    assertTrue(used <= 64 * Files.size(file), used + " bytes for " + Files.size(file));
  }
}
