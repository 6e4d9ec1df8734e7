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

/** Lists the folders in which to search for libraries. */
final class Folders {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

  private Folders() {}

  /**
   * Returns the folders in a path variable, none if it is null; leaves out empty and invalid names.
   */
  static List<Path> inPath(String variable) {
    return variable == null
        ? List.of()
        : Stream.of(variable.split(Pattern.quote(File.pathSeparator)))
            .flatMap(entry -> folder(entry).stream())
            .toList();
  }

  private static Optional<Path> folder(String name) {
    try {
      // System.load accepts only absolute paths.
      return name.isBlank() ? Optional.empty() : Optional.of(Path.of(name).toAbsolutePath());
    } catch (InvalidPathException e) {
      return Optional.empty(); // An invalid name has no folder, and so no library.
    }
  }

  /**
   * Returns the entries of a folder whose names begin with a prefix, by the numbers in the names,
   * highest first: 3.12 comes before 3.9.
   */
  static List<Path> newestFirst(Path parent, String prefix) {
    try (Stream<Path> children = Files.list(parent)) {
      return children
          .filter(child -> child.getFileName().toString().startsWith(prefix))
          .sorted(Comparator.comparing(Folders::numbers, Arrays::compare).reversed())
          .toList();
    } catch (IOException | SecurityException e) {
      return List.of(); // Absent or unreadable: there is nothing to find.
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
