package org.spanmatch.activations.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.kernel.backend.SampleRows;

/** Exchanges files with numpy, if installed. */
class NumpyTest {
  // Value number i of an array in C order is i, but 0 and 1 alternate where it is bool.
  private static final String WRITE =
      """
      import sys, zipfile, numpy as np
      from numpy.lib import format
      folder = sys.argv[1]
      def array(dtype, *shape):
          values = np.arange(np.prod(shape)).reshape(shape)
          return (values % 2 if dtype == '?' else values).astype(dtype)
      for code in ['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', '?']:
          for order in '<>':
              a = array(code if code == '?' else order + code, 3, 4, 2, 5)
              name = 'be' if order == '>' else 'le'
              name = folder + '/' + ('bool' if code == '?' else code) + '_' + name
              np.save(name + '_c.npy', a)
              np.save(name + '_f.npy', np.asfortranarray(a))
      a = array('<f4', 3, 4, 2, 5)
      for version in [(1, 0), (2, 0), (3, 0)]:
          with open(folder + '/v%d.npy' % version[0], 'wb') as f:
              format.write_array(f, a, version=version)
      np.savez(folder + '/stored.npz', a=a, b=np.asfortranarray(a))
      np.savez_compressed(folder + '/deflated.npz', a=a, b=np.asfortranarray(a))
      with zipfile.ZipFile(folder + '/zip64.npz', 'w', zipfile.ZIP_DEFLATED) as z:
          for name in 'ab':
              with z.open(name + '.npy', 'w', force_zip64=True) as f:
                  format.write_array(f, a)
      """;

  // Value number i of a mask in C order is 1 if 7·i mod 5 is at least 2.
  private static final String WRITE_MASKS =
      """
      import sys, numpy as np
      mask = (7 * np.arange(15) % 5 >= 2).reshape(3, 5)
      for code in ['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', '?']:
          for order in '<>':
              a = mask.astype(code if code == '?' else order + code)
              name = sys.argv[1] + '/' + ('bool' if code == '?' else code) + '_' + str(ord(order))
              np.save(name + '_c.npy', a)
              np.save(name + '_f.npy', np.asfortranarray(a))
              np.savez_compressed(name + '.npz', c=a, f=np.asfortranarray(a))
      """;

  private static final String READ =
      """
      import sys, numpy as np
      with np.load(sys.argv[1]) as z:
          assert list(z) == ['conv', 'fc'], list(z)
          assert z['conv'].dtype == np.dtype('<f4') and z['conv'].shape == (2, 3, 1, 2)
          assert (z['conv'].ravel() == np.arange(12) / 8).all(), z['conv']
          assert (z['fc'] == np.array([0, -1, 1.4e-45, 3.4e38, .1], '<f4')).all(), z['fc']
          assert z['fc'].shape == (5,)
      """;

  // All spellings of a dtype from a large set of strings, and what numpy takes each for. Where
  // numpy
  // depends on the platform, as for 'long', the answer is that of 64-bit Linux and macOS.
  private static final String SPELL =
      """
      import sys, warnings, numpy as np
      warnings.simplefilter('error')
      words = (
          'float16 float32 float64 half single double float longdouble int8 int16 int32 int64 uint8 '
          'uint16 uint32 uint64 int uint bool bool_ byte ubyte short ushort intc uintc long ulong '
          'longlong ulonglong intp uintp int_ float4 float128 real object str complex void').split()
      words += [chr(c) for c in range(33, 127)]
      words += [c + str(n) for c in 'fiubedghlqpBHILQPFDn?SUVOc' for n in (0, 1, 2, 3, 4, 8, 16)]
      with open(sys.argv[1] + '/spellings', 'w') as out:
          newer = set() if np.__version__ >= '2' else {'long', 'ulong', 'n', 'N'}
          for spelling in [order + word for order in ['', *'<>=|!@'] for word in words]:
              if spelling.strip('<>=|') in newer:
                  continue
              try:
                  found = np.dtype(spelling)
                  readable = found.kind in 'fiub' and found.itemsize <= 8
                  print(spelling, found.str if readable else '-', file=out)
              except Exception:
                  print(spelling, '-', file=out)
      """;

  // Layers in parts, and what numpy makes of them: as one, and one sample per example.
  private static final String WRITE_PARTS =
      """
      import sys, numpy as np
      folder = sys.argv[1]
      rng = np.random.default_rng(1)
      for name, shape, axes in [('conv', (53, 5, 6, 7), (2, 3)), ('tok', (53, 11, 5), (1,)),
                                ('video', (53, 5, 2, 3, 4), (2, 3, 4))]:
          a = rng.normal(size=shape).astype('f4')
          for i, part in enumerate(np.array_split(a, 7)):
              part = part.astype('>f4') if i % 3 == 1 else part
              np.save(f'{folder}/{name}.{i:02d}.npy', np.asfortranarray(part) if i % 2 else part)
          np.savez(f'{folder}/{name}-numpy.npz', whole=a, max=a.max(axes),
                   mean=a.mean(axes, dtype='f8'), magnitude=np.abs(a).mean(axes, dtype='f8'))
      """;

  @TempDir private Path folder;

