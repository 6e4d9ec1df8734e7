package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;

/**
 * 100,000 damaged variants of real files: each is refused with the documented error, or read
 * without one. If checksums cover the bytes, as in an archive, what is read must be right: every
 * layer is one of the original's, under its name or under one that the original lacks, since no
 * checksum covers names or the number of entries. A plain array has no checksum; it must have the
 * shape that its header states.
 */
class MutatedFilesTest {
  private static final Path FIXTURES = TestData.resource("/org/spanmatch/activations/npy/files");
  private static final long SEED = 20261125;

  // The bound promised by the javadoc of ActivationFile.
  private static final int OPEN_FACTOR = 64;
  private static final long PASS_BYTES = 48L << 20;
  // Memory besides what is kept: the buffers of the JDK, and the text and parts of a header.
  private static final long OPEN_BYTES = 1L << 20;

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;

  private static long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /** The outcomes of the variants of one file. */
  private static final class Tally {
    private int refused;
    private int read;

    @Override
    public String toString() {
      return refused + " refused, " + read + " read";
    }
  }

  private interface Check {
    void accept(StoredArray array, Content content);
  }

  /** Opens and reads all arrays, each of which may be refused. */
  private static void read(
      Path path, long size, Collection<Layout> layouts, Tally tally, Check check) {
    long start = allocated();
    List<StoredArray> arrays;
    try {
      arrays = ActivationFile.open(path).arrays();
    } catch (ActivationsException e) {
      tally.refused++;
      return;
    } finally {
      long used = allocated() - start;
      assertTrue(used <= OPEN_FACTOR * size + OPEN_BYTES, () -> "opening took " + used);
    }
    for (StoredArray array : arrays) {
      start = allocated();
      try {
        Content content = Content.of(array, layouts);
        tally.read++;
        check.accept(array, content);
      } catch (ActivationsException e) {
        tally.refused++;
      }
      long used = allocated() - start;
      assertTrue(used <= PASS_BYTES, () -> "a pass took " + used);
    }
  }

  private static List<Layout> layouts(Random random) {
    return random.nextBoolean() ? List.of() : List.of(Layout.FN, Layout.NHWC, Layout.NDHWC);
  }

  private interface Variant {
    void run(Random random) throws IOException;
  }

  /** Runs variants that are the same in every run; a failure names its variant. */
  private static void repeat(int count, Variant variant) {
    for (int i = 0; i < count; i++) {
      try {
        variant.run(new Random(SEED + i));
      } catch (IOException | RuntimeException | Error e) {
        fail("variant " + i + ": " + e, e);
      }
    }
  }

  private void archives(Path original, int count) throws IOException {
    byte[] whole = Files.readAllBytes(original);
    Map<List<Layout>, Map<String, Content>> right = new HashMap<>();
    for (List<Layout> layouts :
        List.of(List.<Layout>of(), List.of(Layout.FN, Layout.NHWC, Layout.NDHWC))) {
      Map<String, Content> contents = new HashMap<>();
      for (StoredArray array : ActivationFile.open(original).arrays()) {
        contents.put(array.name(), Content.of(array, layouts));
      }
      right.put(layouts, contents);
    }
    Path file = folder.resolve("x.npz");
    Tally tally = new Tally();
    repeat(
        count,
        random -> {
          byte[] bytes = Mutation.of(whole, random);
          TestData.overwrite(file, bytes);
          List<Layout> layouts = layouts(random);
          Map<String, Content> expected = right.get(layouts);
          read(
              file,
              bytes.length,
              layouts,
              tally,
              (array, content) -> {
                if (expected.containsKey(array.name())) {
                  assertEquals(expected.get(array.name()), content, array.name());
                } else {
                  assertTrue(expected.containsValue(content), array.name());
                }
              });
        });
    System.out.println(original.getFileName() + ", damaged: " + tally);
    assertTrue(tally.refused > 0 && tally.read > 0, tally.toString());
  }

