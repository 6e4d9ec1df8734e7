package org.spanmatch.formats.hdf5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.OtherProgram;
import org.spanmatch.TestData;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.StoredArray;

/** Files that h5py wrote; {@code make.py} beside them says how. */
class Hdf5FilesTest {
  static final Path FOLDER = TestData.resource("/hdf5");

  private static ActivationFile open(String file) {
    return ActivationFile.open(FOLDER.resolve(file));
  }

  private static List<String> names(String file) {
    return open(file).arrays().stream().map(StoredArray::name).toList();
  }

  private static StoredArray array(ActivationFile file, String name) {
    return file.arrays().stream()
        .filter(array -> array.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not among " + file.arrays()));
  }

  /** Compares all arrays of a file with those of an archive, in every layout. */
  static void assertSame(Path file, Path archive) {
    ActivationFile found = ActivationFile.open(file);
    ActivationFile expected = ActivationFile.open(archive);
    assertTrue(expected.arrays().size() > 2);
    for (StoredArray right : expected.arrays()) {
      StoredArray array = array(found, right.name());
      assertEquals(right.shape(), array.shape(), right.name());
      for (List<Layout> layouts : List.of(List.<Layout>of(), List.of(Layout.FN, Layout.NHWC))) {
        Layer layer = array.layer(layouts);
        Layer other = right.layer(layouts);
        assertEquals(other.neurons(), layer.neurons(), right.name());
        assertEquals(other.sampleAxes(), layer.sampleAxes(), right.name());
        assertEquals(Values.of(other), Values.of(layer), right.name() + " " + layouts);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "types.h5, types.npz",
    "storage-earliest.h5, storage.npz",
    "storage-v114.h5, storage.npz",
    "matlab.mat, matlab.npz"
  })
  void sameAsInAnArchive(String file, String archive) {
    assertSame(FOLDER.resolve(file), FOLDER.resolve(archive));
  }

  /** Those that are committed may be of another version of the library. */
  @Test
  void filesThatTheLibraryHereWrites(@TempDir Path folder) throws Exception {
    OtherProgram.run(
        folder,
        "no files are exchanged with h5py",
        "python3",
        FOLDER.resolve("make.py").toString(),
        folder.toString());
    assertSame(folder.resolve("types.h5"), FOLDER.resolve("types.npz"));
    assertSame(folder.resolve("storage-earliest.h5"), FOLDER.resolve("storage.npz"));
    assertSame(folder.resolve("storage-v114.h5"), FOLDER.resolve("storage.npz"));
    assertSame(folder.resolve("matlab.mat"), FOLDER.resolve("matlab.npz"));
  }

  @Test
  void everyNumberFormatOfEitherByteOrder() {
    ActivationFile file = open("types.h5");
    Map<String, String> dtypes = new HashMap<>();
    file.arrays().forEach(array -> dtypes.put(array.name(), array.dtype()));
    for (ElementType type : ElementType.values()) {
      String mark = type.bytes() == 1 ? "|" : "<";
      switch (type) {
        case BFLOAT16 -> assertEquals("bfloat16", dtypes.remove("bfloat16"));
        case BOOL -> assertEquals("|b1", dtypes.remove("bool"));
        default -> {
          assertEquals(mark + type.code(), dtypes.remove("little/" + type.code()));
          assertEquals(mark.replace('<', '>') + type.code(), dtypes.remove("big/" + type.code()));
        }
      }
    }
    assertEquals(Map.of("bits", "|u1"), dtypes);
    assertEquals(ElementType.BFLOAT16, array(file, "bfloat16").layer(List.of()).type());
    assertEquals("C", array(file, "bool").order());
  }

  /** By name, with numbers in numeric order, unless the file keeps the order of creation. */
  @Test
  void pathsAreNamesInOrder() {
    assertEquals(
        List.of("a", "again", "b/conv1", "b/conv2", "b/conv10", "b/deep/er/x", "b/ä ö/😀"),
        names("groups.h5"));
    assertEquals(List.of("z", "y", "x", "conv10", "conv2"), names("groups-ordered.h5"));
    assertEquals(
        IntStream.range(0, 60).mapToObj(i -> "layer" + i).toList(), names("groups-dense.h5"));
    assertEquals(
        List.of("b/circle: it is a group that has another name too"), reasons("groups.h5"));
  }

  private static List<String> reasons(String file) {
    return open(file).unusable().stream()
        .map(entry -> entry.name() + ": " + entry.reason())
        .toList();
  }

  @Test
  void whatIsNotReadIsListedWithTheReason() {
    assertEquals(
        List.of(
            "empty: it has no shape and no values",
            "external: it is a link to '/data' of the file 'elsewhere.h5', and links are not"
                + " followed",
            "of named type: its number format is a named type, which is not supported",
            "raw: its values lie in other files (external storage)",
            "scaleoffset: it is compressed by the filter scaleoffset, expected gzip, shuffle, lzf"
                + " or fletcher32; 'h5repack -f GZIP=1 IN OUT' rewrites the file",
            "soft: it is a link to '/good', and links are not followed",
            "unwritten: its values were never written",
            "virtual: it is a virtual dataset, whose values lie in other files"),
        reasons("left-out.h5"));
    assertEquals(
        List.of(
            "gzip: it is in a newer version of HDF5 than can be read; write it without h5py's"
                + " libver='latest', or with libver=('earliest', 'v114')"),
        reasons("newest.h5"));
    ActivationFile file = open("left-out.h5");
    for (UnusableEntry entry : file.unusable()) {
      assertEquals(file.path(), entry.file());
      assertTrue(!entry.isNamedAsArray(), entry.name());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text      | string",
        "bytes     | string",
        "compound  | compound",
        "complex   | compound",
        "pieces    | variable length",
        "reference | reference",
        "enum      | enumeration",
        "20 bits   | 32-bit integer",
        "scalar    | <f8",
        "vector    | <f4",
      })
  void whatIsNoLayerIsAnArray(String name, String dtype) {
    StoredArray array = array(open("left-out.h5"), name);
    assertEquals(dtype, array.dtype());
    assertTrue(array.notALayer().isPresent());
    assertRefused(() -> array.layer(List.of()), "left-out.h5, layer '" + name + "': ");
  }

  @Test
  void whatWasNotWrittenIsRefusedAndNeverZero() {
    ActivationFile file = open("left-out.h5");
    assertRefused(
        () -> Values.of(array(file, "half").layer(List.of())),
        "left-out.h5, layer 'half': ",
        "1 of 2 chunks were never written");
    assertRefused(
        () -> array(file, "no samples").layer(List.of()), "the shape [0, 5] has 0 samples");
    assertEquals(12, Values.of(array(file, "good").layer(List.of())).size());
  }

  @Test
  void variablesOfMatlab() {
    ActivationFile file = open("matlab.mat");
    assertEquals("Fortran", array(file, "fc").order());
    assertEquals("|b1", array(file, "mask").dtype());
    assertEquals("MATLAB char", array(file, "text").dtype());
    assertEquals("MATLAB cell", array(file, "cell").dtype());
    assertEquals(List.of("cell", "conv", "fc", "mask", "s/field", "text"), names("matlab.mat"));
    assertEquals(List.of("none: it is empty"), reasons("matlab.mat"));
  }

  @Test
  void masks() {
    assertTrue(array(open("types.h5"), "bool").isMask());
    assertTrue(array(open("matlab.mat"), "mask").isMask());
    assertTrue(!array(open("types.h5"), "little/u1").isMask());
    StoredArray many = array(open("storage-v114.h5"), "many chunks gzip");
    assertRefused(many::mask, "many chunks gzip", "a mask holds 0 and 1 alone");
  }
}
