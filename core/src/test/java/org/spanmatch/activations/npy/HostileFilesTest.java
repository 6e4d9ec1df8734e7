package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;

/** Tests files made to do harm: to use up memory, time or disk space, or to reach other files. */
class HostileFilesTest {
  private static final TestArray ARRAY =
      TestArray.of(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, false, 5, 3);
  private static final long PASS_BYTES = 48L << 20;
  private static final int OPEN_FACTOR = 64;

  @TempDir private Path folder;

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static List<StoredArray> open(Path path) {
    return ActivationFile.open(path).arrays();
  }

  private static Content read(Path path, Layout... layouts) {
    return Content.of(open(path).get(0), List.of(layouts));
  }

  /** Returns the bytes that this thread allocates during an action, freed or not. */
  private static long allocated(Executable action) throws Throwable {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    action.execute();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private Path archive(List<String> names, byte[] npy) throws IOException {
    Path file = folder.resolve("x.npz");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(npy);
      }
    }
    return file;
  }

  /**
   * Writes an archive whose directory lists one entry many times, as 00000.npy, 00001.npy and so
   * on.
   */
  private Path repeated(int count) throws IOException {
    byte[] one =
        Files.readAllBytes(
            new RawZip("00000.npy", ARRAY.npy(), true).write(folder.resolve("one.npz")));
    ByteBuffer end = ByteBuffer.wrap(one).order(ByteOrder.LITTLE_ENDIAN).position(one.length - 22);
    int directory = end.getInt(one.length - 6);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(one, 0, directory);
    for (int i = 0; i < count; i++) {
      byte[] entry = Arrays.copyOfRange(one, directory, one.length - 22);
      byte[] number = String.format(Locale.ROOT, "%05d", i).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(number, 0, entry, 46, number.length);
      all.writeBytes(entry);
    }
    end.putShort(one.length - 14, (short) count).putShort(one.length - 12, (short) count);
    end.putInt(one.length - 10, all.size() - directory);
    all.write(one, one.length - 22, 22);
    return write("repeated.npz", all.toByteArray());
  }

  @Test
  void entriesThatShareTheirBytes() throws IOException {
    assertEquals(1, open(repeated(1)).size());
    Path file = repeated(20_000);
    assertRefused(() -> open(file), file, "the entries of the archive overlap");
  }

  @Test
  void moreArraysThanAnyNetworkHas() throws Throwable {
    Path file =
        archive(IntStream.range(0, 100_001).mapToObj(i -> i + ".npy").toList(), ARRAY.npy());
    long used =
        allocated(
            () -> assertRefused(() -> open(file), file, "holds 100001 files", "at most 100000"));
    assertTrue(used <= OPEN_FACTOR * Files.size(file), used + " bytes");
  }

  /** Writes an archive of one entry that claims another number in a zip64 end record. */
  private Path claiming(long entries) throws IOException {
    byte[] plain =
        Files.readAllBytes(
            new RawZip("layer.npy", ARRAY.npy(), true).write(folder.resolve("one.npz")));
    int end = plain.length - 22;
    ByteBuffer directory = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN).position(end + 12);
    ByteBuffer zip64 =
        ByteBuffer.allocate(plain.length + 76)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(plain, 0, end)
            .putInt(0x06064b50)
            .putLong(44)
            .putInt(0x002d002d) // made by and needs version 4.5
            .putLong(0)
            .putLong(entries)
            .putLong(entries)
            .putLong(directory.getInt())
            .putLong(directory.getInt())
            .putInt(0x07064b50)
            .putInt(0)
            .putLong(end)
            .putInt(1)
            .put(plain, end, 22)
            .putShort(end + 76 + 8, (short) -1)
            .putShort(end + 76 + 10, (short) -1);
    return write("claiming.npz", zip64.array());
  }

  @ParameterizedTest
  @ValueSource(longs = {10_000_000, 715_827_883, 1L << 31, 1L << 40, -1})
  void aClaimOfManyEntries(long entries) throws Throwable {
    Path file = claiming(entries);
    String number = Long.toUnsignedString(entries);
    long used = allocated(() -> assertRefused(() -> open(file), file, "claims to have " + number));
    assertTrue(used < 1 << 20, used + " bytes");
  }

  @Test
  void theRightNumberOfEntriesInZip64Format() throws IOException {
    Path file = claiming(1);
    assertEquals(1, open(file).size());
    // As PyTorch writes it: the plain end record has the number too.
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(bytes.length - 14, (short) 1)
        .putShort(bytes.length - 12, (short) 1);
    assertEquals(1, open(write("both.npz", bytes)).size());
  }

  @ParameterizedTest
  @EnumSource(names = {"NF", "FN"})
  void aClaimOfPetabytes(Layout layout) throws Throwable {
    long rows = layout == Layout.NF ? 1L << 42 : 256;
    long columns = layout == Layout.NF ? 256 : 1L << 42;
    byte[] header = NpyBytes.header(1, NpyBytes.dictionary("<f4", false, rows, columns));
    Path plain = write("layer.npy", header);
    assertRefused(
        () -> read(plain, layout), plain, "needs 4503599627370496 bytes of data, found 0");
    // The directory of an archive may claim the size too.
    for (boolean deflated : new boolean[] {false, true}) {
      Path file =
          new RawZip("layer.npy", header, deflated)
              .zip64()
              .claimSize(header.length + 4 * rows * columns)
              .write(folder.resolve("x.npz"));
      long used = allocated(() -> assertRefused(() -> read(file, layout), file, "layer"));
      assertTrue(used <= PASS_BYTES, used + " bytes");
    }
  }

  /** Such a block would take a gigabyte, for a file of a few bytes. */
  @Test
  void oneSampleThatNoBlockHolds() throws IOException {
    long neurons = (4 << 20) + 1;
    byte[] header = NpyBytes.header(1, NpyBytes.dictionary("<f8", false, 1, neurons));
    Path file =
        new RawZip("layer.npy", header, true)
            .claimSize(header.length + 8 * neurons)
            .write(folder.resolve("x.npz"));
    assertRefused(
        () -> open(file).get(0).layer(List.of()), file, "4194305 neurons", "at most 4194304");
  }

  @Test
  void theLargestSampleFitsABlock() throws Throwable {
    long neurons = 4 << 20;
    byte[] header = NpyBytes.header(1, NpyBytes.dictionary("<f8", false, 2, neurons));
    byte[] npy = Arrays.copyOf(header, (int) (header.length + 16 * neurons));
    Path file = new RawZip("layer.npy", npy, true).write(folder.resolve("x.npz"));
    Layer layer = open(file).get(0).layer(List.of());
    long used =
        allocated(
            () -> {
              try (BlockReader reader = layer.open()) {
                assertEquals(1, reader.next().samples());
                assertEquals(1, reader.next().samples());
              }
            });
    assertTrue(used <= PASS_BYTES, used + " bytes");
  }

  @Test
  void samplesWithoutNeurons() throws IOException {
    byte[] many = NpyBytes.of("<f4", false, new byte[0], 1L << 62, 0);
    Path file = write("layer.npy", many);
    assertRefused(() -> read(file), file, "4611686018427387904 samples of 0 neurons");
    write("layer.npy", NpyBytes.of("<f4", false, new byte[0], Integer.MAX_VALUE, 0));
    assertEquals(List.of((long) Integer.MAX_VALUE, 0L), read(file).shape());
  }

  @Test
  void headersThatWouldFillTheHeap() throws IOException {
    String axes = "1,".repeat(65);
    Path file = write("layer.npy", NpyBytes.of("<f4", false, new byte[4], new long[65]));
    assertRefused(() -> open(file), file, "a shape of more than 64 axes");
    for (String dictionary :
        List.of(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (" + axes.repeat(400) + ")}",
            "{'descr': '" + "f".repeat(50_000) + "', 'fortran_order': False, 'shape': (1, 1)}")) {
      write("layer.npy", NpyBytes.of(1, dictionary, new byte[4]));
      assertRefused(() -> open(file), file, "its .npy header has no valid");
    }
    write("layer.npy", NpyBytes.of(2, " ".repeat(2 << 20), new byte[4]));
    assertRefused(() -> open(file), file, "bytes long", "at most 1048576");
  }

  /** Names in other encodings, as older tools write them; the JDK throws an unchecked exception. */
  @Test
  void namesThatAreNotUtf8() throws IOException {
    Path file = archive(List.of("caf\u00e9.npy"), ARRAY.npy());
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < bytes.length - 1; i++) {
      if (bytes[i] == (byte) 0xc3 && bytes[i + 1] == (byte) 0xa9) {
        bytes[i + 1] = 'e';
      }
    }
    Files.write(file, bytes);
    assertRefused(() -> open(file), file, "not a readable .npz (zip) archive");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, -1000})
  void negativeSizes(long size) throws IOException {
    Path file = folder.resolve("x.npz");
    for (boolean deflated : new boolean[] {false, true}) {
      new RawZip("layer.npy", ARRAY.npy(), deflated).zip64().claimSize(size).write(file);
      assertRefused(() -> read(file), file, "archive");
      new RawZip("layer.npy", ARRAY.npy(), deflated).zip64().claimCompressedSize(size).write(file);
      assertRefused(() -> read(file), file, "archive");
    }
  }

  /**
   * JDK 17 reads the compressed size in two places; in one of them this value made a stream
   * endless.
   */
  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1L << 32})
  void negativeSizesWhereOnlyTheStreamLooks(long size) {
    Path file = folder.resolve("x.npz");
    for (boolean deflated : new boolean[] {false, true}) {
      new RawZip("layer.npy", ARRAY.npy(), deflated).zip64(size).write(file);
      assertTimeoutPreemptively(
          Duration.ofSeconds(20), () -> assertRefused(() -> read(file), file, "archive"));
    }
  }

  /** A possible but wrong size in that place. */
  @Test
  void aWrongSizeWhereOnlyTheStreamLooks() {
    Path file = folder.resolve("x.npz");
    new RawZip("layer.npy", ARRAY.npy(), false).zip64(1L << 40).write(file);
    assertRefused(() -> read(file), file, "archive");
  }

  /** An entry's name that looks like a path into other folders is only the name of a layer. */
  @ParameterizedTest
  @ValueSource(
      strings = {"../../x", "/etc/x", "C:\\x", "..\\x", "~/x", "a/../../../x", "x\u0000y", "", "."})
  void namesAreNoPaths(String name) throws IOException {
    Path inner = Files.createDirectories(folder.resolve("a").resolve("b"));
    Path file = inner.resolve("x.npz");
    Files.move(archive(List.of(name + ".npy"), ARRAY.npy()), file);
    StoredArray array = open(file).get(0);
    assertEquals(name, array.name());
    for (Layout layout : List.of(Layout.NF, Layout.FN)) { // the second one is unpacked
      ARRAY.assertReadBack(array.layer(List.of(layout)), layout);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      assertEquals(List.of(file), files.filter(Files::isRegularFile).toList());
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void linksInAFolder() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path network = Files.createDirectory(folder.resolve("network"));
    Path target = Files.write(elsewhere.resolve("data"), ARRAY.npy());
    Files.createSymbolicLink(network.resolve("conv.npy"), target);
    Files.createSymbolicLink(network.resolve("folder.npy"), elsewhere);
    assertEquals(List.of("conv"), open(network).stream().map(StoredArray::name).toList());
    ARRAY.assertReadBack(open(network).get(0).layer(List.of()), Layout.NF);

    Path zero = Files.createSymbolicLink(network.resolve("zero.npy"), Path.of("/dev/zero"));
    assertRefused(() -> open(network), zero, "it is a pipe or a device");
    Files.delete(zero);
    Path nowhere = Files.createSymbolicLink(network.resolve("fc.npy"), folder.resolve("gone"));
    assertRefused(() -> open(network), nowhere, "a symbolic link that leads nowhere");
    Files.delete(nowhere);
    Path itself = Files.createSymbolicLink(network.resolve("fc.npy"), Path.of("fc.npy"));
    assertRefused(() -> open(network), itself, "a symbolic link that leads nowhere");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPipeIsNotWaitedFor() throws IOException, InterruptedException {
    Path pipe = folder.resolve("conv.npy");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    assertRefused(() -> open(folder), pipe, "it is a pipe or a device");
    assertRefused(() -> open(pipe), pipe, "it is a pipe or a device");
    assertRefused(() -> open(Path.of("/dev/zero")), "/dev/zero", "it is a pipe or a device");
  }
}
