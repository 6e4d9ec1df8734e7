package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.npy.NpyBytes;
import org.spanmatch.compare.LayerArrays.LeftOut;

/** What in a file is taken for a layer, and what is not. */
class LayerArraysTest {
  @TempDir private Path folder;

  /** Asks for one layer by its very name. */
  private record Named(String name) implements LayerArrays.Filter {
    @Override
    public boolean test(String layer) {
      return layer.equals(name);
    }

    @Override
    public boolean names(String layer) {
      return layer.equals(name);
    }
  }

  private static boolean all(String name) {
    return !name.isEmpty();
  }

  private static byte[] layer() {
    double[] values = new double[12];
    Arrays.setAll(values, i -> Math.sin(i));
    return NpyBytes.of(values, 4, 3);
  }

  private static byte[] bytes(String descr, int size, int ones, long... shape) {
    byte[] data = new byte[size * (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < ones; i++) {
      data[i * size] = 1;
    }
    return NpyBytes.of(descr, false, data, shape);
  }

  private ActivationFile file(String name, Map<String, byte[]> arrays) {
    try {
      Path path = Files.createDirectories(folder.resolve(name));
      for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
        Files.write(path.resolve(array.getKey() + ".npy"), array.getValue());
      }
      return ActivationFile.open(path);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<String> names(LayerArrays arrays) {
    return arrays.arrays().stream().map(StoredArray::name).toList();
  }

  private static Map<String, String> reasons(LayerArrays arrays) {
    Map<String, String> reasons = new TreeMap<>();
    arrays.leftOut().forEach(each -> reasons.put(each.name(), each.reason()));
    return reasons;
  }

  private void assertLeftOut(byte[] extra, String reason) {
    ActivationFile file = file("x", Map.of("l", layer(), "extra", extra));
    LayerArrays arrays = LayerArrays.of(file, LayerArraysTest::all);
    assertEquals(List.of("l"), names(arrays));
    assertTrue(reasons(arrays).get("extra").contains(reason), () -> "" + reasons(arrays));
    assertEquals(List.of(), LayerArrays.of(file, "l"::equals).leftOut());
  }

  private void assertTaken(byte[] extra) {
    ActivationFile file = file("x", Map.of("l", layer(), "extra", extra));
    LayerArrays arrays = LayerArrays.of(file, LayerArraysTest::all);
    assertEquals(List.of("extra", "l"), names(arrays), () -> "" + reasons(arrays));
    assertEquals(List.of(), arrays.leftOut());
  }

  @Test
  void whatCanBeNoLayer() {
    assertLeftOut(bytes("<i8", 8, 2, 4), "expected 2 axes [N, F]");
    assertLeftOut(bytes("<f8", 8, 0), "found 0");
    assertLeftOut(bytes("<f8", 8, 0, 1, 1, 1, 1, 2, 2), "found 6");
    assertLeftOut(bytes("<U1", 4, 0, 4, 3), "the dtype '<U1' is not supported");
    assertLeftOut(bytes("<c8", 8, 0, 4, 3), "the dtype '<c8' is not supported");
    assertLeftOut(new byte[0], "it is empty");
    assertLeftOut(new byte[] {1, 2}, "magic");
  }

  @ParameterizedTest
  @ValueSource(strings = {"|b1", "<i4", ">u4", "<i8", "<u8", "int64", "?"})
  void idsAndMasksAreLeftOutBesideLayersOfOtherTypes(String descr) {
    int size = descr.contains("4") && !descr.contains("6") ? 4 : descr.endsWith("?") ? 1 : 8;
    byte[] extra = bytes(descr, descr.equals("|b1") ? 1 : size, 2, 4, 3);
    assertLeftOut(extra, "beside other types is taken for labels, ids or a mask");
    ActivationFile named = file("x", Map.of());
    assertEquals(List.of("extra"), names(LayerArrays.of(named, new Named("extra"))));
  }

  /** A file of integers alone holds activations, such as spike counts. */
  @Test
  void integersAloneAreLayers() {
    byte[] counts = bytes("<i8", 8, 5, 4, 3);
    LayerArrays arrays =
        LayerArrays.of(
            file("x", Map.of("a", counts, "b", counts, "labels", bytes("<i8", 8, 1, 4))),
            LayerArraysTest::all);
    assertEquals(List.of("a", "b"), names(arrays));
    assertEquals(List.of("labels"), List.copyOf(reasons(arrays).keySet()));
  }

  @Test
  void zerosAndOnesBesideOtherValuesAreAMask() {
    for (String descr : List.of("|i1", "|u1")) {
      assertLeftOut(bytes(descr, 1, 2, 4, 3), "0 and 1 alone");
    }
    double[] mask = new double[12];
    mask[11] = 1;
    assertLeftOut(NpyBytes.of(mask, 4, 3), "0 and 1 alone");
    mask[3] = 0.5;
    assertTaken(NpyBytes.of(mask, 4, 3));
    assertTaken(NpyBytes.of(new double[12], 4, 3)); // a dead layer
    assertTaken(NpyBytes.of("|i1", false, new byte[] {1, 0, 1, 0, 1, 2}, 3, 2));
  }

  /** As of neurons that spike or don't. */
  @Test
  void layersOfZerosAndOnesAloneAreLayers() {
    byte[] spikes = bytes("|u1", 1, 5, 4, 3);
    LayerArrays arrays =
        LayerArrays.of(file("x", Map.of("a", spikes, "b", spikes)), LayerArraysTest::all);
    assertEquals(List.of("a", "b"), names(arrays));
  }

  @Test
  void aVeryNameIsTakenAtItsWord() {
    ActivationFile file =
        file("x", Map.of("l", layer(), "labels", bytes("<i8", 8, 1, 4), "no", new byte[0]));
    LayerArrays labels = LayerArrays.of(file, new Named("labels"));
    assertEquals(List.of("labels"), names(labels)); // whose layer is refused
    ActivationsException refusal =
        assertThrows(ActivationsException.class, () -> labels.arrays().get(0).layer(List.of()));
    assertTrue(refusal.getMessage().contains("expected 2 axes"), refusal.getMessage());
    assertRefused(() -> LayerArrays.of(file, new Named("no")), "layer 'no'", "it is empty");
  }

  /** What is no layer of one network has no partner in the other. */
  @Test
  void whatIsLeftOutOfOneFileIsLeftOutOfBoth() {
    ActivationFile x = file("x", Map.of("l", layer(), "mask", bytes("<i8", 8, 1, 4, 3)));
    ActivationFile y = file("y", Map.of("l", layer(), "mask", layer()));
    for (LayerPairs<LayerPair.OfActivations> pairs :
        List.of(
            LayerPairs.of(x, y, LayerArraysTest::all, List.of()),
            LayerPairs.of(y, x, LayerArraysTest::all, List.of()))) {
      assertEquals(List.of("l"), pairs.pairs().stream().map(LayerPair::name).toList());
      assertEquals(List.of(), pairs.onlyInX());
      assertEquals(List.of(), pairs.onlyInY());
      assertEquals(List.of("mask"), pairs.leftOut().stream().map(LeftOut::name).toList());
      assertTrue(
          pairs.leftOut().get(0).message().startsWith(x.path() + ", layer 'mask': <i8 beside"),
          pairs.leftOut().get(0).message());
    }
    assertEquals(1, LayerPairs.of(x, y, new Named("mask"), List.of()).pairs().size());
  }
}
