package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spanmatch.activations.npy.Refusal.assertRefused;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.OtherProgram;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.kernel.backend.SampleRows;

/** Files in formats that are not read are named, and the line that converts them works. */
class ForeignFormatTest {
  private static final String CONVERTS = "this converts it: ";

  @TempDir private Path folder;

  private String run(String... command) throws Exception {
    return OtherProgram.run(folder, "no line that converts is tried", command);
  }

  /** Numbers 0, 1, … in 4 × 3 values of a layer. */
  private static void assertCounts(Path file, String name) {
    Layer layer =
        ActivationFile.open(file).arrays().stream()
            .filter(array -> array.name().equals(name))
            .findFirst()
            .orElseThrow()
            .layer(java.util.List.of());
    double[] row = new double[3];
    try (SampleRows rows = new SampleRows(layer)) {
      for (int sample = 0; sample < 4; sample++) {
        assertEquals(1, rows.read(row, 1));
        for (int neuron = 0; neuron < 3; neuron++) {
          assertEquals(3 * sample + neuron, row[neuron]);
        }
      }
      assertEquals(0, rows.read(row, 1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "d.pt          | a PyTorch file     | l     | import torch; torch.save({'l': torch.tensor(a)}, f, _use_new_zipfile_serialization=False)",
        "a.pkl         | a pickle           | l     | import pickle; pickle.dump({'l': a}, open(f, 'wb'))",
        "b.npy         | a pickle           | layer | import pickle; pickle.dump(a, open(f, 'wb'))",
        "a.mat         | a MATLAB file      | l     | import scipy.io; scipy.io.savemat(f, {'l': a})",
        "a.parquet     | a Parquet file     | layer | import pyarrow, pandas; pandas.DataFrame(a, columns=list('xyz')).to_parquet(f)",
        "a.feather     | an Arrow           | layer | import pyarrow, pandas; pandas.DataFrame(a, columns=list('xyz')).to_feather(f)",
        "a.csv         | a text file        | layer | numpy.savetxt(f, a, delimiter=',')",
        "b.csv         | a text file        | layer | numpy.savetxt(f, a, delimiter=';', header='x;y;z', comments='')",
        "c.csv         | a text file        | layer | numpy.savetxt(f, a, fmt='%d', delimiter='\t')",
        "it's 1.txt    | a text file        | layer | numpy.savetxt(f, a)",
      })
  @Tag("once") // on one JDK: the line is Python's
  void theLineConvertsTheFile(String file, String what, String layer, String save)
      throws Exception {
    Path path = folder.resolve(file);
    String program = "import sys, numpy; f = sys.argv[1]; a = numpy.arange(12.).reshape(4, 3); ";
    run("python3", "-c", program + save, path.toString());
    String message =
        assertThrows(ActivationsException.class, () -> ActivationFile.open(path)).getMessage();
    assertTrue(message.startsWith(path + ": it is " + what), message);
    String line =
        message.substring(message.indexOf(CONVERTS) + CONVERTS.length()).replace(" (if you", " #");
    run("bash", "-c", line);
    assertCounts(folder.resolve(file.substring(0, file.lastIndexOf('.')) + ".npz"), layer);
  }

  @ParameterizedTest
  @CsvSource({"x.npz, 'numpy.savez(f, l=b)', l", "x.npy, 'numpy.save(f, b)', layer"})
  void bfloat16(String file, String save, String layer) throws Exception {
    Path path = folder.resolve(file);
    String program =
        "import sys, numpy; f = sys.argv[1]; a = numpy.arange(12).astype('f4').reshape(4, 3);"
            + " b = (a.view('u4') >> 16).astype('u2').view('V2'); ";
    run("python3", "-c", program + save, path.toString());
    StoredArray array = ActivationFile.open(path).arrays().get(0);
    String message =
        assertThrows(ActivationsException.class, () -> array.layer(java.util.List.of()))
            .getMessage();
    assertTrue(message.contains("the dtype '|V2' is not supported"), message);
    assertTrue(message.contains("if it is bfloat16, " + CONVERTS), message);
    run("bash", "-c", message.substring(message.indexOf(CONVERTS) + CONVERTS.length()));
    assertCounts(folder.resolve("x-float32.npz"), layer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gunzip -k | it is compressed by gzip  | 1f8b08",
        "unxz -k   | it is compressed by xz    | fd377a585a00",
        "bunzip2   | it is compressed by bzip2 | 425a6839",
        "unzstd    | it is compressed by Zstd  | 28b52ffd",
        "7z x      | it is a 7z archive        | 377abcaf271c",
      })
  void packedFiles(String command, String what, String start) throws IOException {
    Path file = folder.resolve("x.npz");
    Files.write(file, java.util.HexFormat.of().parseHex(start + "00".repeat(50)));
    String name = what.replace("Zstd", "Zstandard");
    assertRefused(() -> ActivationFile.open(file), file, name, "unpack it first: " + command, file);
  }

  /** Its reader is in another module, which is not on the class path of these tests. */
  @Test
  void hdf5() throws IOException {
    Path file =
        Files.writeString(folder.resolve("x.mat"), "MATLAB 7.3 MAT-file, Platform: GLNXA64");
    assertRefused(
        () -> ActivationFile.open(file),
        file,
        "it is a MATLAB 7.3 (HDF5) file",
        "the module spanmatch-formats reads it");
  }

  @Test
  void tarAndOnnx() throws IOException {
    byte[] tar = new byte[1024];
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    Path file = Files.write(folder.resolve("x.tar"), tar);
    assertRefused(() -> ActivationFile.open(file), file, "it is a tar archive", "tar xf");
    Path model = Files.write(folder.resolve("x.onnx"), new byte[] {8, 7, 18, 0});
    assertRefused(() -> ActivationFile.open(model), model, "it is an ONNX model", "weights");
  }

  /** Its files are read, but which of them is the network's is for the user to say. */
  @Test
  void theIndexOfSafetensorsFiles() throws IOException {
    Path index =
        Files.writeString(
            folder.resolve("model.safetensors.index.json"),
            "{\n \"metadata\": {\"total_size\": 8},\n \"weight_map\": {\"a\":"
                + " \"model-00001-of-00002.safetensors\"}}");
    assertRefused(
        () -> ActivationFile.open(index),
        index,
        "it is the index of several safetensors files, expected .npy, ",
        "name one of the files",
        "a pattern such as 'model-*.safetensors'");
  }

  /** In a folder, such a file is listed as what it is. */
  @Test
  void besideArrays() throws IOException {
    Files.write(folder.resolve("a.npy"), NpyBytes.of(new double[12], 4, 3));
    Files.writeString(folder.resolve("b.csv"), "1,2\n3,4\n");
    ActivationFile file = ActivationFile.open(folder);
    assertEquals(1, file.arrays().size());
    String reason = file.unusable().get(0).reason();
    assertTrue(reason.startsWith("it is a text file of numbers"), reason);
  }
}
