package org.spanmatch.activations.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layer.RangeReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;

/** Archives of torch.save that are damaged, or made to do harm. */
class HostileTorchFilesTest {
  private static final byte[] VALUES = floats(24);
  // Views of the storage: from front to back, to the end, in another order, and a part.
  private static final List<long[]> VIEWS =
      List.of(
          new long[] {0, 6, 4, 4, 1},
          new long[] {8, 4, 4, 4, 1},
          new long[] {0, 4, 6, 1, 4},
          new long[] {4, 3, 2, 4, 1});

  @TempDir private Path folder;

  private static byte[] floats(int count) {
    ByteBuffer data = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putFloat(i);
    }
    return data.array();
  }

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("a.pt"), content);
  }

  private static byte[] pickle(long offset, long[] sizes, long... strides) {
    return Pickle.begin().ops("}").text("a").tensor("0", offset, sizes, strides).ops("s").end();
  }

  private static TorchBytes archive(long offset, long[] sizes, long... strides) {
    return TorchBytes.of(pickle(offset, sizes, strides)).withStorage("0", VALUES);
  }

  private static TorchBytes view(long[] view) {
    return archive(view[0], new long[] {view[1], view[2]}, view[3], view[4]);
  }

  private static double sum(Layer layer) {
    double sum = 0;
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        double[] rows = new double[block.samples() * block.neurons()];
        block.copyRows(0, block.samples(), rows, 0);
        sum += Arrays.stream(rows).sum();
      }
    }
    return sum;
  }

  private static StoredArray only(Path file) {
    return ActivationFile.open(file).arrays().get(0);
  }

  @Test
  void viewsOfOneStorage() throws IOException {
    double[] expected = {276, 248, 276, 51};
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], sum(only(write(view(VIEWS.get(i)).bytes())).layer(List.of())));
    }
  }

  /** Whatever part of it a tensor is, and however it is read. */
  @Test
  void aDamagedStorage() throws IOException {
    for (long[] view : VIEWS) {
      byte[] bytes = view(view).bytes();
      int at = find(bytes, VALUES);
      bytes[at + 95] ^= 1; // the last value
      Path file = write(bytes);
      for (Layout layout : List.of(Layout.NF, Layout.FN)) {
        Layer layer = only(file).layer(List.of(layout));
        assertRefused(() -> sum(layer), file, "layer 'a'", "the checksum of the entry is wrong");
        assertRefused(() -> readRanges(layer), file, "the checksum of the entry is wrong");
      }
      assertFalse(only(file).isMask());
    }
  }

  private static void readRanges(Layer layer) {
    try (RangeReader ranges = layer.openRanges().orElse(null)) {
      if (ranges == null) {
        sum(layer);
        return;
      }
      int samples = (int) layer.samples();
      ByteBuffer target = ByteBuffer.allocate(samples * layer.neurons() * 4);
      ranges.fill(0, samples, target);
    }
  }

  private static int find(byte[] bytes, byte[] part) {
    for (int at = 0; ; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0                   | 6 | 5 | 5 | 1 | its values end at byte 120 of its storage, which has 96",
        "21                  | 2 | 2 | 2 | 1 | its values end at byte 100 of its storage, which has 96",
        "0                   | 2 | 2 | 23 | 1 | its values end at byte 100 of its storage",
        "9223372036854775807 | 1 | 1 | 1 | 1 | the size of the shape [1, 1] overflows",
        "4611686018427387903 | 1 | 1 | 1 | 1 | the size of the shape [1, 1] overflows",
        "0 | 9223372036854775807 | 2 | 2 | 1 | overflows",
        "0 | 2 | 2 | 9223372036854775807 | 9223372036854775807 | overflows",
        "0 | 4611686018427387904 | 4611686018427387904 | 0 | 0 | overflows",
        "0 | 1099511627776 | 4 | 0 | 1 | it repeats 24 values to make 4398046511104 of them",
        "0 | 4294967296 | 1 | 0 | 0 | it repeats 24 values to make 4294967296 of them",
      })
  void claimsBeyondTheStorage(
      long offset, long rows, long columns, long rowStride, long columnStride, String reason)
      throws IOException {
    Path file = write(archive(offset, new long[] {rows, columns}, rowStride, columnStride).bytes());
    assertRefused(() -> ActivationFile.open(file), file, "layer 'a'", reason);
  }

  @Test
  void storagesThatAreNotThere() throws IOException {
    byte[] pickle = pickle(0, new long[] {6, 4}, 4, 1);
    Path file = write(TorchBytes.of(pickle).withStorage("1", VALUES).bytes());
    assertRefused(() -> ActivationFile.open(file), file, "has no entry 'archive/data/0'");
    // A key is a name in the archive and never a path.
    for (String key : List.of("../data.pkl", "/etc/passwd", "0/../0", "")) {
      byte[] other =
          Pickle.begin().ops("}").text("a").tensor(key, 0, new long[] {6, 4}, 4, 1).ops("s").end();
      write(TorchBytes.of(other).withStorage("0", VALUES).bytes());
      assertRefused(() -> ActivationFile.open(file), file, "has no entry 'archive/data/" + key);
    }
  }

  /** Others of the file are read. */
  @Test
  void oneTensorThatCannotBeRead() throws IOException {
    byte[] pickle =
        Pickle.begin()
            .ops("}(")
            .text("gone")
            .tensor("9", 0, new long[] {6, 4}, 4, 1)
            .text("fine")
            .tensor("0", 0, new long[] {6, 4}, 4, 1)
            .ops("u")
            .end();
    ActivationFile file =
        ActivationFile.open(write(TorchBytes.of(pickle).withStorage("0", VALUES).bytes()));
    assertEquals(276, sum(file.arrays().get(0).layer(List.of())));
    assertEquals("gone", file.unusable().get(0).name());
  }

  /** As other programs may pack them again. */
  @Test
  void compressedStorages() throws IOException {
    for (long[] view : VIEWS) {
      double expected = sum(only(write(view(view).bytes())).layer(List.of()));
      Path file = write(view(view).deflate("archive/data/0").bytes());
      Layer layer = only(file).layer(List.of());
      assertTrue(layer.openRanges().isEmpty());
      assertEquals(expected, sum(layer));
    }
  }

  @Test
  void aCompressedPickle() throws IOException {
    Path file = write(view(VIEWS.get(0)).deflate("archive/data.pkl").bytes());
    assertRefused(() -> ActivationFile.open(file), file, "its pickle is compressed");
  }

  @Test
  void aPickleThatIsTooLong() throws IOException {
    byte[] bytes = view(VIEWS.get(0)).bytes();
    // The directory's entry of the pickle comes first: both sizes are there twice as large.
    int at = find(bytes, new byte[] {'P', 'K', 1, 2});
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 24, (1 << 27) + 1);
    Path file = write(bytes);
    assertRefused(() -> ActivationFile.open(file), file, "data.pkl is 134217729 bytes long");
  }

  @ParameterizedTest
  @ValueSource(strings = {"middle", "", "LITTLE", "little\n", "littlelittlelittle"})
  void otherByteOrders(String order) throws IOException {
    Path file = write(view(VIEWS.get(0)).withOrder(order).bytes());
    assertRefused(() -> ActivationFile.open(file), file, "byte");
  }

  @Test
  void otherPickles() throws IOException {
    Path two = write(view(VIEWS.get(0)).with("other/data.pkl", new byte[1]).bytes());
    assertRefused(() -> ActivationFile.open(two), two, "one entry data.pkl", "found 2");
    byte[] code = view(VIEWS.get(0)).with("archive/constants.pkl", new byte[1]).bytes();
    Path script = write(code);
    assertRefused(() -> ActivationFile.open(script), script, "TorchScript", "torch.jit.load");
    // Deeper in the archive than torch writes it.
    Path deep =
        write(new TorchBytes().with("a/b/data.pkl", pickle(0, new long[] {1, 1}, 1, 1)).bytes());
    assertRefused(() -> ActivationFile.open(deep), deep, "one entry data.pkl", "found 0");
  }

  /**
   * Not as torch orders the entries, so it is recognised, and the line that converts it is named.
   */
  @Test
  void packedAgain() throws IOException {
    byte[] pickle = pickle(0, new long[] {6, 4}, 4, 1);
    TorchBytes archive =
        new TorchBytes().withOrder("little").withStorage("0", VALUES).with("a/data.pkl", pickle);
    Path file = write(archive.bytes());
    assertRefused(() -> ActivationFile.open(file), file, "it is a PyTorch file", "torch.load");
  }

  /** Cut downloads, at every length. */
  @Test
  void truncated() throws IOException {
    byte[] whole = view(VIEWS.get(0)).bytes();
    for (int length = 0; length < whole.length; length++) {
      Path file = write(Arrays.copyOf(whole, length));
      assertRefused(() -> ActivationFile.open(file), file);
    }
    Path file = write(Arrays.copyOf(whole, whole.length - 30));
    assertRefused(() -> ActivationFile.open(file), file, "not a readable PyTorch (zip) archive");
  }

  @Test
  void twoEntriesOfOneName() throws IOException {
    byte[] bytes = view(VIEWS.get(0)).withStorage("1", VALUES).bytes();
    for (int at = 0; at < bytes.length - 14; at++) {
      if (Arrays.equals(
          bytes,
          at,
          at + 14,
          "archive/data/1".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
          0,
          14)) {
        bytes[at + 13] = '0';
      }
    }
    Path file = write(bytes);
    assertRefused(
        () -> ActivationFile.open(file), file, "two entries of the archive have the name");
  }

  @Test
  void entriesThatShareTheirBytes() throws IOException {
    TorchBytes archive = view(VIEWS.get(0));
    for (int i = 1; i < 60; i++) {
      archive.withStorage(Integer.toString(i), new byte[0]);
    }
    byte[] bytes = archive.bytes();
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes.length - 46; at++) {
      if (buffer.getInt(at) == 0x02014b50) {
        buffer.putInt(at + 20, bytes.length / 2).putInt(at + 24, bytes.length / 2);
      }
    }
    Path file = write(bytes);
    assertRefused(() -> ActivationFile.open(file), file, "the entries of the archive overlap");
  }

  /** A storage's checksum is looked at once, and a change of the file since is still found. */
  @Test
  void aChangeBetweenViews() throws IOException {
    byte[] pickle =
        Pickle.begin()
            .ops("}(")
            .text("a")
            .tensor("0", 0, new long[] {4, 6}, 1, 4)
            .text("b")
            .tensor("0", 4, new long[] {3, 2}, 4, 1)
            .ops("u")
            .end();
    byte[] bytes = TorchBytes.of(pickle).withStorage("0", VALUES).bytes();
    Path file = write(bytes);
    List<StoredArray> arrays = ActivationFile.open(file).arrays();
    Layer a = arrays.get(0).layer(List.of());
    Layer b = arrays.get(1).layer(List.of());
    assertEquals(276, sum(a));
    assertEquals(51, sum(b));
    bytes[find(bytes, VALUES) + 95] ^= 1;
    write(Arrays.copyOf(bytes, bytes.length + 1));
    assertRefused(() -> sum(a), file, "it changed while it was in use");
    assertRefused(() -> sum(b), file, "it changed while it was in use");
  }
}
