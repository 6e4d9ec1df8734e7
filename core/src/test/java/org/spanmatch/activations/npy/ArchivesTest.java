package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.StoredArray;

/** Tests how archives, folders and single files become lists of named arrays. */
class ArchivesTest {
  private static final TestArray ARRAY =
      TestArray.of(ElementType.FLOAT32, ByteOrder.LITTLE_ENDIAN, false, 5, 3);

  @TempDir private Path folder;

  private static List<String> names(Path path) {
    return ActivationFile.open(path).arrays().stream().map(StoredArray::name).toList();
  }

  private Path archive(String... names) throws IOException {
    Path file = folder.resolve("x.npz");
    byte[] npy = ARRAY.npy();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(npy);
        zip.closeEntry();
      }
    }
    return file;
  }

  @ParameterizedTest
  @CsvSource({"NF, false", "FN, false", "NF, true", "FN, true"})
  void sizesInZip64Fields(Layout layout, boolean deflated) {
    Path file =
        new RawZip("layer.npy", ARRAY.npy(), deflated).zip64().write(folder.resolve("x.npz"));
    List<StoredArray> arrays = ActivationFile.open(file).arrays();
    assertEquals(1, arrays.size());
    ARRAY.assertReadBack(arrays.get(0).layer(List.of(layout)), layout);
  }

  @Test
  void moreEntriesThanAPlainZipCanCount() throws IOException {
    int count = 65_540;
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = i + ".npy";
    }
    Path file = archive(names);
    List<StoredArray> arrays = ActivationFile.open(file).arrays();
    assertEquals(count, arrays.size());
    for (int i : new int[] {0, 9999, 65_534, 65_535, 65_536, count - 1}) {
      assertEquals(Integer.toString(i), arrays.get(i).name());
      ARRAY.assertReadBack(arrays.get(i).layer(List.of()), Layout.NF);
    }
  }

  @Test
  void entriesInFileOrderWhateverTheirSuffix() throws IOException {
    Path file = archive("z.npy", "notes.txt", "b/conv10.npy", "b/conv2.NPY", "a ü.npy", "npy");
    assertEquals(List.of("z", "notes.txt", "b/conv10", "b/conv2", "a ü", "npy"), names(file));
    assertFalse(ActivationFile.open(file).isSingleArray());
    assertEquals(file, ActivationFile.open(file).path());
  }

  @Test
  void filesOfAFolderByNameWithNumbersInNumericOrder() throws IOException {
    for (String name :
        List.of("conv10", "conv2", "conv2b", "conv1", "fc", "conv2.weight.11", "conv2.weight.9")) {
      Files.write(folder.resolve(name + ".npy"), ARRAY.npy());
    }
    Files.write(folder.resolve("conv11.NPY"), ARRAY.npy());
    Files.write(folder.resolve("bare"), ARRAY.npy());
    Files.write(folder.resolve(".hidden.npy"), new byte[] {1});
    Files.write(folder.resolve("notes.txt"), new byte[] {1});
    Files.createDirectory(folder.resolve("deeper"));
    Files.write(folder.resolve("deeper").resolve("conv0.npy"), ARRAY.npy());
    assertEquals(
        List.of(
            "bare",
            "conv1",
            "conv2",
            "conv2.weight.9",
            "conv2.weight.11",
            "conv2b",
            "conv10",
            "conv11",
            "fc"),
        names(folder));
    ActivationFile opened = ActivationFile.open(folder);
    assertEquals(
        List.of("notes.txt"), opened.unusable().stream().map(UnusableEntry::name).toList());
    assertFalse(opened.isSingleArray());
    for (StoredArray array : opened.arrays()) {
      ARRAY.assertReadBack(array.layer(List.of()), Layout.NF);
    }
  }

  @Test
  void filesOfAFolderInTheOrderThatItNames() throws IOException {
    for (String name : List.of("bn1", "conv1", "fc", "layer1", "new2", "new10")) {
      Files.write(folder.resolve(name + ".npy"), ARRAY.npy());
    }
    Path order = folder.resolve(".layers");
    Files.writeString(order, "conv1\nbn1\r\nremoved\nlayer1\nconv1\nfc");
    List<String> named = List.of("conv1", "bn1", "layer1", "fc", "new2", "new10");
    assertEquals(named, names(folder));
    List<String> byName = List.of("bn1", "conv1", "fc", "layer1", "new2", "new10");
    Files.write(order, new byte[] {'f', 'c', '\n', (byte) 0xff}); // no UTF-8
    assertEquals(byName, names(folder));
    try (FileChannel tooLarge = FileChannel.open(order, StandardOpenOption.WRITE)) {
      tooLarge.write(ByteBuffer.wrap(new byte[] {'\n', '\n'}), 2);
      tooLarge.write(ByteBuffer.wrap(new byte[] {0}), 16L << 20);
    }
    assertEquals(byName, names(folder));
    Files.delete(order);
    Files.createDirectory(order);
    assertEquals(byName, names(folder));
  }

  @Test
  void longNumbersAreOrdered() throws IOException {
    String small = "9".repeat(17);
    String large = "1" + "0".repeat(17);
    Files.write(folder.resolve(small + ".npy"), ARRAY.npy());
    Files.write(folder.resolve(large + ".npy"), ARRAY.npy());
    assertEquals(List.of(small, large), names(folder));
  }

  @Test
  void singleArray() throws IOException {
    Path file = Files.write(folder.resolve("conv1.npy"), ARRAY.npy());
    ActivationFile opened = ActivationFile.open(file);
    assertTrue(opened.isSingleArray());
    assertEquals(List.of("conv1"), names(file));
    ARRAY.assertReadBack(opened.arrays().get(0).layer(List.of()), Layout.NF);

    Path bare = Files.write(folder.resolve("activations"), ARRAY.npy());
    assertEquals(List.of("activations"), names(bare));
    assertTrue(ActivationFile.open(bare).isSingleArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"activations", "activations.npy", "activations.pt"})
  void anArchiveUnderAnotherNameIsKnownByItsFirstBytes(String name) throws IOException {
    Path renamed = folder.resolve(name);
    Files.move(archive("layer.npy"), renamed);
    assertEquals(List.of("layer"), names(renamed));
    assertFalse(ActivationFile.open(renamed).isSingleArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"layer.npz", "layer.NPZ", "layer.pt", "layer.NPY"})
  void anArrayUnderAnotherNameIsKnownByItsFirstBytes(String name) throws IOException {
    Path file = Files.write(folder.resolve(name), ARRAY.npy());
    assertTrue(ActivationFile.open(file).isSingleArray());
    assertEquals(List.of(name.replace(".NPY", "")), names(file));
    ARRAY.assertReadBack(ActivationFile.open(file).arrays().get(0).layer(List.of()), Layout.NF);
  }

  @Test
  void descriptionOfALayer() throws IOException {
    Path file = archive("conv1.npy");
    StoredArray array = ActivationFile.open(file).arrays().get(0);
    assertEquals("<f4", array.dtype());
    assertEquals(List.of(5L, 3L), array.shape());
    Layer layer = array.layer(List.of());
    assertEquals(file.toString(), layer.source());
    assertEquals("conv1", layer.name());
    assertEquals(file + ", layer 'conv1'", layer.description());
    assertEquals(4, layer.samplePosition(4));
  }

  @Test
  void aStructuredArrayIsListedEvenIfItIsNoLayer() throws IOException {
    Path file = folder.resolve("table.npy");
    String header = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}";
    Files.write(file, NpyBytes.of(1, header, new byte[8]));
    StoredArray array = ActivationFile.open(file).arrays().get(0);
    assertEquals("structured", array.dtype());
    assertEquals(List.of(2L), array.shape());
  }
}
