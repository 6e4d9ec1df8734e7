package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.spanmatch.JsonFile;
import org.spanmatch.TestData;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.kernel.backend.SampleRows;

/** Reads files that numpy wrote, in every dtype, byte order, memory order and format version. */
class NpyFixturesTest {
  private static final Path FOLDER = TestData.resource("/org/spanmatch/activations/npy/files");

  @TestFactory
  Stream<DynamicNode> everyFileReadsToItsExpectedValues() {
    JsonNode expected = JsonFile.read(FOLDER.resolve("expected.json"));
    return expected.properties().stream()
        .map(
            file -> {
              JsonNode entries = file.getValue().get("entries");
              return entries == null
                  ? dynamicTest(file.getKey(), () -> checkFile(file.getKey(), file.getValue()))
                  : dynamicContainer(file.getKey(), checkArchive(file.getKey(), entries));
            });
  }

  private static void checkFile(String file, JsonNode expected) {
    StoredArray array = ActivationFile.open(FOLDER.resolve(file)).arrays().get(0);
    assertEquals(file.replace(".npy", ""), array.name());
    assertEquals(expected.get("fortran").asBoolean() ? "Fortran" : "C", array.order());
    check(expected, array);
  }

  private static Stream<DynamicNode> checkArchive(String file, JsonNode entries) {
    List<StoredArray> arrays = ActivationFile.open(FOLDER.resolve(file)).arrays();
    List<Map.Entry<String, JsonNode>> expected = List.copyOf(entries.properties());
    return Stream.concat(
        Stream.of(
            dynamicTest(
                "names in file order",
                () ->
                    assertEquals(
                        expected.stream().map(Map.Entry::getKey).toList(),
                        arrays.stream().map(StoredArray::name).toList()))),
        Stream.iterate(0, i -> i < arrays.size(), i -> i + 1)
            .map(
                i ->
                    dynamicTest(
                        arrays.get(i).name(),
                        () -> check(expected.get(i).getValue(), arrays.get(i)))));
  }

  private static void check(JsonNode expected, StoredArray array) {
    List<Long> shape =
        StreamSupport.stream(expected.get("shape").spliterator(), false)
            .map(JsonNode::asLong)
            .toList();
    assertEquals(expected.get("dtype").asText(), array.dtype());
    assertEquals(shape, array.shape());

    Layer layer = array.layer(List.of());
    int neuronAxis = array.layout(List.of()).neuronAxis();
    List<Long> samples = new ArrayList<>(shape);
    assertEquals(samples.remove(neuronAxis), layer.neurons());
    assertEquals(samples, layer.sampleAxes());
    assertArrayEquals(
        neuronsLast(expected.get("values"), shape, neuronAxis), rows(layer), "values");
    assertArrayEquals(rows(layer), rows(layer), "a second pass");
  }

  private static double[] neuronsLast(JsonNode values, List<Long> shape, int neuronAxis) {
    int neurons = Math.toIntExact(shape.get(neuronAxis));
    int below =
        Math.toIntExact(
            shape.subList(neuronAxis + 1, shape.size()).stream().reduce(1L, (a, b) -> a * b));
    double[] rows = new double[values.size()];
    for (int i = 0; i < rows.length; i++) {
      int above = i / (below * neurons);
      int sample = above * below + i % below;
      rows[sample * neurons + i / below % neurons] = values.get(i).asDouble();
    }
    return rows;
  }

  private static double[] rows(Layer layer) {
    int samples = Math.toIntExact(layer.samples());
    double[] rows = new double[samples * layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(samples, reader.read(rows, samples));
    }
    return rows;
  }
}
