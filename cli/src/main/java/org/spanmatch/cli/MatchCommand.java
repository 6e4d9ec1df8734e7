package org.spanmatch.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.report.RunResult;

/** {@code spanmatch match}: the main job. */
final class MatchCommand implements Command {
  /** The values of ε that the authors' program uses. */
  static final double[] EPSILONS = {0.15, 0.2, 0.25, 0.3, 0.5};

  @Override
  public String name() {
    return "match";
  }

  @Override
  public String summary() {
    return "the maximum match of every layer of two networks, at several ε";
  }

  @Override
  public String arguments() {
    return "A B";
  }

  @Override
  public List<Option> options() {
    return CommonOptions.comparing(
        CommonOptions.describe(CommonOptions.EPSILON, "0.15,0.2,0.25,0.3,0.5"),
        CommonOptions.SPECTRUM,
        CommonOptions.NO_SPECTRUM,
        CommonOptions.describe(
            CommonOptions.OUT,
            "write result.json, matches.csv, similarity.csv, similarity.svg and .png there, and the"
                + " match levels as spectrum.csv, spectrum.svg and .png"));
  }

  @Override
  public String details() {
    return """
        A and B hold the activations of two networks on the same test set: a .npz archive or a
        folder of .npy files with one array a layer, or a single .npy file. Layers are paired by
        name. Arrays are [samples, neurons], [N, C, H, W] (a neuron is a channel) or [N, T, F].

        The table shows, for each layer and ε, the similarity: size of the maximum match / number
        of neurons, 1 when all neurons of both networks lie within relative distance ε of the span
        of the other network's matched neurons.

        With the java and cuda backends, the match level of every neuron, the smallest ε at which it
        matches, is found too, and shown as a figure of the similarity at every ε; --no-spectrum
        leaves that out.

        Examples:
          spanmatch match seed0.npz seed1.npz
          spanmatch match seed0.npz seed1.npz --layers 'features.*' --epsilon 0.3,0.5 --out result
          spanmatch match seed0.npz seed1.npz --json - --quiet > result.json
          spanmatch match seed0.npz seed1.npz --backend reference --spectrum --verbose
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    long start = System.nanoTime();
    double[] epsilons = arguments.epsilons(EPSILONS);
    Optional<Boolean> spectrum = arguments.spectrum();
    Optional<ResultFolder> folder = arguments.path(CommonOptions.OUT).map(ResultFolder::new);
    RunResult result;
    JsonTarget json;
    try (Comparison comparison = Comparison.open(arguments, console)) {
      boolean levels = spectrum.orElse(comparison.kernel().hasCheapRemovals());
      folder.ifPresent(target -> target.check(MatchReport.files(levels)));
      json = JsonTarget.of(arguments);
      result = MatchRun.of(comparison, epsilons, levels);
    }
    if (!json.isStandardOutput()) {
      MatchReport.printTable(result, console.out());
      Footer.print(result.backend(), result.layers().size(), start, console.out());
    }
    if (!arguments.has(CommonOptions.QUIET)) {
      MatchReport.printNotes(result, console.err());
    }
    if (folder.isPresent()) {
      MatchReport.write(result, folder.get());
      if (!json.isStandardOutput()) {
        console.out().println("results and figures in " + folder.get().path());
      }
    }
    json.write(result, console.out());
  }
}
