package org.spanmatch.activations.torch;

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
 * Targets for a coverage-guided fuzzer. Each takes any bytes, which the reader may refuse only with
 * the documented error. {@code docs/robustness.md} says how to run them.
 */
public final class TorchFuzzing {
  private static final List<List<Layout>> LAYOUTS =
      List.of(List.of(), List.of(Layout.FN, Layout.NHWC));
  // A pass over a tensor that repeats its values may be long; the fuzzer is to try others.
  private static final long MOST_VALUES = 100_000;

  private TorchFuzzing() {}

  private static final class Scratch {
    static final Path FILE = create();

    private static Path create() {
      try {
        Path file = Files.createTempFile("spanmatch-fuzzing", ".pt");
        file.toFile().deleteOnExit();
        return file;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void read(byte[] file) {
    List<StoredArray> arrays;
    try {
      arrays = ActivationFile.open(Files.write(Scratch.FILE, file)).arrays();
    } catch (ActivationsException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (StoredArray array : arrays) {
      long values = array.shape().stream().reduce(1L, Math::multiplyExact);
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

  /** Takes the bytes as a file. */
  public static final class Torch {
    private Torch() {}

    /** Tests one input. */
    public static void fuzzerTestOneInput(byte[] data) {
      read(data);
    }
  }

  /** Takes the bytes as the pickle of an archive with correct checksums and some storages. */
  public static final class Pickled {
    private Pickled() {}

    /** Tests one input. */
    public static void fuzzerTestOneInput(byte[] data) {
      TorchBytes archive = TorchBytes.of(data);
      for (int key = 0; key < 4; key++) {
        archive.withStorage(Integer.toString(key), new byte[480]);
      }
      read(archive.bytes());
    }
  }
}
