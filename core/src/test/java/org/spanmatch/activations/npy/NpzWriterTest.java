package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.kernel.backend.SampleRows;

class NpzWriterTest {
  @TempDir private Path folder;

  private static float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.sin(i);
    }
    return values;
  }

  private static byte[] archive() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (NpzWriter writer = new NpzWriter(out)) {
      writer.add("conv.1", values(24), 2, 3, 2, 2);
      writer.add("fc", values(12), 4, 3);
    }
    return out.toByteArray();
  }

  @Test
  void readsBack() throws IOException {
    Path file = Files.write(folder.resolve("x.npz"), archive());
    List<StoredArray> arrays = ActivationFile.open(file).arrays();
    assertEquals(List.of("conv.1", "fc"), arrays.stream().map(StoredArray::name).toList());
    assertEquals(List.of(2L, 3L, 2L, 2L), arrays.get(0).shape());
    assertEquals("<f4", arrays.get(0).dtype());
    assertEquals("C", arrays.get(0).order());

    double[] rows = new double[12];
    try (SampleRows reader = new SampleRows(arrays.get(1).layer(List.of()))) {
      assertEquals(4, reader.read(rows, 4));
    }
    double[] expected = new double[12];
    for (int i = 0; i < 12; i++) {
      expected[i] = values(12)[i];
    }
    assertArrayEquals(expected, rows);
  }

  @Test
  void moreValuesThanItsBuffer() throws IOException {
    int samples = 50_001;
    float[] values = values(samples * 3);
    Path file = folder.resolve("x.npz");
    try (NpzWriter writer = new NpzWriter(Files.newOutputStream(file))) {
      writer.add("large", values, samples, 3);
    }
    double[] row = new double[3];
    Layer layer = ActivationFile.open(file).arrays().get(0).layer(List.of());
    try (SampleRows reader = new SampleRows(layer)) {
      for (int sample = 0; sample < samples; sample++) {
        assertEquals(1, reader.read(row, 1));
        for (int neuron = 0; neuron < 3; neuron++) {
          assertEquals(values[sample * 3 + neuron], row[neuron]);
        }
      }
    }
  }

  @Test
  void equalContentGivesEqualBytesInEveryTimeZone() throws IOException {
    byte[] here = archive();
    TimeZone before = TimeZone.getDefault();
    try {
      for (String zone : List.of("UTC", "Asia/Tokyo", "America/Los_Angeles")) {
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        assertArrayEquals(here, archive(), zone);
      }
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void valuesThatDoNotHaveTheShape() throws IOException {
    try (NpzWriter writer = new NpzWriter(new ByteArrayOutputStream())) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> writer.add("a", values(5), 2, 3));
      assertTrue(e.getMessage().contains("5 values"), e.getMessage());
      assertTrue(e.getMessage().contains("[2, 3]"), e.getMessage());
      writer.add("a", values(6), 2, 3);
    }
  }
}
