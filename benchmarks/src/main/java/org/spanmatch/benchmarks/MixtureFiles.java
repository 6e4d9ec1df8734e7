package org.spanmatch.benchmarks;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.kernel.Group;
import org.spanmatch.tuning.Mixtures;

/** Writes synthetic activations of two networks to files that {@code spanmatch match} reads. */
public final class MixtureFiles {
  private MixtureFiles() {}

  /**
   * Writes {@code x.npz} and {@code y.npz}.
   *
   * @param arguments a folder, and per layer its neurons and samples, such as {@code 64x5000}
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 2) {
      throw new IllegalArgumentException("expected a folder, and layers such as 64x5000");
    }
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    List<Mixtures> layers = new ArrayList<>();
    for (String argument : List.of(arguments).subList(1, arguments.length)) {
      String[] numbers = argument.split("x", 2);
      layers.add(new Mixtures(Integer.parseInt(numbers[1]), Integer.parseInt(numbers[0])));
    }
    for (String name : List.of("x", "y")) {
      try (OutputStream out =
              new BufferedOutputStream(Files.newOutputStream(folder.resolve(name + ".npz")));
          NpzWriter npz = new NpzWriter(out)) {
        for (Mixtures layer : layers) {
          npz.add(
              "neurons" + layer.neurons(),
              layer.floats(name.equals("x") ? Group.X : Group.Y),
              layer.samples(),
              layer.neurons());
        }
      }
    }
  }
}
