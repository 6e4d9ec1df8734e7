package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand.Outcome;

/**
 * Reading ahead changes neither results nor errors: with one thread nothing is read ahead, with
 * more the next layers are, where there is more than one processor.
 */
class ReadAheadCommandTest {
  private static final int LAYERS = 5;
  private static final int SAMPLES = 3000;
  private static final int NEURONS = 12;

  @TempDir Path folder;
  private Path x;
  private Path y;

  @BeforeEach
  void write() throws IOException {
    x = write("x.npz", 1, -1);
    y = write("y.npz", 100, -1);
  }

  /** An archive of several layers, of which one may hold a NaN. */
  private Path write(String name, long seed, int nanLayer) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      for (int i = 0; i < LAYERS; i++) {
        float[] values = TestFiles.relu(SAMPLES * NEURONS, seed + i);
        if (i == nanLayer) {
          values[NEURONS * 777 + 5] = Float.NaN;
        }
        npz.add("layer" + i, values, SAMPLES, NEURONS);
      }
    }
    return file;
  }

  private static Outcome run(String command, int threads, Object... arguments) {
    Object[] all = new Object[arguments.length + 4];
    all[0] = command;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[arguments.length + 1] = "--quiet";
    all[arguments.length + 2] = "--threads";
    all[arguments.length + 3] = threads;
    return RealCommand.run(all);
  }

  private static void assertSame(int exitCode, String command, Object... arguments) {
    Outcome one = run(command, 1, arguments);
    Outcome more = run(command, 8, arguments);
    assertEquals(exitCode, one.exitCode(), one.err());
    assertEquals(one, more);
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("spanmatch-reader")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"match", "spectrum", "distances", "simple", "measures"})
  void resultsAreTheSame(String command) {
    assertSame(0, command, x, y);
    assertSame(0, command, x, y, "--samples", 500);
  }

  @Test
  void gramFilesAreTheSame() throws IOException {
    for (String pairs : List.of("same", "all")) {
      Path one = folder.resolve("one.npz");
      Path more = folder.resolve("more.npz");
      assertEquals(0, run("gram", 1, x, y, "--pairs", pairs, "--out", one).exitCode());
      assertEquals(0, run("gram", 8, x, y, "--pairs", pairs, "--out", more).exitCode());
      assertEquals(-1, Files.mismatch(one, more));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"match", "gram", "distances"})
  void errorsAreTheSame(String command) throws IOException {
    Object[] out =
        command.equals("gram") ? new Object[] {"--out", folder.resolve("g.npz")} : new Object[0];
    Path nan = write("nan.npz", 100, 3);
    byte[] content = Files.readAllBytes(y);
    content[content.length / 2] ^= 1; // in the data of the third layer
    Path damaged = Files.write(folder.resolve("damaged.npz"), content);
    for (Path bad : List.of(nan, damaged)) {
      Object[] arguments = new Object[2 + out.length];
      arguments[0] = x;
      arguments[1] = bad;
      System.arraycopy(out, 0, arguments, 2, out.length);
      assertSame(3, command, arguments);
      Outcome outcome = run(command, 8, arguments);
      String layer = bad.equals(nan) ? "'layer3': neuron 5 is NaN" : "'layer2': the archive is";
      assertTrue(outcome.err().contains(bad + ", layer " + layer), outcome.err());
    }
  }
}
