package org.spanmatch.cli.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.RealCommand;
import org.spanmatch.cli.RealCommand.Outcome;
import org.spanmatch.cli.TestFiles;

/** Makes reports by the real command, of real networks or of made ones. */
final class Reports {
  private static final int SAMPLES = 200;

  private Reports() {}

  /**
   * Matches two real networks of 11 layers where they lie beside the project, or else made ones.
   */
  static Path ofTwo(Path folder) throws IOException {
    Path real = RealCommand.root().resolveSibling("shared").resolve("data/cifar-vgg");
    Path x = real.resolve("x.npz");
    Path y = real.resolve("y.npz");
    if (!Files.exists(x)) {
      List<String> layers = List.of("conv1", "conv2", "conv3", "fc1", "fc2");
      x = network(folder.resolve("x.npz"), 1, 20, layers);
      y = network(folder.resolve("y.npz"), 2, 20, layers);
    }
    return match(folder, List.of(x, y));
  }

  /**
   * Writes a network whose neurons are more or less those of every other network of these layers:
   * the later a layer, and the higher the neuron's number, the less.
   */
  static Path network(Path file, long seed, int neurons, List<String> layers) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        NpzWriter npz = new NpzWriter(out)) {
      for (int layer = 0; layer < layers.size(); layer++) {
        float[] common = TestFiles.relu(SAMPLES * neurons, 1000 + layer % 7);
        float[] own = TestFiles.relu(SAMPLES * neurons, 100 * seed + layer);
        float[] values = new float[common.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = common[i] + own[i] * (1 + layer) * (i % neurons) / (layers.size() * neurons);
        }
        npz.add(layers.get(layer), values, SAMPLES, neurons);
      }
    }
    return file;
  }

  /** Matches networks and returns the folder with the results. */
  static Path match(Path folder, List<Path> networks, Object... options) {
    Path out = folder.resolve("out");
    List<Object> words = new ArrayList<>(List.of("match"));
    words.addAll(networks);
    words.addAll(List.of(options));
    words.addAll(List.of("--quiet", "--out", out));
    Outcome outcome = RealCommand.run(words.toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    return out;
  }
}
