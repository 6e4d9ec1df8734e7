package org.spanmatch.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.spanmatch.tuning.Measurement;

/**
 * JMH's results of one run, each benchmark once with the same parameters and threads, and what is
 * known of a single one.
 *
 * @param measurements in any order
 */
record Results(List<Measurement> measurements) {
  static final String JAVA = "java";
  static final String CUDA = "cuda";

  /** Parameters that are shown only if they differ from the usual values. */
  private static final Map<String, String> USUAL =
      Map.of("precision", "standard", "dtype", "float32", "layout", "nf");

  /**
   * Reads all results in some files.
   *
   * @throws IOException if a file can't be read or has other content
   * @throws IllegalArgumentException if something was measured twice
   */
  static Results read(List<Path> files) throws IOException {
    List<Measurement> measurements = new ArrayList<>();
    Set<List<Object>> seen = new HashSet<>();
    for (Path file : files) {
      for (Measurement measurement : Measurement.read(file)) {
        if (!seen.add(
            List.of(measurement.benchmark(), measurement.parameters(), measurement.threads()))) {
          throw new IllegalArgumentException(
              file + " has " + measurement.benchmark() + " " + measurement.parameters() + " again");
        }
        measurements.add(measurement);
      }
    }
    return new Results(measurements);
  }

  /** Returns the files themselves, and the JSON files in those that are folders. */
  static List<Path> files(List<Path> filesAndFolders) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : filesAndFolders) {
      if (Files.isDirectory(path)) {
        try (Stream<Path> entries = Files.list(path)) {
          entries.filter(file -> file.toString().endsWith(".json")).sorted().forEach(files::add);
        }
      } else {
        files.add(path);
      }
    }
    return files;
  }

  /** Returns those whose benchmark begins with a text, sorted by parameters that are numbers. */
  List<Measurement> find(String benchmark, String... sortedBy) {
    List<Measurement> found = new ArrayList<>();
    for (Measurement result : measurements) {
      if (result.benchmark().startsWith(benchmark)) {
        found.add(result);
      }
    }
    // The sort is stable, so the last key counts most.
    for (int i = sortedBy.length - 1; i >= 0; i--) {
      String parameter = sortedBy[i];
      found.sort(Comparator.comparingLong(result -> number(result, parameter)));
    }
    return found;
  }

  Optional<Measurement> first(Predicate<Measurement> wanted) {
    return measurements.stream().filter(wanted).findFirst();
  }

  /** Returns the measurement that differs in the value of one parameter. */
  Optional<Measurement> with(Measurement result, String parameter, Object value) {
    Map<String, String> parameters = new HashMap<>(result.parameters());
    parameters.put(parameter, value.toString());
    return first(
        other ->
            other.benchmark().equals(result.benchmark()) && other.parameters().equals(parameters));
  }

  /** Returns the measurement of another benchmark with the same parameters. */
  Optional<Measurement> beside(Measurement result, String benchmark) {
    return first(
        other ->
            other.benchmark().equals(benchmark) && other.parameters().equals(result.parameters()));
  }

  /** Returns the backend's or peer's name. */
  static String backend(Measurement result) {
    return result.parameters().getOrDefault("backend", CUDA); // DeviceBenchmark has none
  }

  static String value(Measurement result, String parameter) {
    String value = result.parameters().get(parameter);
    if (value == null) {
      throw new IllegalArgumentException(result.benchmark() + " has no parameter " + parameter);
    }
    return value;
  }

  static long number(Measurement result, String parameter) {
    return Long.parseLong(value(result, parameter));
  }

  /** Whether all parameters that need not be shown have their usual values. */
  static boolean isUsual(Measurement result) {
    return unusual(result).isEmpty();
  }

  /** Returns the values that differ from the usual ones, in the order of their parameters. */
  static List<String> unusual(Measurement result) {
    return USUAL.keySet().stream()
        .sorted()
        .filter(name -> result.parameters().containsKey(name))
        .map(name -> value(result, name).equals(USUAL.get(name)) ? "" : value(result, name))
        .filter(value -> !value.isEmpty())
        .toList();
  }
}
