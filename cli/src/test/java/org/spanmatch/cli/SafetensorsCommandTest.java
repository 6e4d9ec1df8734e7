package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;

/** Files of safetensors: results are those of {@code .npz} archives, to every digit. */
class SafetensorsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int N = 60;
  private static final int T = 3;
  private static final int F = 5;

  @TempDir Path folder;

  @SuppressWarnings("ArrayRecordComponent") // Only handed on; never compared.
  private record Tensor(String dtype, int[] shape, byte[] data) {}

  /** Activations that two networks share in part. */
  private static float[] values(int seed, int layer) {
    float[] shared = TestFiles.relu(N * T * F, 99 + layer);
    float[] own = TestFiles.relu(N * T * F, seed + 10L * layer);
    for (int i = 0; i < own.length; i++) {
      own[i] = i % F < 3 ? shared[i] + 0.3f * own[i] : own[i];
    }
    return own;
  }

  private static Path safetensors(Path file, Map<String, Tensor> tensors) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    int end = 0;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      ObjectNode info = header.putObject(tensor.getKey());
      info.put("dtype", tensor.getValue().dtype);
      for (int size : tensor.getValue().shape) {
        info.withArray("shape").add(size);
      }
      info.withArray("data_offsets").add(end).add(end += tensor.getValue().data.length);
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + end).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    tensors.values().forEach(tensor -> bytes.put(tensor.data));
    return Files.write(file, bytes.array());
  }

  private static Tensor float32(float[] values, int... shape) {
    return new Tensor("F32", shape, TestFiles.floats(values));
  }

  private static Tensor mask() {
    byte[] mask = new byte[N * T];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (i % T <= i / T % T ? 1 : 0);
    }
    return new Tensor("BOOL", new int[] {N, T}, mask);
  }

  private Path network(String name, int seed) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int layer = 0; layer < 2; layer++) {
      tensors.put("h" + layer, float32(values(seed, layer), N, T, F));
    }
    tensors.put("attention_mask", mask());
    tensors.put("f8", new Tensor("F8_E4M3", new int[] {2, 2}, new byte[4]));
    return safetensors(folder.resolve(name), tensors);
  }

  private Path npz(String name, int seed) throws IOException {
    Path file = folder.resolve(name);
    byte[] mask = mask().data;
    long[] numbers = new long[mask.length];
    for (int i = 0; i < mask.length; i++) {
      numbers[i] = mask[i];
    }
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      for (int layer = 0; layer < 2; layer++) {
        npz.add("h" + layer, values(seed, layer), N, T, F);
      }
      npz.add("attention_mask", numbers, N, T);
    }
    return file;
  }

  private static Outcome good(Object... arguments) {
    Outcome outcome = RealCommand.run(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome;
  }

  private static JsonNode layers(Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "-", "--quiet"));
    JsonNode layers = JSON.readTree(good(all.toArray()).out()).get("layers");
    layers.forEach(layer -> ((ObjectNode) layer).remove("seconds"));
    assertEquals(2, layers.size());
    return layers;
  }

  @ParameterizedTest
  @CsvSource({"match, java", "match, reference", "spectrum, java", "measures, java"})
  void resultsAreThoseOfNpz(String command, String backend) throws IOException {
    JsonNode expected = layers(command, npz("a.npz", 1), npz("b.npz", 2), "--backend", backend);
    Path x = network("a.safetensors", 1);
    Path y = network("b.safetensors", 2);
    assertEquals(expected, layers(command, x, y, "--backend", backend));
    assertEquals(
        layers(
            command, folder.resolve("a.npz"), folder.resolve("b.npz"), "--mask", "attention_mask"),
        layers(command, x, y, "--mask", x + ":attention_mask"));
  }

  @Test
  void layersListsWhatIsInIt() throws IOException {
    Path x = network("a.safetensors", 1);
    String out = good("layers", x).out();
    assertTrue(out.lines().anyMatch(l -> l.matches("h0 +60×3×5 +F32 +C +ntf +5 +180 +0")), out);
    assertTrue(out.contains("left out: f8: the dtype 'F8_E4M3' is not supported"), out);
    assertTrue(out.contains("left out: attention_mask: "), out);
  }

  /** One tensor in each file of a folder, beside numpy's. */
  @Test
  void aFolder() throws IOException {
    Path x = Files.createDirectory(folder.resolve("x"));
    Path y = Files.createDirectory(folder.resolve("y"));
    for (int layer = 0; layer < 2; layer++) {
      for (int network = 1; network <= 2; network++) {
        safetensors(
            (network == 1 ? x : y).resolve("h" + layer + ".safetensors"),
            Map.of("activations", float32(values(network, layer), N, T, F)));
      }
    }
    assertEquals(layers("match", npz("a.npz", 1), npz("b.npz", 2)), layers("match", x, y));
  }

  /** Rounded to 8 bits, as float32 holds them too. */
  @Test
  void bfloat16() throws IOException {
    Path[] narrow = new Path[2];
    Path[] wide = new Path[2];
    for (int network = 0; network < 2; network++) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      Map<String, Tensor> twins = new LinkedHashMap<>();
      for (int layer = 0; layer < 2; layer++) {
        float[] values = values(network, layer);
        ByteBuffer halves = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
          short upper = (short) (Float.floatToIntBits(values[i]) >>> 16);
          halves.putShort(upper);
          values[i] = Float.intBitsToFloat(upper << 16);
        }
        tensors.put("h" + layer, new Tensor("BF16", new int[] {N, T, F}, halves.array()));
        twins.put("h" + layer, float32(values, N, T, F));
      }
      narrow[network] = safetensors(folder.resolve(network + "b.safetensors"), tensors);
      wide[network] = safetensors(folder.resolve(network + "w.safetensors"), twins);
    }
    JsonNode found = layers("spectrum", narrow[0], narrow[1]);
    JsonNode expected = layers("spectrum", wide[0], wide[1]);
    for (int layer = 0; layer < 2; layer++) {
      for (String field : List.of("levels", "fullDistances")) {
        assertNotNull(expected.get(layer).get(field));
        assertEquals(expected.get(layer).get(field), found.get(layer).get(field));
      }
    }
  }

  @Test
  void anotherFileOrADamagedOneIsRefused() throws IOException {
    Path x = network("a.safetensors", 1);
    byte[] bytes = Files.readAllBytes(x);
    Path cut = Files.write(folder.resolve("cut.safetensors"), java.util.Arrays.copyOf(bytes, 900));
    Outcome outcome = RealCommand.run("match", x, cut);
    assertEquals(3, outcome.exitCode());
    assertEquals(1, outcome.err().lines().count());
    assertTrue(outcome.err().contains("cut.safetensors: the data is truncated"), outcome.err());
  }
}
