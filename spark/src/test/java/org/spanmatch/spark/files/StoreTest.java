package org.spanmatch.spark.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.npy.NpyBytes;
import org.spanmatch.spark.files.Store.Access;

class StoreTest {
  private static final Path FILES =
      Path.of("..", "core", "src", "test", "resources", "org", "spanmatch", "activations");

  @TempDir Path folder;

  @BeforeEach
  void reset() {
    TestStore.reset();
  }

  private static Path stored(Path file) throws IOException {
    return stored(file, Access.VALUES);
  }

  private static Path stored(Path file, Access access) throws IOException {
    return Store.path(TestStore.name(file), TestStore.configuration(), access);
  }

  /** Writes a {@code .npy} file of numbers that don't repeat, some 17 MB for 9,000 samples. */
  private Path large(int samples) throws IOException {
    double[] values = new Random(1).doubles(samples * 240L).toArray();
    return Files.write(folder.resolve("a.npy"), NpyBytes.of(values, samples, 240));
  }

  /** All that a file holds: every value, or why it can't be read. */
  private static List<String> content(Path file) {
    List<String> content = new ArrayList<>();
    try {
      for (StoredArray array : ActivationFile.open(file).arrays()) {
        content.add(array.name() + " " + array.dtype() + " " + array.shape());
        try {
          content.add(bytes(array.layer(List.of())));
        } catch (ActivationsException e) {
          content.add(e.getMessage());
        }
      }
      ActivationFile.open(file).unusable().forEach(each -> content.add(each.toString()));
    } catch (ActivationsException e) {
      content.add(e.getMessage());
    }
    return content;
  }