  @ParameterizedTest
  @CsvSource({"stored.npz, 20000", "deflated.npz, 20000"})
  void archivesOfNumpy(String name, int count) throws IOException {
    archives(FIXTURES.resolve(name), count);
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void zip64(boolean deflated) throws IOException {
    byte[] npy = Files.readAllBytes(FIXTURES.resolve("nchw.npy"));
    Path original = folder.resolve("zip64.npz");
    archives(new RawZip("conv.npy", npy, deflated).zip64().write(original), 8000);
  }

  /** Large enough for several blocks of compressed data, and with 18 layers. */
  @Test
  void largerArchive() throws IOException {
    archives(TestData.resource("/org/spanmatch/match/minimal/x.npz"), 1000);
  }

  private static List<Path> fixtures() throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES)) {
      return files.filter(file -> file.toString().endsWith(".npy")).sorted().toList();
    }
  }

  /** The shape must account for every byte of the file, no more and no less. */
  private static void checkShape(byte[] npy, StoredArray array) {
    ByteBuffer head = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN);
    int header = npy[6] == 1 ? 10 + (head.getShort(8) & 0xffff) : 12 + head.getInt(8);
    long values = array.shape().stream().reduce(1L, Math::multiplyExact);
    int bytes = Character.digit(array.dtype().charAt(2), 10);
    assertEquals(npy.length, header + values * bytes);
  }

  @Test
  void plainArrays() throws IOException {
    List<byte[]> originals = new ArrayList<>();
    for (Path file : fixtures()) {
      originals.add(Files.readAllBytes(file));
    }
    Path file = folder.resolve("x.npy");
    Tally tally = new Tally();
    repeat(
        33_000,
        random -> {
          byte[] bytes = Mutation.of(originals.get(random.nextInt(originals.size())), random);
          TestData.overwrite(file, bytes);
          read(
              file,
              bytes.length,
              layouts(random),
              tally,
              (array, content) -> checkShape(bytes, array));
        });
    System.out.println(".npy files, damaged: " + tally);
    assertTrue(tally.refused > 0 && tally.read > 0, tally.toString());
  }

  /**
   * One file of a folder is damaged; either the folder is refused, or the others are read unharmed.
   */
  @Test
  void folders() throws IOException {
    Map<String, byte[]> originals = new HashMap<>();
    Map<String, Content> right = new HashMap<>();
    for (String name : List.of("f4_le_c", "nchw", "u2_be_f")) {
      Path original = FIXTURES.resolve(name + ".npy");
      originals.put(name, Files.readAllBytes(original));
      right.put(name, Content.of(ActivationFile.open(original).arrays().get(0), List.of()));
    }
    for (Map.Entry<String, byte[]> each : originals.entrySet()) {
      Files.write(folder.resolve(each.getKey() + ".npy"), each.getValue());
    }
    Tally tally = new Tally();
    repeat(
        10_000,
        random -> {
          String damaged = List.copyOf(originals.keySet()).get(random.nextInt(3));
          byte[] bytes = Mutation.of(originals.get(damaged), random);
          Path file = folder.resolve(damaged + ".npy");
          TestData.overwrite(file, bytes);
          read(
              folder,
              3L * bytes.length,
              List.of(),
              tally,
              (array, content) -> {
                if (array.name().equals(damaged)) {
                  checkShape(bytes, array);
                } else {
                  assertEquals(right.get(array.name()), content);
                }
              });
          TestData.overwrite(file, originals.get(damaged));
        });
    System.out.println("folders, damaged: " + tally);
    assertTrue(tally.refused > 0 && tally.read > 0, tally.toString());
  }

  /** Damage to names in local headers has no effect, since nothing reads them. */
  @ParameterizedTest
  @EnumSource(names = {"NF", "FN"})
  void namesAreThoseOfTheDirectory(Layout layout) throws IOException {
    Path file = folder.resolve("x.npz");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("conv.npy"));
      zip.write(Files.readAllBytes(FIXTURES.resolve("f4_le_c.npy")));
    }
    byte[] bytes = Files.readAllBytes(file);
    Content right = Content.of(ActivationFile.open(file).arrays().get(0), List.of(layout));
    bytes[30] = '/';
    Files.write(file, bytes);
    StoredArray array = ActivationFile.open(file).arrays().get(0);
    assertEquals("conv", array.name());
    assertEquals(right, Content.of(array, List.of(layout)));
  }
}
