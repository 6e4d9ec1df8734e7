package org.spanmatch.kernel.cuda.loading;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds folders for the searches. */
final class Folders {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

  private Folders() {}

  /** The folders in a path variable, or none if it is null; empty and impossible ones left out. */
  static List<Path> inPath(String variable) {
    return variable == null
        ? List.of()
        : Stream.of(variable.split(Pattern.quote(File.pathSeparator)))
            .flatMap(entry -> folder(entry).stream())
            .toList();
  }

  private static Optional<Path> folder(String name) {
    try {
      // System.load takes nothing but absolute paths.
      return name.isBlank() ? Optional.empty() : Optional.of(Path.of(name).toAbsolutePath());
    } catch (InvalidPathException e) {
      return Optional.empty(); // What can't be the name of a folder holds no library.
    }
  }

  /**
   * The entries of a folder whose names begin so, by the numbers in the names, highest first: 3.12
   * comes before 3.9.
   */
  static List<Path> newestFirst(Path parent, String prefix) {
    try (Stream<Path> children = Files.list(parent)) {
      return children
          .filter(child -> child.getFileName().toString().startsWith(prefix))
          .sorted(Comparator.comparing(Folders::numbers, Arrays::compare).reversed())
          .toList();
    } catch (IOException | SecurityException e) {
      return List.of(); // Absent or closed to us: nothing to be found there.
    }
  }

  private static int[] numbers(Path path) {
    return NUMBER
        .matcher(path.getFileName().toString())
        .results()
        .mapToInt(number -> Integer.parseInt(number.group()))
        .toArray();
  }
}
