package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;

/** Files beyond 2 GiB; they are sparse, so they take no room on most file systems. */
class LargeFileTest {
  private static final long TWO_GIB = 1L << 31;

  @TempDir private Path folder;

  private Path sparse(String descr, long bytes, long[] shape, byte[] last) throws IOException {
    Path file = folder.resolve("large.npy");
    byte[] header = NpyBytes.header(1, NpyBytes.dictionary(descr, false, shape));
    Files.write(file, header);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(header.length + bytes);
      out.seek(out.length() - last.length);
      out.write(last);
    }
    assertTrue(Files.size(file) > TWO_GIB);
    return file;
  }

  /** Reads to the end, and returns the last rows. */
  private static double[] lastRows(Layer layer, int rows) {
    double[] last = new double[rows * layer.neurons()];
    long seen = 0;
    try (BlockReader reader = layer.open()) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        seen += block.samples();
        if (seen == layer.samples()) {
          block.copyRows(block.samples() - rows, rows, last, 0);
        }
      }
    }
    assertEquals(layer.samples(), seen);
    return last;
  }

  @Test
  void moreThanTwoGibValuesFrontToBack() throws IOException {
    long samples = TWO_GIB / 3 + 1000;
    Path file = sparse("|u1", samples * 3, new long[] {samples, 3}, new byte[] {1, 2, 3, 4, 5, 6});
    Layer layer = ActivationFile.open(file).arrays().get(0).layer(List.of());
    assertEquals(samples, layer.samples());
    assertArrayEquals(new double[] {0, 0, 0, 1, 2, 3, 4, 5, 6}, lastRows(layer, 3));
    Files.delete(file);
  }

  @Test
  void gatheredFromBeyondTwoGib() throws IOException {
    long samples = TWO_GIB / 2 + 1000;
    byte[] last = new byte[1000];
    for (int i = 0; i < last.length; i++) {
      last[i] = (byte) i;
    }
    Path file = sparse("|i1", samples * 2, new long[] {2, samples}, last);
    Layer layer = ActivationFile.open(file).arrays().get(0).layer(List.of(Layout.FN));
    assertEquals(samples, layer.samples());
    assertEquals(2, layer.neurons());
    double[] expected = new double[2 * last.length];
    for (int i = 0; i < last.length; i++) {
      expected[2 * i + 1] = last[i]; // the first neuron's values are all 0
    }
    assertArrayEquals(expected, lastRows(layer, last.length));
    Files.delete(file);
  }
}
