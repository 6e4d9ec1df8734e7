package org.spanmatch.formats.hdf5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.npy.Mutation;

/** Damaged files and those of an attacker: one sentence, in bounded memory, and no circles. */
class DamagedFilesTest {
  private static final long SEED = 20261129;
  private static final int VARIANTS = 400;

  // The bound of ActivationFormat, and what jhdf allocates for every file.
  private static final long OPEN_BYTES = 4L << 20;
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;

  private static byte[] bytes(String file) throws IOException {
    return Files.readAllBytes(Hdf5FilesTest.FOLDER.resolve(file));
  }

  private Path write(byte[] bytes) throws IOException {
    return TestData.overwrite(folder.resolve("x.h5"), bytes);
  }

  /** Opens a file and reads everything in it; returns the messages of what is refused. */
  private static String readAll(Path file) {
    StringBuilder refused = new StringBuilder();
    try {
      ActivationFile opened = ActivationFile.open(file);
      opened.unusable().forEach(entry -> refused.append(entry.reason()).append('\n'));
      for (StoredArray array : opened.arrays()) {
        for (List<Layout> layouts : List.of(List.<Layout>of(), List.of(Layout.FN, Layout.NHWC))) {
          try {
            read(array.layer(layouts));
          } catch (ActivationsException e) {
            refused.append(e.getMessage()).append('\n');
          }
        }
      }
    } catch (ActivationsException e) {
      refused.append(e.getMessage()).append('\n');
    }
    return refused.toString();
  }

  private static void read(Layer layer) {
    if (layer.samples() * Math.max(1, layer.neurons()) > 1 << 24) {
      return; // a sparse file may hold as many zeros as it likes
    }
    try (BlockReader reader = layer.open()) {
      while (reader.next() != null) {}
    }
  }

  /** The variants are the same in every run; a failure names its variant. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "types.h5",
        "groups.h5",
        "groups-ordered.h5",
        "groups-dense.h5",
        "left-out.h5",
        "matlab.mat",
        "storage-v114.h5",
        "storage-earliest.h5"
      })
  void damagedVariants(String file) throws IOException {
    byte[] whole = bytes(file);
    for (int i = 0; i < VARIANTS; i++) {
      Random random = new Random(SEED + i);
      byte[] damaged = Mutation.of(whole, random);
      Path path = write(damaged);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        ActivationFile.open(path);
      } catch (ActivationsException e) {
        assertFalse(e.getMessage().contains("Exception"), e.getMessage());
      } catch (RuntimeException | Error e) {
        fail("variant " + i + ": " + e, e);
      }
      long used = THREADS.getCurrentThreadAllocatedBytes() - before;
      int variant = i;
      assertTrue(
          used <= 64L * damaged.length + OPEN_BYTES, () -> "variant " + variant + " took " + used);
      try {
        readAll(path);
      } catch (RuntimeException | Error e) {
        fail("variant " + i + ": " + e, e);
      }
    }
  }

  /** Every ending of a file is missed. */
  @ParameterizedTest
  @ValueSource(strings = {"types.h5", "storage-v114.h5", "matlab.mat"})
  void truncatedFiles(String file) throws IOException {
    byte[] whole = bytes(file);
    for (int length : new int[] {8, 9, 60, 96, 600, whole.length / 2, whole.length - 1}) {
      Path path = write(Arrays.copyOf(whole, length));
      String message =
          assertThrows(ActivationsException.class, () -> ActivationFile.open(path)).getMessage();
      assertEquals(1, message.lines().count(), message);
    }
    assertRefused(
        () -> ActivationFile.open(write(Arrays.copyOf(whole, whole.length - 1))),
        "x.h5: the data is truncated: it should have ",
        "found " + (whole.length - 1));
  }

  @ParameterizedTest
  @CsvSource({"types.h5, big/f4", "storage-earliest.h5, gzip", "storage-v114.h5, chunks"})
  void changesBetweenOpeningAndReadingAreNoticed(String file, String name) throws IOException {
    Path path = write(bytes(file));
    Layer layer =
        ActivationFile.open(path).arrays().stream()
            .filter(array -> array.name().equals(name))
            .findFirst()
            .orElseThrow()
            .layer(List.of());
    Files.setLastModifiedTime(path, FileTime.fromMillis(1));
    assertRefused(() -> read(layer), "x.h5: it changed while it was in use");
    Files.delete(path);
    assertRefused(() -> read(layer), "x.h5: it was removed");
  }

