package org.spanmatch.activations.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layer.RangeReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.npy.Mutation;
import org.spanmatch.activations.npy.TestArray;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.kernel.backend.SampleRows;

/**
 * What every format of activation files does: the values that a {@code .npz} archive gives, to the
 * last bit; layers, labels and masks told apart as there; and damage refused as {@code
 * docs/robustness.md} promises. A format subclasses this and says what it can hold.
 */
public abstract class FormatContract {
  private static final ElementType FLOAT = ElementType.FLOAT32;
  // The bounds promised by the javadoc of ActivationFile, and room for the buffers of the JDK.
  private static final int OPEN_FACTOR = 64;
  private static final long OPEN_BYTES = 1L << 20;
  private static final long PASS_BYTES = 48L << 20;

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("network" + suffix());
  }

  /** The usual ending of the names of files. */
  protected abstract String suffix();

  /** Writes a file of arrays, each with its values at the same index, in this order if it can. */
  protected abstract void write(Path file, Map<String, Stored> arrays) throws IOException;

  /** The types of values that files can have, and that are read as the same type. */
  protected abstract Set<ElementType> types();

  /** Whether a file has several arrays, each with a name. */
  protected boolean holdsSeveral() {
    return true;
  }

  /** The byte orders that values can have. */
  protected List<ByteOrder> orders() {
    return List.of(ByteOrder.LITTLE_ENDIAN);
  }

  /** Whether the first axis may vary fastest. */
  protected boolean hasFortranOrder() {
    return false;
  }

  /** Whether samples in C order are read at any place, as the cuda backend does. */
  protected abstract boolean hasRanges();

  /** Whether a checksum covers the values, so that damage to them is found. */
  protected boolean hasChecksum() {
    return false;
  }

  /** Whether an array may be called so. */
  protected boolean mayBeNamed(String name) {
    return true;
  }

  /** Number of tiny arrays that a test writes, to see what each costs. */
  protected int many() {
    return 20_000;
  }

  /** Files of a few bytes that claim much, by what they claim. */
  protected abstract Map<String, byte[]> claims();

  private static TestArray array(ElementType type, int... shape) {
    return TestArray.of(type, ByteOrder.LITTLE_ENDIAN, false, shape);
  }

  private StoredArray only(Path path) {
    ActivationFile opened = ActivationFile.open(path);
    assertEquals(List.of(), opened.unusable());
    assertEquals(1, opened.arrays().size());
    return opened.arrays().get(0);
  }

  private StoredArray only(Stored stored) throws IOException {
    write(file, Map.of("network", stored));
    return only(file);
  }

  private static List<String> names(List<StoredArray> arrays) {
    return arrays.stream().map(StoredArray::name).toList();
  }

  private static double[] rows(Layer layer) {
    double[] rows = new double[Math.toIntExact(layer.samples()) * layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(layer.samples(), reader.read(rows, (int) layer.samples()));
    }
    return rows;
  }

  /** The layer of the same values in a {@code .npz} archive. */
  private Layer npz(Stored stored, Collection<Layout> layouts) throws IOException {
    Path archive = folder.resolve("twin.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
      zip.putNextEntry(new ZipEntry("network.npy"));
      zip.write(widened(stored).npy());
    }
    return ActivationFile.open(archive).arrays().get(0).layer(layouts);
  }

  /** Numpy has no bfloat16, but float32 has all of its values. */
  private static Stored widened(Stored stored) {
    if (stored.type() != ElementType.BFLOAT16) {
      return stored;
    }
    ByteBuffer narrow = ByteBuffer.wrap(stored.data()).order(stored.order());
    ByteBuffer wide = ByteBuffer.allocate(2 * stored.data().length).order(stored.order());
    while (narrow.hasRemaining()) {
      wide.putInt(narrow.getShort() << 16);
    }
    return new Stored(FLOAT, stored.order(), stored.fortranOrder(), stored.shape(), wide.array());
  }

  private void assertAsNpz(Stored stored, Collection<Layout> layouts) throws IOException {
    StoredArray array = only(stored);
    Layer layer = array.layer(layouts);
    Layer twin = npz(stored, layouts);
    assertEquals(stored.shape().stream().map(Integer::longValue).toList(), array.shape());
    assertEquals(stored.type(), layer.type());
    assertEquals(twin.neurons(), layer.neurons());
    assertEquals(twin.sampleAxes(), layer.sampleAxes());
    assertEquals("network", layer.name());
    assertEquals(file + ", layer 'network'", layer.description());
    double[] expected = rows(twin);
    assertArrayEquals(bits(expected), bits(rows(layer)), stored.type() + " " + stored.shape());
    assertArrayEquals(bits(expected), bits(rows(layer)), "a second pass");
  }

  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToLongBits).toArray();
  }

  @Test
  void everyTypeAndOrderInEveryLayoutAsInNpz() throws IOException {
    for (ElementType type : types()) {
      for (ByteOrder order : orders()) {
        for (boolean fortran : hasFortranOrder() ? List.of(false, true) : List.of(false)) {
          for (Layout layout : Layout.values()) {
            int[] shape = Arrays.copyOf(new int[] {5, 3, 4, 2, 3}, layout.axes());
            TestArray array = TestArray.of(type, order, fortran, shape);
            assertAsNpz(Stored.of(array), List.of(layout));
            array.assertReadBack(only(file).layer(List.of(layout)), layout);
          }
        }
      }
    }
  }

  @Test
  void everyBitOfANumber() throws IOException {
    for (ElementType type : types()) {
      byte[] data = new byte[64 * 8 * type.bytes()];
      new Random(type.code().hashCode()).nextBytes(data);
      assertAsNpz(
          new Stored(type, ByteOrder.LITTLE_ENDIAN, false, List.of(64, 8), data), List.of());
    }
  }

  @Test
  void manyBlocks() throws IOException {
    for (Layout layout : List.of(Layout.NF, Layout.FN)) {
      TestArray array =
          array(FLOAT, layout == Layout.NF ? 300_000 : 7, layout == Layout.NF ? 7 : 300_000);
      array.assertReadBack(only(Stored.of(array)).layer(List.of(layout)), layout);
    }
  }

  @Test
  void rangesAreTheSamplesOfBlocks() throws IOException {
    TestArray array = array(FLOAT, 1000, 6);
    Layer layer = only(Stored.of(array)).layer(List.of());
    assertEquals(hasRanges(), layer.openRanges().isPresent());
    assumeTrue(hasRanges(), "not for this format: its values can't be read as ranges");
    ByteBuffer target = ByteBuffer.allocateDirect(100 * 6 * 4);
    byte[] expected = array.data();
    try (RangeReader reader = layer.openRanges().orElseThrow()) {
      for (int first : new int[] {900, 0, 300, 42}) {
        reader.fill(first, 100, target.clear());
        byte[] found = new byte[target.flip().remaining()];
        target.get(found);
        assertArrayEquals(Arrays.copyOfRange(expected, first * 24, (first + 100) * 24), found);
      }
    }
  }

  private void assumeHoldsSeveral() {
    assumeTrue(holdsSeveral(), "not for this format: a file holds one array");
  }

  @Test
  void severalLayersInOrder() throws IOException {
    assumeHoldsSeveral();
    Map<String, Stored> arrays = new LinkedHashMap<>();
    List<String> names = List.of("conv1", "conv2", "conv10", "fc");
    for (int i = 0; i < names.size(); i++) {
      arrays.put(names.get(i), Stored.of(array(FLOAT, 20, 3 + i)));
    }
    write(file, arrays);
    ActivationFile opened = ActivationFile.open(file);
    assertEquals(names, names(opened.arrays()));
    assertFalse(opened.isSingleArray());
    for (int i = 0; i < names.size(); i++) {
      array(FLOAT, 20, 3 + i).assertReadBack(opened.arrays().get(i).layer(List.of()), Layout.NF);
    }
  }

  @Test
  void labelsAndMasksAreLeftOut() throws IOException {
    assumeHoldsSeveral();
    Stored mask =
        new Stored(FLOAT, ByteOrder.LITTLE_ENDIAN, false, List.of(4, 5), zerosAndOnes(20));
    Map<String, Stored> arrays = new LinkedHashMap<>();
    arrays.put("layer", Stored.of(array(FLOAT, 4, 5)));
    arrays.put("labels", Stored.of(array(ElementType.INT64, 4, 2)));
    arrays.put("mask", mask);
    arrays.put("rate", Stored.of(array(FLOAT, 1)));
    write(file, arrays);
    ActivationFile opened = ActivationFile.open(file);
    LayerArrays layers = LayerArrays.of(opened, name -> true);
    assertEquals(List.of("layer"), names(layers.arrays()));
    Map<String, String> reasons = new LinkedHashMap<>();
    layers.leftOut().forEach(each -> reasons.put(each.name(), each.reason()));
    assertEquals(Set.of("labels", "mask", "rate"), reasons.keySet());
    assertTrue(reasons.get("labels").contains("labels, ids or a mask"), reasons::toString);
    assertTrue(reasons.get("mask").contains("0 and 1 alone"), reasons::toString);
    assertTrue(reasons.get("rate").contains("expected 2 axes"), reasons::toString);
    StoredArray found =
        opened.arrays().stream().filter(each -> each.name().equals("mask")).findAny().orElseThrow();
    assertEquals(10, found.mask().kept());
  }

  /** 0 1 0 1 … as float32. */
  private static byte[] zerosAndOnes(int count) {
    ByteBuffer data = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putFloat(i % 2);
    }
    return data.array();
  }

  @Test
  void masksOfEveryType() throws IOException {
    for (ElementType type : types()) {
      for (boolean fortran : hasFortranOrder() ? List.of(false, true) : List.of(false)) {
        ByteBuffer data = ByteBuffer.allocate(6 * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : fortran ? new int[] {1, 0, 1, 0, 0, 1} : new int[] {1, 1, 0, 0, 0, 1}) {
          type.put(data, value);
        }
        StoredArray array =
            only(new Stored(type, ByteOrder.LITTLE_ENDIAN, fortran, List.of(2, 3), data.array()));
        assertTrue(array.isMask());
        assertEquals(3, array.mask().kept());
        assertEquals(List.of(2L, 3L), array.mask().axes());
      }
    }
    StoredArray wrong = only(Stored.of(array(FLOAT, 2, 3)));
    assertFalse(wrong.isMask());
    assertRefused(wrong::mask, file, "array 'network'", "0 and 1 alone", "found");
  }

  @Test
  void samplesOrNeuronsThatAreNotThere() throws IOException {
    StoredArray samples = only(Stored.of(array(FLOAT, 0, 3)));
    assertRefused(() -> samples.layer(List.of()), file, "layer 'network'", "0 samples");
    StoredArray neurons = only(Stored.of(array(FLOAT, 3, 0)));
    assertEquals(0, rows(neurons.layer(List.of())).length);
  }

  @Test
  void anEmptyFile() throws IOException {
    Files.write(file, new byte[0]);
    assertRefused(() -> ActivationFile.open(file), file);
  }

  /** Reads whatever can be, and returns how many arrays there were; each may be refused. */
  private static int read(Path path, Map<String, long[]> expected) throws IOException {
    long size = Files.size(path);
    long start = THREADS.getCurrentThreadAllocatedBytes();
    List<StoredArray> arrays;
    try {
      arrays = ActivationFile.open(path).arrays();
    } catch (ActivationsException e) {
      assertTrue(e.getMessage().startsWith(path.toString()), e::getMessage);
      return 0;
    } finally {
      long used = THREADS.getCurrentThreadAllocatedBytes() - start;
      assertTrue(used <= OPEN_FACTOR * size + OPEN_BYTES, () -> "opening took " + used);
    }
    int read = 0;
    for (StoredArray array : arrays) {
      try {
        Layer layer = array.layer(List.of());
        start = THREADS.getCurrentThreadAllocatedBytes();
        pass(layer);
        long used = THREADS.getCurrentThreadAllocatedBytes() - start;
        assertTrue(used <= PASS_BYTES, () -> "a pass took " + used);
        if (expected != null && expected.containsKey(array.name())) {
          assertArrayEquals(expected.get(array.name()), bits(rows(layer)));
        }
        read++;
      } catch (ActivationsException e) {
        assertTrue(e.getMessage().startsWith(path.toString()), e::getMessage);
      }
    }
    return read;
  }

  private static void pass(Layer layer) {
    long samples = 0;
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        samples += block.samples();
      }
    }
    assertEquals(layer.samples(), samples);
  }

  private Map<String, Stored> twoLayers() {
    Map<String, Stored> arrays = new LinkedHashMap<>();
    arrays.put("network", Stored.of(array(FLOAT, 6, 4)));
    if (holdsSeveral()) {
      arrays.put("other", Stored.of(array(FLOAT, 6, 4)));
    }
    return arrays;
  }

  /** What is left of a file is refused, or gives the right values. */
  @Test
  void truncatedAnywhere() throws IOException {
    Map<String, Stored> arrays = twoLayers();
    write(file, arrays);
    Map<String, long[]> expected = new LinkedHashMap<>();
    for (StoredArray array : ActivationFile.open(file).arrays()) {
      expected.put(array.name(), bits(rows(array.layer(List.of()))));
    }
    byte[] whole = Files.readAllBytes(file);
    int step = Math.max(1, whole.length / 2000);
    for (int length = 0; length < whole.length; length += step) {
      TestData.overwrite(file, Arrays.copyOf(whole, length));
      int read = read(file, expected);
      assertTrue(read < arrays.size(), "nothing was missed of " + length + " bytes");
    }
    Files.write(file, whole);
    assertEquals(arrays.size(), read(file, expected));
  }

  /** Each variant is refused, or read, with no more memory than promised. */
  @Test
  void damagedAnywhere() throws IOException {
    write(file, twoLayers());
    Map<String, long[]> expected = hasChecksum() ? new LinkedHashMap<>() : null;
    for (StoredArray array : ActivationFile.open(file).arrays()) {
      if (expected != null) {
        expected.put(array.name(), bits(rows(array.layer(List.of()))));
      }
    }
    byte[] whole = Files.readAllBytes(file);
    for (int variant = 0; variant < 1000; variant++) {
      TestData.overwrite(file, Mutation.of(whole, new Random(variant)));
      read(file, expected);
    }
  }

  /** How a file changes. */
  public enum Change {
    /** Written again with as many bytes. */
    WRITTEN_AGAIN,
    /** Cut off. */
    CUT,
    /** Deleted. */
    REMOVED;

    private void make(Path file) throws IOException {
      FileTime before = Files.getLastModifiedTime(file);
      byte[] content = Files.readAllBytes(file);
      if (this == REMOVED) {
        Files.delete(file);
        return;
      }
      Path other =
          Files.write(
              file.resolveSibling("other"),
              Arrays.copyOf(content, this == CUT ? content.length / 2 : content.length));
      Files.setLastModifiedTime(other, FileTime.fromMillis(before.toMillis() + 2000));
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private String sentence() {
      return this == REMOVED ? "it was removed" : "it changed while it was in use";
    }
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void aFileThatChangesIsRefused(Change change) throws IOException {
    StoredArray array = only(Stored.of(array(FLOAT, 400_000, 4))); // more than one block
    Layer layer = array.layer(List.of());
    try (BlockReader reader = layer.open()) {
      assertNotNull(reader.next());
      change.make(file);
      assertRefused(reader::next, file, change.sentence());
    }
    assertRefused(layer::open, file, change.sentence());
    assertRefused(() -> array.layer(List.of()), file, change.sentence());
    assertRefused(array::mask, file, change.sentence());
  }

  @Test
  void namesAreNames() throws IOException {
    assumeHoldsSeveral();
    List<String> names =
        Stream.of(
                "../../etc/passwd",
                "/etc/passwd",
                "C:\\x",
                "a/b/c",
                " ",
                "a\nb",
                "\u001b[31m",
                "\u202eright to left",
                "\"quoted\" 'and' \\",
                "é ü 漢字 \ud83d\ude00",
                "x".repeat(5000),
                "=1+1",
                "layer.npy.",
                "__proto__")
            .filter(this::mayBeNamed)
            .toList();
    assertTrue(names.size() >= 5, names::toString);
    TestArray array = array(FLOAT, 5, 3);
    Map<String, Stored> arrays = new LinkedHashMap<>();
    names.forEach(name -> arrays.put(name, Stored.of(array)));
    write(file, arrays);
    ActivationFile opened = ActivationFile.open(file);
    assertEquals(Set.copyOf(names), Set.copyOf(names(opened.arrays())));
    for (StoredArray each : opened.arrays()) {
      array.assertReadBack(each.layer(List.of()), Layout.NF);
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void manyArraysTakeLittleMemory() throws IOException {
    assumeHoldsSeveral();
    Map<String, Stored> arrays = new LinkedHashMap<>();
    for (int i = 0; i < many(); i++) {
      arrays.put("layer" + i, Stored.of(array(FLOAT, 2, 2)));
    }
    write(file, arrays);
    long start = THREADS.getCurrentThreadAllocatedBytes();
    ActivationFile opened = ActivationFile.open(file);
    long used = THREADS.getCurrentThreadAllocatedBytes() - start;
    assertEquals(many(), opened.arrays().size());
    assertTrue(used <= OPEN_FACTOR * Files.size(file), used + " bytes");
    array(FLOAT, 2, 2).assertReadBack(opened.arrays().get(many() - 1).layer(List.of()), Layout.NF);
  }

  @Test
  void hugeClaimsAreRefused() throws IOException {
    assertFalse(claims().isEmpty());
    for (Map.Entry<String, byte[]> claim : claims().entrySet()) {
      Files.write(file, claim.getValue());
      assertEquals(0, read(file, null), claim.getKey());
    }
  }

  /** In a folder, a file with one array is a layer that has the file's name. */
  @Test
  void filesOfAFolder() throws IOException {
    Path layers = Files.createDirectory(folder.resolve("layers"));
    TestArray array = array(FLOAT, 5, 3);
    for (String name : List.of("conv2", "conv10")) {
      write(layers.resolve(name + suffix()), Map.of("inner", Stored.of(array)));
    }
    if (holdsSeveral()) {
      write(layers.resolve("several" + suffix()), twoLayers());
    }
    ActivationFile opened = ActivationFile.open(layers);
    assertEquals(List.of("conv2", "conv10"), names(opened.arrays()));
    for (StoredArray each : opened.arrays()) {
      Layer layer = each.layer(List.of());
      array.assertReadBack(layer, Layout.NF);
      assertEquals(layers.resolve(each.name() + suffix()).toString(), layer.source());
      assertEquals(each.name(), layer.name());
    }
    if (holdsSeveral()) {
      assertEquals("several", opened.unusable().get(0).name());
      assertTrue(opened.unusable().get(0).reason().startsWith("it holds 2 arrays, expected one"));
    }
    assertThrows(ActivationsException.class, () -> ActivationFile.open(layers.resolve("none")));
  }

  /** The content decides, whatever the name. */
  @Test
  void underAnotherName() throws IOException {
    TestArray array = array(FLOAT, 5, 3);
    for (String name : List.of("plain", "x.npy", "x.csv", "x.safetensors")) {
      Path other = folder.resolve(name);
      write(other, Map.of("network", Stored.of(array)));
      array.assertReadBack(only(other).layer(List.of()), Layout.NF);
    }
  }

  /** Something behind the file's end, or before its start. */
  @Test
  void bytesAround() throws IOException {
    write(file, twoLayers());
    byte[] whole = Files.readAllBytes(file);
    for (int extra : new int[] {1, 8, 5000}) {
      Files.write(file, Arrays.copyOf(whole, whole.length + extra));
      read(file, null);
      ByteArrayOutputStream shifted = new ByteArrayOutputStream();
      shifted.writeBytes(new byte[extra]);
      shifted.writeBytes(whole);
      Files.write(file, shifted.toByteArray());
      read(file, null);
    }
  }

  /** Types are compared by what is read, so none may be left out by accident. */
  @Test
  void hasTypes() {
    List<ElementType> types = new ArrayList<>(types());
    assertTrue(types.contains(FLOAT) && types.contains(ElementType.INT64), types::toString);
  }
}
