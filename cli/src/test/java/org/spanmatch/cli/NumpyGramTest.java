package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** numpy reads Gram files, and writes such that the command reads. */
class NumpyGramTest {
  private static final String CHECK =
      """
      x, y = (numpy.load(name)["fc"].astype(float) for name in ("x.npz", "y.npz"))
      assert numpy.allclose(xx, x.T @ x, rtol=1e-12)
      assert numpy.allclose(yy, y.T @ y, rtol=1e-12)
      assert numpy.allclose(xy, x.T @ y, rtol=1e-12)
      assert numpy.allclose(means, x.mean(axis=0), rtol=1e-12)
      assert numpy.allclose(f["0/fourth_powers/0"], (x**4).sum(axis=0), rtol=1e-12)
      assert (f["0/active/0"] == (x != 0).sum(axis=0)).all()
      assert numpy.allclose(f["0/norms/0-1"], ((x**2).sum(axis=1) * (y**2).sum(axis=1)).sum())
      """;

  private static final String WRITE =
      """
      import numpy

      layers = [numpy.load(name)["fc"].astype(float) for name in ("x.npz", "y.npz")]
      samples = len(layers[0])
      arrays = {
          "format": numpy.array(["spanmatch gram 1"]),
          "0/precision": numpy.array(["standard"]),
          "0/samples": numpy.array([samples]),
          "0/dead_threshold": numpy.array([1e-7]),
          "0/error": numpy.array([samples * 2.0**-53]),
          "0/names": numpy.array(["fc", "fc"]),
          "0/sources": numpy.array(["x.npz", "y.npz"]),
          "0/networks": numpy.array([0, 1]),
          "0/neurons": numpy.array([a.shape[1] for a in layers]),
          "0/roundoff": numpy.array([2.0**-24, 2.0**-24]),
          "0/gram/0-1": layers[0].T @ layers[1],
      }
      for i, a in enumerate(layers):
          gram = a.T @ a
          zeros = numpy.zeros(a.shape[1])
          arrays |= {
              f"0/axes/{i}": numpy.array([samples]),
              f"0/sums/{i}": a.sum(axis=0),
              f"0/squares/{i}": gram.diagonal(),
              f"0/fourth_powers/{i}": (a**4).sum(axis=0),
              f"0/active/{i}": (a != 0).sum(axis=0),
              f"0/scale/{i}": zeros.astype(int),
              f"0/shift/{i}": zeros,
              f"0/gram/{i}-{i}": gram[numpy.triu_indices(len(gram))],
          }
      numpy.savez("numpy.gram.npz", **arrays)

      f = numpy.load("seeds.gram.npz")
      numpy.savez_compressed("again.gram.npz", **f)
      """;

  @TempDir Path folder;

  @BeforeEach
  void writeFiles() throws IOException {
    Outcome numpy = python("import numpy");
    if (numpy.exitCode() != 0) {
      System.err.println("NumpyGramTest is skipped: there is no python3 with numpy here");
    }
    Assumptions.assumeTrue(numpy.exitCode() == 0, "skipped: there is no python3 with numpy");
    for (int network = 1; network <= 2; network++) {
      float[] values = TestFiles.relu(200 * 8, network);
      for (int i = 0; i < 200; i++) {
        values[8 * i + 7] = 0; // a dead neuron
        values[8 * i] = values[8 * i + 1] + 0.1f * values[8 * i + 2] * network;
      }
      TestFiles.npz(folder.resolve(network == 1 ? "x.npz" : "y.npz"), "fc", values, 200, 8);
    }
    assertEquals(0, spanmatch("gram", "x.npz", "y.npz", "--out", "seeds.gram.npz").exitCode());
  }

  /** The snippet of docs/gram.md. */
  private static String documented() throws IOException {
    Path page = Path.of(System.getProperty("spanmatch.root"), "docs", "gram.md");
    String text = Files.readString(page);
    int begin = text.indexOf("```python\n") + "```python\n".length();
    return text.substring(begin, text.indexOf("```", begin));
  }

  private Outcome python(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("script.py"), script);
    try {
      return RealCommand.finish(
          new ProcessBuilder("python3", file.toString()).directory(folder.toFile()));
    } catch (UncheckedIOException e) {
      return new Outcome(127, "", e.getMessage());
    }
  }

  /** Names of files are those of the test's folder. */
  private Outcome spanmatch(Object... arguments) {
    return RealCommand.run(
        Arrays.stream(arguments)
            .map(word -> word.toString().endsWith(".npz") ? folder.resolve(word.toString()) : word)
            .toArray());
  }

  /** The rows of the table. */
  private String table(String... files) {
    Object[] arguments = new Object[files.length + 3];
    arguments[0] = "match";
    System.arraycopy(files, 0, arguments, 1, files.length);
    arguments[files.length + 1] = "--epsilon";
    arguments[files.length + 2] = "0.2,0.5,0.8";
    Outcome outcome = spanmatch(arguments);
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome.out().lines().limit(2).collect(Collectors.joining("\n"));
  }

  @Test
  void numpyReadsAGramFile() throws IOException {
    Outcome outcome = python(documented() + CHECK);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("['fc' 'fc'] [200] [8 8]\n", outcome.out());
  }

  @Test
  void aGramFileOfNumpyGivesTheSameTable() throws IOException {
    Outcome outcome = python(WRITE);
    assertEquals(0, outcome.exitCode(), outcome.err());
    String expected = table("x.npz", "y.npz");
    assertEquals(expected, table("seeds.gram.npz"));
    assertEquals(expected, table("numpy.gram.npz"));
    assertEquals(expected, table("again.gram.npz"));
    assertTrue(spanmatch("layers", "numpy.gram.npz").out().contains("x.npz"));
  }
}
