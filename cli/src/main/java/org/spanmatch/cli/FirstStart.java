package org.spanmatch.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.StandardOutput;

/**
 * Runs the usual commands on two tiny layers in a temporary folder, to load the classes that they
 * need. The launcher has Java archive those classes, so that later starts take less time.
 */
public final class FirstStart {
  private static final int SAMPLES = 40;
  private static final int NEURONS = 4;

  private FirstStart() {}

  /**
   * Runs the commands. Prints nothing, and ignores whether they succeed.
   *
   * @throws IOException if the temporary folder can't be written
   */
  public static void main(String[] args) throws IOException {
    Main.prepare();
    new StandardOutput().hasNoReader();
    Path folder = Files.createTempDirectory("spanmatch-start");
    try {
      String x = network(folder.resolve("x.npz"), 1);
      String y = network(folder.resolve("y.npz"), 2);
      String out = folder.resolve("out").toString();
      String gram = folder.resolve("xy.gram.npz").toString();
      PrintStream nowhere =
          new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
      for (List<String> command :
          List.of(
              List.of("match", x, y, "--out", out),
              List.of("report", out, "--out", folder.resolve("report.html").toString()),
              List.of("simple", x, y, "--epsilon", "0.3"),
              List.of("distances", x, y, "--json", "-"),
              List.of("gram", x, y, "--out", gram),
              List.of("spectrum", gram),
              List.of("measures", gram))) {
        Main.run(command.toArray(String[]::new), new Console(nowhere, nowhere, 0));
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static String network(Path file, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[SAMPLES * NEURONS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble();
    }
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      npz.add("layer", values, SAMPLES, NEURONS);
    }
    return file.toString();
  }
}