  private static int find(byte[] bytes, String signature, int from) {
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(signature, from);
    assertTrue(at >= 0, "no " + signature);
    return at;
  }

  private String patched(String file, BiConsumer<byte[], ByteBuffer> patch) throws IOException {
    byte[] bytes = bytes(file);
    patch.accept(bytes, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    String refused = readAll(write(bytes));
    assertFalse(refused.isEmpty());
    return refused;
  }

  /** An inner node that is its own child, once and many times: endless, or 2⁵⁰⁰ nodes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 32})
  void treesInCircles(int children) throws IOException {
    String refused =
        patched(
            "storage-earliest.h5",
            (bytes, data) -> {
              for (int tree = 0;
                  (tree = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("TREE", tree))
                      >= 0;
                  tree++) {
                boolean ofGroup = data.get(tree + 4) == 0;
                data.put(tree + 5, (byte) 1).putShort(tree + 6, (short) children);
                int key = ofGroup ? 8 : 48;
                for (int i = 0; i < children; i++) {
                  int child = tree + 24 + i * (key + 8) + key;
                  if (child + 8 <= data.limit()) {
                    data.putLong(child, tree);
                  }
                }
              }
            });
    assertTrue(refused.contains("damaged"), refused);
  }

  /** A header that goes on in itself, and claims to have 65,535 messages. */
  @Test
  void headersInCircles() throws IOException {
    String refused =
        patched(
            "groups.h5",
            (bytes, data) -> {
              int continuation = find(bytes, "\u0010\0\u0010\0\0\0\0\0", 96);
              int header = continuation;
              while (data.get(header) != 1 || data.getInt(header + 4) != 1) {
                header -= 8;
              }
              data.putShort(header + 2, (short) -1);
              data.putLong(continuation + 8, continuation).putLong(continuation + 16, 24);
            });
    assertTrue(refused.contains("damaged"), refused);
  }

  @Test
  void sizesOfPetabytes() throws IOException {
    assertTrue(
        patched("groups.h5", (bytes, data) -> data.putLong(find(bytes, "HEAP", 0) + 8, 1L << 50))
            .contains("points to 1125899906842624 bytes"));
    assertTrue(
        patched("groups.h5", (bytes, data) -> data.putLong(find(bytes, "HEAP", 0) + 8, -1))
            .contains("damaged"));
    // Sizes of the axes: those of the layer good, 6 × 2 float32.
    byte[] shape = {6, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0};
    String text = new String(shape, StandardCharsets.ISO_8859_1);
    for (long size : new long[] {1L << 40, 1L << 62, -1}) {
      String refused =
          patched(
              "left-out.h5",
              (bytes, data) -> {
                for (int at = 0;
                    (at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text, at)) >= 0;
                    at++) {
                  data.putLong(at, size);
                }
              });
      assertTrue(
          refused.contains("its shape needs")
              || refused.contains("overflows")
              || refused.contains("(its shape)"),
          refused);
    }
  }

  /** A chunk that unpacks to more than it should, and one with a wrong checksum. */
  @Test
  void damagedChunksAreRefused() throws IOException {
    byte[] bytes = bytes("matlab.mat");
    int zlib = find(bytes, "x^", 600); // of level 4, h5py's default
    bytes[zlib + 8] ^= 1;
    assertTrue(readAll(write(bytes)).contains("layer 'fc': it can't be read: the chunk at ["));
    byte[] sums = bytes("storage-earliest.h5");
    int before = readAll(write(sums)).length();
    assertEquals(0, before);
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    for (int i = 0; i < sums.length; i++) {
      changed.write(i > sums.length / 2 && i % 997 == 0 ? sums[i] ^ 0x10 : sums[i]);
    }
    String refused = readAll(write(changed.toByteArray()));
    assertTrue(refused.contains("its checksum is wrong") || refused.contains("damaged"), refused);
  }

  @Test
  void groupsInGroupsWithoutEnd() throws IOException {
    // Each hard link to a group that is known already ends there.
    String refused = readAll(write(bytes("groups.h5")));
    assertEquals("it is a group that has another name too\n", refused);
  }

  /** What is no HDF5 file, but called so. */
  @Test
  void otherFilesAreNotTakenForHdf5() throws IOException {
    assertRefused(
        () -> ActivationFile.open(write(new byte[100])),
        "x.h5: it is no HDF5 file, or its beginning is damaged");
    assertRefused(() -> ActivationFile.open(write(new byte[0])), "x.h5: it is no HDF5 file");
  }
}
