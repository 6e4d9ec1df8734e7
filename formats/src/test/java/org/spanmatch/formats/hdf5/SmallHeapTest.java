package org.spanmatch.formats.hdf5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.OtherProgram;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.format.ActivationFile;

/** A chunked dataset of 256 MiB in a file of less than 1 MiB is read in a heap of 64 MiB. */
class SmallHeapTest {
  private static final int CHUNKS = 64; // of 4 MiB
  private static final int ROWS = 1024; // of a chunk
  private static final int COLUMNS = 1024;

  @TempDir private Path folder;

  /** Each chunk is full of its number, so that the sums say whether all were read, in order. */
  private Path write() throws IOException {
    List<byte[]> chunks = new ArrayList<>();
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      byte[] values = new byte[ROWS * COLUMNS * Float.BYTES];
      ByteBuffer data = ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
      while (data.hasRemaining()) {
        data.putFloat(chunk);
      }
      chunks.add(values);
    }
    return Files.write(
        folder.resolve("large.h5"), Hdf5Writer.deflated("conv", CHUNKS * ROWS, COLUMNS, chunks));
  }

  private static List<Double> expected() {
    return IntStream.range(0, CHUNKS).mapToObj(chunk -> (double) chunk * ROWS * COLUMNS).toList();
  }

  @Test
  void aLargeChunkedDatasetIsStreamed() throws Exception {
    Path file = write();
    assertTrue(Files.size(file) < 1 << 20, Files.size(file) + " bytes");
    Process reader =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Sums.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String sums = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, reader.waitFor(), sums);
    assertEquals(expected() + System.lineSeparator(), sums);
  }

  /** What these tests write is HDF5. */
  @Test
  void theLibraryReadsTheFileToo() throws Exception {
    String script =
        "import h5py, sys; data = h5py.File(sys.argv[1])['conv']; "
            + "print([float(data[i:i + 1024].sum(dtype='f8')) for i in range(0, len(data), 1024)])";
    String sums =
        OtherProgram.run(
            folder,
            "no files are exchanged with h5py",
            "python3",
            "-c",
            script,
            write().toString());
    assertEquals(
        expected(),
        Arrays.stream(sums.strip().replaceAll("[\\[\\]]", "").split(", ", -1))
            .map(Double::valueOf)
            .toList());
  }

  /** Prints the sum of each 1024 samples of the first array of a file. */
  public static final class Sums {
    private Sums() {}

    /** Takes the file. */
    public static void main(String[] arguments) {
      Layer layer = ActivationFile.open(Path.of(arguments[0])).arrays().get(0).layer(List.of());
      double[] sums = new double[CHUNKS];
      long sample = 0;
      double[] row = new double[layer.neurons()];
      try (BlockReader reader = layer.open()) {
        for (Block block = reader.next(); block != null; block = reader.next()) {
          for (int i = 0; i < block.samples(); i++) {
            block.copyRows(i, 1, row, 0);
            sums[(int) (sample++ / ROWS)] += Arrays.stream(row).sum();
          }
        }
      }
      System.out.println(Arrays.stream(sums).boxed().toList());
    }
  }
}