  private static String bytes(Layer layer) {
    StringBuilder text = new StringBuilder();
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        double[] values = new double[block.samples() * layer.neurons()];
        block.copyRows(0, block.samples(), values, 0);
        for (double value : values) {
          text.append(Double.doubleToRawLongBits(value)).append(' ');
        }
      }
    }
    return text.toString();
  }

  @Test
  void everyFormatIsReadAsOnThisMachine() throws IOException {
    int files = 0;
    try (Stream<Path> all = Files.walk(FILES)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        Path local = file.toRealPath();
        String folder = local.getParent().toString();
        List<String> found =
            content(stored(local)).stream()
                .map(text -> text.replace("store:" + folder, folder))
                .toList();
        assertEquals(content(local), found);
        files++;
      }
    }
    assertTrue(files > 100, "found only " + files + " files");
    assertEquals(TestStore.OPENED.get(), TestStore.CLOSED.get(), "streams are left open");
    assertTrue(TestStore.OPENED.get() > files);
  }

  @Test
  void aPassIsOneStream() throws IOException {
    Path file = large(9_000);
    Layer layer = ActivationFile.open(stored(file)).arrays().get(0).layer(List.of());
    TestStore.reset();

    assertEquals(content(file).get(1), bytes(layer));

    assertEquals(1, TestStore.OPENED.get());
    assertEquals(1, TestStore.CLOSED.get());
    assertEquals(List.of("whole-file, sequential"), TestStore.POLICIES);
    assertTrue(TestStore.SEEKS.get() <= 1, "it seeks " + TestStore.SEEKS + " times");
    assertEquals(0, TestStore.POSITIONED.get());
  }

  /** A look at a file in an object store is a request; readers look after each of many blocks. */
  @Test
  void looksAtAFileAreFewerThanBlocks() throws IOException {
    Path file = stored(large(100));
    for (int i = 0; i < 1_000; i++) {
      Files.size(file);
    }
    assertTrue(TestStore.LOOKS.get() < 20, "it looks " + TestStore.LOOKS + " times");
  }

  @Test
  void valuesOfFortranOrderTakeOneStreamToo() throws IOException {
    double[] values = new Random(2).doubles(3_000 * 40L).toArray();
    ByteBuffer data = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    data.asDoubleBuffer().put(values);
    Path file =
        Files.write(folder.resolve("f.npy"), NpyBytes.of("<f8", true, data.array(), 3_000, 40));
    Layer layer = ActivationFile.open(stored(file)).arrays().get(0).layer(List.of());
    TestStore.reset();

    assertEquals(content(file).get(1), bytes(layer));

    assertEquals(1, TestStore.OPENED.get());
    assertEquals(0, TestStore.POSITIONED.get());
    assertEquals(List.of("adaptive"), TestStore.POLICIES);
  }

  @Test
  void headersAreReadHereAndThere() throws IOException {
    Path file = FILES.resolve("npy/files/stored.npz").toRealPath();
    ActivationFile.open(stored(file, Access.HEADERS));
    assertEquals(List.of("random"), TestStore.POLICIES.stream().distinct().toList());
  }

  @Test
  void filesOfThisMachineAreOrdinaryPaths() throws IOException {
    Path file = large(1);
    assertEquals(
        file, Store.path(file.toUri().toString(), TestStore.configuration(), Access.VALUES));
  }

  @Test
  void foldersAreListed() throws IOException {
    Files.write(folder.resolve("fc 1.npy"), NpyBytes.of(new double[6], 3, 2));
    Files.write(folder.resolve("b[1].npy"), NpyBytes.of(new double[6], 3, 2));
    Files.writeString(folder.resolve(".layers"), "fc 1\nb[1]\n");
    ActivationFile file = ActivationFile.open(stored(folder));
    assertEquals(List.of("fc 1", "b[1]"), file.arrays().stream().map(StoredArray::name).toList());
  }

  @Test
  void pathsAreTakenApart() throws IOException {
    Path path = stored(Path.of("/data/seed0/conv1.npy"));
    assertEquals("conv1.npy", path.getFileName().toString());
    assertEquals("store:/data/seed0", path.getParent().toString());
    assertEquals(path, path.getParent().resolve("conv1.npy"));
    assertEquals(path.getRoot(), path.getParent().getParent().getParent());
    assertTrue(path.startsWith(path.getParent()));
    assertTrue(path.endsWith(path.getFileName()));
    assertFalse(path.endsWith(path.getParent().getFileName()));
    assertEquals(List.of("data", "seed0", "conv1.npy"), names(path));
  }

  private static List<String> names(Path path) {
    List<String> names = new ArrayList<>();
    path.forEach(name -> names.add(name.toString()));
    return names;
  }

  @Test
  void bytesAreReadAtAnyPosition() throws IOException {
    byte[] bytes = new byte[300_000];
    new Random(3).nextBytes(bytes);
    Path file = stored(Files.write(folder.resolve("bytes"), bytes));
    Random random = new Random(4);
    try (FileChannel channel = FileChannel.open(file)) {
      for (int i = 0; i < 200; i++) {
        int from = random.nextInt(bytes.length);
        ByteBuffer target =
            i % 2 == 0
                ? ByteBuffer.allocate(random.nextInt(20_000) + 1)
                : ByteBuffer.allocateDirect(random.nextInt(20_000) + 1);
        int count = channel.read(target, from);
        assertEquals(Math.min(target.capacity(), bytes.length - from), count);
        byte[] found = new byte[count];
        target.flip().get(found);
        assertArrayEquals(Arrays.copyOfRange(bytes, from, from + count), found);
      }
      assertEquals(0, channel.position());
      assertEquals(-1, channel.read(ByteBuffer.allocate(1), bytes.length));
      assertEquals(bytes.length, channel.size());
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Files.newInputStream(file).transferTo(all);
    assertArrayEquals(bytes, all.toByteArray());
  }

  @Test
  void nothingIsWritten() throws IOException {
    Path file = stored(large(1));
    assertThrows(ReadOnlyFileSystemException.class, () -> Files.write(file, new byte[1]));
    assertThrows(ReadOnlyFileSystemException.class, () -> Files.delete(file));
    assertThrows(
        AccessDeniedException.class,
        () -> file.getFileSystem().provider().checkAccess(file, AccessMode.WRITE));
    assertFalse(Files.isWritable(file));
    assertTrue(Files.isReadable(file));
  }

  @Test
  void aMissingFileIsMissing() throws IOException {
    Path missing = stored(folder.resolve("missing"));
    assertFalse(Files.exists(missing));
    assertThrows(NoSuchFileException.class, () -> Files.size(missing));
    assertThrows(NoSuchFileException.class, () -> Files.newInputStream(missing).read());
  }

  @Test
  void anInterruptEndsReading() throws IOException {
    Path file = stored(large(100));
    try (FileChannel channel = FileChannel.open(file)) {
      channel.read(ByteBuffer.allocate(10));
      Thread.currentThread().interrupt();
      assertThrows(ClosedByInterruptException.class, () -> channel.read(ByteBuffer.allocate(10)));
      assertTrue(Thread.interrupted(), "the interrupt is gone");
      assertThrows(ClosedChannelException.class, () -> channel.read(ByteBuffer.allocate(10)));
    }
    assertEquals(1, TestStore.CLOSED.get());
  }

  @Test
  void aFailureInTheMiddleNamesTheLayer() throws IOException {
    Path file = stored(large(9_000));
    Layer layer = ActivationFile.open(file).arrays().get(0).layer(List.of());
    TestStore.failsBehind = 5 << 20;
    TestStore.FAILURES.put("a.npy", new AtomicInteger(1));

    ActivationsException e = assertThrows(ActivationsException.class, () -> bytes(layer));

    assertEquals(file + ", layer 'a': it can't be read: the connection was reset", e.getMessage());
    assertEquals(TestStore.OPENED.get(), TestStore.CLOSED.get());
  }
}
