package org.spanmatch.cli.commands;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.storage.NumericOrder;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.LayerSelection;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.gram.GramFile;

/** Opens what an argument names: a file, a folder, or several by a pattern. */
final class NetworkFile {
  private static final Pattern WILD = Pattern.compile("[*?\\[]");
  private static final Pattern DIGITS = Pattern.compile("\\d+");

  private NetworkFile() {}

  /**
   * Opens the activations of one network.
   *
   * @param argument a file or folder, or a pattern of their names for parts on consecutive samples
   * @param shards layers that are stored in numbered parts
   * @param layouts what the axes mean
   */
  static ActivationFile open(Path argument, LayerSelection shards, Collection<Layout> layouts) {
    List<Path> paths = paths(argument);
    List<ActivationFile> files =
        paths.stream().map(path -> ActivationFile.open(path, sharded(shards), layouts)).toList();
    if (paths.equals(List.of(argument))) {
      return files.get(0);
    }
    for (ActivationFile file : files) {
      if (GramFile.isGramFile(file)) {
        throw new UsageException(
            file.path() + " is a Gram file, of which " + argument + " can't name several");
      }
    }
    return ActivationFile.concatenated(argument, files, layouts);
  }

  private static ActivationFile.Sharded sharded(LayerSelection shards) {
    return new ActivationFile.Sharded() {
      @Override
      public boolean takes(String layer) {
        return shards.test(layer);
      }

      @Override
      public boolean names(String layer) {
        return shards.names(layer);
      }
    };
  }

  /** Checks that every name and pattern of {@code --shards} stands for a layer of some file. */
  static void requireEachInParts(LayerSelection shards, List<ActivationFile> files) {
    shards.requireEachInParts(
        files.stream().flatMap(file -> file.inParts().stream()).toList(),
        files.stream().flatMap(file -> file.numbered().stream()).toList());
  }

  /**
   * Returns the files that an argument stands for, in the order of the numbers in their names: the
   * argument itself if there is such a file, or it is no pattern.
   *
   * @throws ActivationsException if a pattern matches nothing, or a number is missing
   */
  static List<Path> paths(Path argument) {
    Path name = argument.getFileName();
    if (name == null || Files.exists(argument) || !WILD.matcher(name.toString()).find()) {
      return List.of(argument);
    }
    Path folder = argument.getParent();
    LayerSelection pattern = new LayerSelection(List.of(name.toString()));
    boolean hidden = name.toString().startsWith(".");
    try (Stream<Path> all = Files.list(folder == null ? Path.of("") : folder)) {
      List<Path> found =
          all.filter(path -> hidden || !path.getFileName().toString().startsWith("."))
              .filter(path -> pattern.test(path.getFileName().toString()))
              .map(path -> folder == null ? path.getFileName() : path)
              .sorted(
                  Comparator.comparing(path -> path.getFileName().toString(), new NumericOrder()))
              .toList();
      if (found.isEmpty()) {
        throw new ActivationsException(argument + ": no file has a name of this pattern");
      }
      try {
        ActivationFile.requireFewEnough(found.size());
      } catch (ActivationsException e) {
        throw new ActivationsException(argument + ": " + e.getMessage(), e);
      }
      requireConsecutive(found);
      return found;
    } catch (IOException | UncheckedIOException e) {
      throw new ActivationsException(
          argument + ": the folder of this pattern is missing or can't be read", e);
    }
  }

  /**
   * Returns where {@code --json} sends a result.
   *
   * @throws UsageException if that is one of the files that are read
   */
  static JsonTarget json(Arguments arguments) {
    JsonTarget json = JsonTarget.of(arguments);
    for (Path target : json.file().stream().toList()) {
      for (Path argument : arguments.paths(0, Integer.MAX_VALUE)) {
        if (paths(argument).stream().anyMatch(file -> isSame(target, file))) {
          throw new UsageException(
              "--json: expected a file apart from the activations, found " + target);
        }
      }
    }
    return json;
  }

  /**
   * Whether two names stand for one file; what can't be looked at is reported when it is opened.
   */
  static boolean isSame(Path a, Path b) {
    try {
      return Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b);
    } catch (IOException e) {
      return false;
    }
  }

  /** Checks that numbers follow each other, if the names differ in one number alone. */
  private static void requireConsecutive(List<Path> files) {
    for (int i = 1; i < files.size(); i++) {
      List<String> before = pieces(files.get(i - 1));
      List<String> after = pieces(files.get(i));
      List<Integer> differing = new ArrayList<>();
      for (int piece = 0; piece < Math.min(before.size(), after.size()); piece++) {
        if (!before.get(piece).equals(after.get(piece))) {
          differing.add(piece);
        }
      }
      if (before.size() != after.size() || differing.size() != 1) {
        continue;
      }
      String first = before.get(differing.get(0));
      String second = after.get(differing.get(0));
      if (!DIGITS.matcher(first).matches() || !DIGITS.matcher(second).matches()) {
        continue;
      }
      BigInteger step = new BigInteger(second).subtract(new BigInteger(first));
      if (step.signum() == 0) {
        throw new ActivationsException(
            files.get(i - 1) + " and " + files.get(i) + " have the same number");
      }
      if (!step.equals(BigInteger.ONE)) {
        throw new ActivationsException(
            "part "
                + new BigInteger(first).add(BigInteger.ONE)
                + " is missing between "
                + files.get(i - 1)
                + " and "
                + files.get(i));
      }
    }
  }

  /** The digits of a name, and what is between them. */
  private static List<String> pieces(Path file) {
    String name = file.getFileName().toString();
    List<String> pieces = new ArrayList<>();
    int end = 0;
    for (Matcher digits = DIGITS.matcher(name); digits.find(); end = digits.end()) {
      pieces.add(name.substring(end, digits.start()));
      pieces.add(digits.group());
    }
    pieces.add(name.substring(end));
    return pieces;
  }
}
