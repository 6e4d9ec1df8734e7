package org.spanmatch.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.npy.NpyBytes;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.kernel.backend.SampleRows;

class LayerPairsTest {
  @TempDir private Path folder;

  private static byte[] layer(int samples, int neurons) {
    return NpyBytes.of(new double[samples * neurons], samples, neurons);
  }

  private ActivationFile folder(String name, Map<String, byte[]> arrays) throws IOException {
    Path path = Files.createDirectory(folder.resolve(name));
    for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
      Files.write(path.resolve(array.getKey() + ".npy"), array.getValue());
    }
    return ActivationFile.open(path);
  }

  private ActivationFile single(String name, byte[] array) throws IOException {
    return ActivationFile.open(Files.write(folder.resolve(name), array));
  }

  private static List<String> names(LayerPairs<LayerPair.OfActivations> pairs) {
    return pairs.pairs().stream().map(LayerPair::name).toList();
  }

  @Test
  void byNameInTheFirstFilesOrder() throws IOException {
    Path xFile = folder.resolve("x.npz");
    Path yFile = folder.resolve("y.npz");
    try (NpzWriter x = new NpzWriter(Files.newOutputStream(xFile));
        NpzWriter y = new NpzWriter(Files.newOutputStream(yFile))) {
      for (String name : List.of("z", "only.x", "b", "a")) {
        x.add(name, new float[6], 3, 2);
      }
      for (String name : List.of("a", "b", "only.y", "z")) {
        y.add(name, new float[12], 3, 4);
      }
    }
    ActivationFile x = ActivationFile.open(xFile);
    ActivationFile y = ActivationFile.open(yFile);
    LayerPairs<LayerPair.OfActivations> pairs = LayerPairs.of(x, y, name -> true, List.of());
    assertEquals(List.of("z", "b", "a"), names(pairs));
    assertEquals(List.of("only.x"), pairs.onlyInX());
    assertEquals(List.of("only.y"), pairs.onlyInY());
    for (LayerPair.OfActivations pair : pairs.pairs()) {
      assertEquals(pair.name(), pair.x().name());
      assertEquals(pair.name(), pair.y().name());
      assertEquals(xFile.toString(), pair.x().source());
      assertEquals(yFile.toString(), pair.y().source());
      assertEquals(2, pair.x().neurons());
      assertEquals(4, pair.y().neurons());
    }

    LayerPairs<LayerPair.OfActivations> swapped = LayerPairs.of(y, x, name -> true, List.of());
    assertEquals(List.of("a", "b", "z"), names(swapped));
    assertEquals(List.of("only.y"), swapped.onlyInX());
    assertEquals(List.of("only.x"), swapped.onlyInY());
  }

  @Test
  void layersThatAreNotSelectedAreNotLookedAt() throws IOException {
    byte[] good = layer(3, 2);
    ActivationFile x =
        folder(
            "x", new TreeMap<>(Map.of("a", good, "b", layer(0, 2), "c", layer(4, 2), "x", good)));
    ActivationFile y =
        folder("y", new TreeMap<>(Map.of("a", good, "b", good, "c", good, "y", good)));
    LayerPairs<LayerPair.OfActivations> pairs = LayerPairs.of(x, y, "a"::equals, List.of());
    assertEquals(List.of("a"), names(pairs));
    assertEquals(List.of(), pairs.onlyInX());
    assertEquals(List.of(), pairs.onlyInY());
    assertRefused(() -> LayerPairs.of(x, y, "b"::equals, List.of()), "layer 'b'", "0 samples");
    assertRefused(
        () -> LayerPairs.of(x, y, "c"::equals, List.of()), "layer 'c'", "4", "layer 'c'", "3");
  }

  @Test
  void nothingInCommon() throws IOException {
    ActivationFile x = folder("x", Map.of("a", layer(3, 2)));
    ActivationFile y = folder("y", Map.of("b", layer(3, 2)));
    LayerPairs<LayerPair.OfActivations> pairs = LayerPairs.of(x, y, name -> true, List.of());
    assertEquals(List.of(), pairs.pairs());
    assertEquals(List.of("a"), pairs.onlyInX());
    assertEquals(List.of("b"), pairs.onlyInY());
  }

  @Test
  void twoSingleArraysWhateverTheirNames() throws IOException {
    ActivationFile x = single("seed0.npy", layer(3, 2));
    ActivationFile y = single("seed1.npy", layer(3, 4));
    LayerPairs<LayerPair.OfActivations> pairs = LayerPairs.of(x, y, name -> true, List.of());
    assertEquals(List.of("seed0 ~ seed1"), names(pairs));
    assertEquals(List.of("seed0"), names(LayerPairs.of(x, x, name -> true, List.of())));
    assertEquals(List.of(), LayerPairs.of(x, y, name -> false, List.of()).pairs());

    ActivationFile archive = folder("y", Map.of("seed1", layer(3, 2)));
    LayerPairs<LayerPair.OfActivations> byName = LayerPairs.of(x, archive, name -> true, List.of());
    assertEquals(List.of(), names(byName));
    assertEquals(List.of("seed0"), byName.onlyInX());
  }

  @Test
  void layoutsApplyToBoth() throws IOException {
    ActivationFile x = single("x.npy", layer(2, 5));
    ActivationFile y = single("y.npy", layer(3, 5));
    assertRefused(() -> LayerPairs.of(x, y, name -> true, List.of()), "2 samples", "3");
    LayerPair.OfActivations pair =
        LayerPairs.of(x, y, name -> true, List.of(Layout.FN)).pairs().get(0);
    assertEquals(5, pair.x().samples());
    assertEquals(2, pair.x().neurons());
    assertEquals(3, pair.y().neurons());
  }

  @Test
  void sampledPairsKeepTheSameSamples() {
    double[] index = new double[10_000];
    for (int i = 0; i < index.length; i++) {
      index[i] = i;
    }
    Layer x = Layers.of("x", 10_000, 1, index);
    Layer y = Layers.of("y", 10_000, 1, index.clone());
    LayerPair.OfActivations pair = new LayerPair.OfActivations("pair", x, y);
    LayerPair.OfActivations sampled = pair.sampled(123);
    assertEquals(123, sampled.x().samples());
    double[] xRow = new double[1];
    double[] yRow = new double[1];
    try (SampleRows xRows = new SampleRows(sampled.x());
        SampleRows yRows = new SampleRows(sampled.y())) {
      while (xRows.read(xRow, 1) == 1) {
        assertEquals(1, yRows.read(yRow, 1));
        assertEquals(xRow[0], yRow[0]);
      }
    }
    assertSame(x, pair.sampled(10_000).x());
  }
}
