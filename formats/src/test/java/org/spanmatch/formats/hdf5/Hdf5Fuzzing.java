package org.spanmatch.formats.hdf5;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;

/**
 * The target for a coverage-guided fuzzer. It takes any bytes as an HDF5 file, which the reader may
 * refuse only with the documented error. {@code docs/robustness.md} says how to run it.
 */
public final class Hdf5Fuzzing {
  private static final List<List<Layout>> LAYOUTS =
      List.of(List.of(), List.of(Layout.FN, Layout.NHWC));
  // Zeros may be a thousand times smaller when deflated; the fuzzer is to try other files.
  private static final double MOST_VALUES = 1_000_000;

  private Hdf5Fuzzing() {}

  private static final class Scratch {
    static final Path FILE = create();

    private static Path create() {
      try {
        Path file = Files.createTempFile("spanmatch-fuzzing", ".h5");
        file.toFile().deleteOnExit();
        return file;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Tests one input. */
  public static void fuzzerTestOneInput(byte[] data) {
    List<StoredArray> arrays;
    try {
      arrays = ActivationFile.open(Files.write(Scratch.FILE, data)).arrays();
    } catch (ActivationsException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (StoredArray array : arrays) {
      double values =
          array.shape().stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
      for (List<Layout> layouts : values > MOST_VALUES ? List.<List<Layout>>of() : LAYOUTS) {
        try {
          read(array.layer(layouts));
          array.isMask();
          array.mask();
        } catch (ActivationsException e) {
          // refused as documented
        }
      }
    }
  }

  private static void read(Layer layer) {
    long samples = 0;
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        samples += block.samples();
      }
    }
    assertEquals(layer.samples(), samples);
  }
}
