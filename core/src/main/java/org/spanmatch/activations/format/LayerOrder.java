package org.spanmatch.activations.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order of the layers of a folder: a file {@code .layers} may name them, one a line, in the
 * order in which the network computes them, which names such as {@code bn1}, {@code conv1}, {@code
 * fc}, {@code layer1} don't give.
 */
final class LayerOrder {
  /** More than 100,000 names of 100 bytes take. */
  private static final long LARGEST = 16L << 20;

  private static final String FILE = ".layers";

  private LayerOrder() {}

  /**
   * {@return the place of each layer that the folder's file names} Only the order depends on it, so
   * a file that can't be read, or is no text of at most 16 MiB, counts as none.
   *
   * @param folder the folder
   */
  static Map<String, Integer> of(Path folder) {
    Map<String, Integer> places = new HashMap<>();
    for (String name : lines(folder.resolve(FILE))) {
      places.putIfAbsent(name, places.size());
    }
    return places;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isRegularFile(file) && Files.size(file) <= LARGEST
          ? Files.readAllLines(file)
          : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }
}
