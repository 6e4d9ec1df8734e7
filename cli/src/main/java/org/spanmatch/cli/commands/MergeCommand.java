package org.spanmatch.cli.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.output.OutputFile;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.report.text.DisplayName;

/** {@code spanmatch merge}: adds Gram files of the same layers on other samples. */
public final class MergeCommand implements Command {
  @Override
  public String name() {
    return "merge";
  }

  @Override
  public String summary() {
    return "adds Gram files of the same layers on other samples";
  }

  @Override
  public String arguments() {
    return "F1 F2 …";
  }

  @Override
  public String requiredOptions() {
    return "--out FILE";
  }

  @Override
  public List<Option> options() {
    return MergeOptions.definitions();
  }

  @Override
  public String details() {
    return """
        Adds files that 'spanmatch gram' has written of the same layers on different parts of a test
        set, as by the jobs of an array, in the order given; the same files in the same order give
        the same bits. The sum equals that of all samples added up at once, except for rounding,
        which error bounds include. It may be merged again.

        Files of other layers, numbers of neurons or pairs of layers, or that were added up with
        another dead threshold or precision are refused. What can't be seen: the same samples in two
        files. They then count twice, in the number of samples too. Nor can it be seen whether both
        networks had their samples in the same order, and their neurons in that of other files.

        Examples:
          spanmatch merge part-*.gram.npz --out all.gram.npz
          spanmatch merge all.gram.npz new.gram.npz --out all.gram.npz
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    MergeOptions options = MergeOptions.of(arguments);
    OutputFile.check(options.out());
    if (!options.quiet()) {
      noteRepeated(options.files(), console);
    }
    Path first = options.files().get(0);
    List<Gram> sums = Input.grams(ActivationFile.open(first));
    for (Path file : options.files().subList(1, options.files().size())) {
      List<Gram> parts = Input.grams(ActivationFile.open(file));
      try {
        sums = plus(sums, parts);
      } catch (GramException e) {
        throw new GramException(file + " can't be added to " + first + ": " + e.getMessage(), e);
      }
    }
    GramOutput.printPairs(sums, console.out());
    GramOutput.write(sums, options.out(), console.out());
  }

  private static void noteRepeated(List<Path> files, Console console) throws IOException {
    Set<Path> known = new HashSet<>();
    for (Path file : files) {
      if (Files.exists(file) && !known.add(file.toRealPath())) {
        console
            .err()
            .println(
                "note: "
                    + DisplayName.printable(file.toString())
                    + " is named twice, and its samples count twice");
      }
    }
  }

  /** The layers of each matrix, such as "[fc1, fc1], [conv, conv]". */
  private static String layers(List<Gram> grams) {
    return grams.stream()
        .map(gram -> gram.layers().stream().map(GramLayer::name).toList().toString())
        .collect(Collectors.joining(", "));
  }

  private static List<Gram> plus(List<Gram> sums, List<Gram> parts) {
    if (parts.size() != sums.size()) {
      throw new GramException(
          "expected Gram matrices of the layers " + layers(sums) + ", found " + layers(parts));
    }
    List<Gram> all = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      all.add(sums.get(i).plus(parts.get(i)));
    }
    return all;
  }
}
