package org.spanmatch.activations.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.JsonFile;
import org.spanmatch.OtherProgram;
import org.spanmatch.TestData;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.kernel.backend.SampleRows;

/** Reads files that the library safetensors wrote, of torch and of numpy. */
class SafetensorsFilesTest {
  private static final Path FILES =
      TestData.resource("/org/spanmatch/activations/safetensors/files");

  /** Reads every tensor with two axes and more as the neurons of its last axis. */
  private static void check(Path folder) {
    JsonNode files = JsonFile.read(folder.resolve("expected.json"));
    int read = 0;
    for (Map.Entry<String, JsonNode> file : files.properties()) {
      ActivationFile opened = ActivationFile.open(folder.resolve(file.getKey() + ".safetensors"));
      List<String> names = new ArrayList<>();
      opened.arrays().forEach(array -> names.add(array.name()));
      opened.unusable().forEach(entry -> names.add(entry.name()));
      assertEquals(file.getValue().size(), names.size(), names::toString);
      for (StoredArray array : opened.arrays()) {
        JsonNode expected = file.getValue().get(array.name());
        List<Long> shape =
            StreamSupport.stream(expected.get("shape").spliterator(), false)
                .map(JsonNode::asLong)
                .toList();
        assertEquals(shape, array.shape());
        assertEquals("C", array.order());
        if (file.getKey().equals("types")) {
          assertEquals(array.name(), array.dtype());
        }
        if (shape.size() >= 2 && shape.get(0) > 0) {
          double[] values =
              StreamSupport.stream(expected.get("values").spliterator(), false)
                  .mapToDouble(JsonNode::asDouble)
                  .toArray();
          Layer layer = array.layer(List.of(Layout.NHWC));
          double[] rows = new double[values.length];
          try (SampleRows reader = new SampleRows(layer)) {
            assertEquals(layer.samples(), reader.read(rows, values.length));
          }
          assertArrayEquals(values, rows, file.getKey() + ", " + array.name());
          read++;
        }
      }
    }
    assertEquals(13 + 5 + 5 + 2 + 1, read);
  }

  private static List<String> names(String file) {
    return ActivationFile.open(FILES.resolve(file)).arrays().stream()
        .map(StoredArray::name)
        .toList();
  }

  @Test
  void committedFiles() {
    check(FILES);
  }

  /** The library sorts by name, which puts 10 before 2. */
  @Test
  void layersAreInNumericOrder() {
    assertEquals(
        List.of(0, 1, 2, 10, 11).stream().map(i -> "model.layers." + i + ".mlp").toList(),
        names("layers.safetensors"));
  }

  @Test
  void typesThatAreNotReadAreNamed() {
    ActivationFile file = ActivationFile.open(FILES.resolve("unusual.safetensors"));
    assertEquals(1, file.unusable().size());
    assertEquals("f8", file.unusable().get(0).name());
    assertEquals(
        "the dtype 'F8_E4M3' is not supported, expected F16, BF16, F32, F64, I8, I16, I32, I64,"
            + " U8, U16, U32, U64, BOOL",
        file.unusable().get(0).reason());
  }

  @Test
  void filesThatTheLibraryHereWrites(@TempDir Path folder) throws Exception {
    OtherProgram.run(
        folder,
        "no files are exchanged with safetensors",
        "python3",
        FILES.resolve("write.py").toString(),
        folder.toString());
    check(folder);
  }
}
