package org.spanmatch.activations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;

/** A file that a fuzzer writes, which its reader may refuse only with the documented error. */
public final class FileFuzzing {
  private static final List<List<Layout>> LAYOUTS =
      List.of(List.of(), List.of(Layout.FN, Layout.NHWC));

  private final Path file;
  private final double mostValues;

  /**
   * Creates the file.
   *
   * @param ending how its name ends, such as ".pt"
   * @param mostValues the size of arrays beyond which none is read: repeated or deflated values may
   *     be many more than bytes, and the fuzzer is to try other files
   */
  public FileFuzzing(String ending, double mostValues) {
    this.mostValues = mostValues;
    try {
      file = Files.createTempFile("spanmatch-fuzzing", ending);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.toFile().deleteOnExit();
  }

  /** Reads all arrays of a file of these bytes to their ends, in several layouts. */
  public void read(byte[] data) {
    List<StoredArray> arrays;
    try {
      arrays = ActivationFile.open(Files.write(file, data)).arrays();
    } catch (ActivationsException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (StoredArray array : arrays) {
      double values =
          array.shape().stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
      for (List<Layout> layouts : values > mostValues ? List.<List<Layout>>of() : LAYOUTS) {
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
