package org.spanmatch.activations.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.npy.Mutation;
import org.spanmatch.kernel.backend.SampleRows;

/**
 * Damaged variants of files that torch wrote, the same in every run: each is refused with the
 * documented error, or what is read of it is right, since checksums cover the pickle and the
 * values.
 */
@Tag("once") // on one JDK: MutatedFilesTest damages archives on others
class MutatedTorchFilesTest {
  private static final Path FILES =
      TestData.resource("/org/spanmatch/activations/torch/torch_files.py").resolveSibling("files");
  private static final long SEED = 20261129;
  private static final int VARIANTS = 2000;
  // The bounds promised by the javadoc of ActivationFile, and room for the buffers of the JDK.
  private static final int OPEN_FACTOR = 64;
  private static final long OPEN_BYTES = 1L << 20;
  private static final long PASS_BYTES = 48L << 20;

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;

  private static double[] rows(StoredArray array) {
    Layer layer = array.layer(List.of());
    double[] rows = new double[Math.toIntExact(layer.samples()) * layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      assertEquals(layer.samples(), reader.read(rows, (int) layer.samples()));
    }
    return rows;
  }

  private static List<StoredArray> open(Path file, long size) {
    long start = THREADS.getCurrentThreadAllocatedBytes();
    try {
      return ActivationFile.open(file).arrays();
    } finally {
      long used = THREADS.getCurrentThreadAllocatedBytes() - start;
      assertTrue(used <= OPEN_FACTOR * size + OPEN_BYTES, () -> "opening took " + used);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"types", "views", "nested", "parameters", "unusable", "protocol5"})
  void refusedOrRight(String name) throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve(name + ".pt"));
    Map<String, double[]> right = new HashMap<>();
    for (StoredArray array : ActivationFile.open(FILES.resolve(name + ".pt")).arrays()) {
      right.put(array.name(), rows(array));
    }
    Path file = folder.resolve("x.pt");
    int refused = 0;
    int read = 0;
    for (int i = 0; i < VARIANTS; i++) {
      byte[] bytes = Mutation.of(whole, new Random(SEED + i));
      TestData.overwrite(file, bytes);
      try {
        for (StoredArray array : open(file, bytes.length)) {
          long start = THREADS.getCurrentThreadAllocatedBytes();
          double[] rows = rows(array);
          long used = THREADS.getCurrentThreadAllocatedBytes() - start;
          assertTrue(used <= PASS_BYTES, () -> "a pass took " + used);
          assertArrayEquals(right.get(array.name()), rows, array.name());
          read++;
        }
      } catch (ActivationsException e) {
        assertTrue(e.getMessage().startsWith(file.toString()), e::getMessage);
        refused++;
      } catch (RuntimeException | Error e) {
        fail("variant " + i + ": " + e, e);
      }
    }
    System.out.println(name + ".pt, damaged: " + refused + " refused, " + read + " arrays read");
    assertTrue(refused > 0 && read > 0);
  }
}