  private static void python(String program, Path argument) throws Exception {
    Process process;
    try {
      process =
          new ProcessBuilder("python3", "-c", program, argument.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw skipped("there is no python3", e);
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(true, process.waitFor(1, TimeUnit.MINUTES));
    if (output.contains("No module named 'numpy'")) {
      throw skipped("python3 has no numpy", null);
    }
    assertEquals(0, process.exitValue(), output);
  }

  @Test
  void partsAndPoolingAreThoseOfNumpy() throws Exception {
    python(WRITE_PARTS, folder);
    for (String name : List.of("conv", "tok", "video")) {
      Map<String, double[][]> expected = new HashMap<>();
      ActivationFile.open(folder.resolve(name + "-numpy.npz"))
          .arrays()
          .forEach(array -> expected.put(array.name(), rows(array.layer(List.of()))));
      Layer whole =
          ActivationFile.open(folder, name::equals, List.of()).arrays().stream()
              .filter(array -> array.name().equals(name))
              .findFirst()
              .orElseThrow()
              .layer(List.of());
      assertArrayEquals(expected.get("whole"), rows(whole));
      assertArrayEquals(expected.get("max"), rows(Layers.pooled(whole, Layers.Pooling.MAX)));
      Layer pooled = Layers.pooled(whole, Layers.Pooling.MEAN);
      double[][] means = rows(pooled);
      double positions = (double) whole.samples() / pooled.samples();
      for (int i = 0; i < means.length; i++) {
        for (int j = 0; j < means[i].length; j++) {
          // Both add in float64: each sum and each quotient is off by at most u = 2⁻⁵³ for each.
          double bound = 2 * positions * 0x1p-53 * expected.get("magnitude")[i][j];
          assertEquals(expected.get("mean")[i][j], means[i][j], bound);
        }
      }
    }
  }

  private static double[][] rows(Layer layer) {
    double[][] rows = new double[(int) layer.samples()][layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      for (double[] row : rows) {
        assertEquals(1, reader.read(row, 1));
      }
    }
    return rows;
  }

  private static RuntimeException skipped(String why, Exception cause) {
    String message = "SKIPPED: " + why + ", so nothing is exchanged with numpy";
    System.err.println(message);
    Assumptions.abort(message);
    return new IllegalStateException(message, cause);
  }

  @Test
  void readsWhatNumpyWrites() throws Exception {
    python(WRITE, folder);
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.sorted().toList();
    }
    assertEquals(12 * 4 + 3 + 3, files.size());
    for (Path file : files) {
      List<StoredArray> arrays = ActivationFile.open(file).arrays();
      assertEquals(file.toString().endsWith(".npz") ? 2 : 1, arrays.size());
      for (StoredArray array : arrays) {
        assertEquals(List.of(3L, 4L, 2L, 5L), array.shape());
        assertCounts(array.layer(List.of(Layout.NHWC)), file);
        assertCounts(array.layer(List.of()), file);
      }
    }
  }

  @Test
  void readsMasksThatNumpyWrites() throws Exception {
    python(WRITE_MASKS, folder);
    double[] positions = new double[15];
    Arrays.setAll(positions, i -> i);
    Layer all =
        new Layer.Forwarding(Layers.of("positions", 15, 1, positions)) {
          @Override
          public List<Long> sampleAxes() {
            return List.of(3L, 5L);
          }
        };
    double[] expected = Arrays.stream(positions).filter(i -> 7 * i % 5 >= 2).toArray();
    int masks = 0;
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.toList();
    }
    for (Path file : files) {
      for (StoredArray array : ActivationFile.open(file).arrays()) {
        double[] found = new double[expected.length];
        try (SampleRows rows = new SampleRows(Layers.masked(all, array.mask()))) {
          assertEquals(found.length, rows.read(found, 16));
        }
        assertArrayEquals(expected, found, file.toString());
        masks++;
      }
    }
    assertEquals(12 * 2 * 4, masks);
  }

  @Test
  void takesDtypesAsNumpySpellsAndReadsThem() throws Exception {
    python(SPELL, folder);
    int taken = 0;
    for (String line : Files.readAllLines(folder.resolve("spellings"))) {
      String spelling = line.substring(0, line.lastIndexOf(' '));
      String expected = line.substring(spelling.length() + 1);
      assertEquals(expected, Dtype.of(spelling).map(Dtype::toString).orElse("-"), spelling);
      taken += expected.equals("-") ? 0 : 1;
    }
    assertTrue(taken > 180, taken + " spellings");
  }

  private static void assertCounts(Layer layer, Path file) {
    int neurons = layer.neurons();
    int below = neurons == 5 ? 1 : 10; // values between neighbouring neurons
    double[] row = new double[neurons];
    int sample = 0;
    try (SampleRows rows = new SampleRows(layer)) {
      for (; rows.read(row, 1) == 1; sample++) {
        for (int neuron = 0; neuron < neurons; neuron++) {
          int index = sample / below * below * neurons + neuron * below + sample % below;
          int expected = layer.type() == ElementType.BOOL ? index % 2 : index;
          assertEquals(expected, row[neuron], file.toString());
        }
      }
    }
    assertEquals(120 / neurons, sample);
  }

  @Test
  void writesWhatNumpyReads() throws Exception {
    Path file = folder.resolve("written.npz");
    float[] conv = new float[12];
    for (int i = 0; i < conv.length; i++) {
      conv[i] = i / 8f;
    }
    try (NpzWriter writer = new NpzWriter(Files.newOutputStream(file))) {
      writer.add("conv", conv, 2, 3, 1, 2);
      writer.add("fc", new float[] {0, -1, Float.MIN_VALUE, 3.4e38f, 0.1f}, 5);
    }
    python(READ, file);
  }
}
