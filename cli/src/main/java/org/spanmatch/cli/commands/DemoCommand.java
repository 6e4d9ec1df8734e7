package org.spanmatch.cli.commands;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.cli.Option;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.cli.demo.Digits;
import org.spanmatch.cli.demo.LayerOutput;
import org.spanmatch.cli.demo.ReluNetwork;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ChanceOptions;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.options.LabelOptions;
import org.spanmatch.cli.options.ShellWords;
import org.spanmatch.cli.output.OutputFile;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.Footer;
import org.spanmatch.report.MatchReport;
import org.spanmatch.report.results.RunResult;

/** {@code spanmatch demo}: the main job with nothing to prepare. */
public final class DemoCommand implements Command {
  @Override
  public String name() {
    return "demo";
  }

  @Override
  public String summary() {
    return "the main job with nothing to prepare: trains two small networks and matches them";
  }

  @Override
  public String arguments() {
    return "";
  }

  @Override
  public List<Option> options() {
    return DemoOptions.definitions();
  }

  @Override
  public String details() {
    return """
        Trains two ReLU networks of the same architecture from different seeds on 1,797 handwritten
        digits, writes their activations on held-out digits as .npz files, and matches them; then
        two controls: a network against itself, and against itself on the same digits in another
        order, which destroys what they share.

        Example:
          spanmatch demo --out digits
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) {
    DemoOptions options = DemoOptions.of(arguments);
    Path folder = options.folder();
    ResultFolder results = new ResultFolder(folder);
    results.check(MatchReport.files(true));
    results.noteMissingFigures(console.err());
    PrintStream out = console.out();
    boolean quiet = options.quiet();

    Digits heldOut = Digits.heldOut();
    List<LayerOutput> first = train(1, heldOut, out);
    List<LayerOutput> second = train(2, heldOut, out);
    Path firstFile = write(first, folder.resolve("seed1.npz"));
    Path secondFile = write(second, folder.resolve("seed2.npz"));
    Path shuffledFile =
        write(shuffled(first, heldOut.size()), folder.resolve("seed1-shuffled.npz"));

    out.println();
    out.println("Seed 1 against seed 2 (size of maximum match / number of neurons):");
    long start = System.nanoTime();
    RunResult result = match(firstFile, secondFile, folder, quiet, console);
    if (!quiet) {
      Footer.print(result.backend(), result.layers().size(), start, out);
    }
    out.println();
    out.println("Control: seed 1 against itself. 1, but for dead neurons, which never match:");
    match(firstFile, firstFile, folder.resolve("itself"), quiet, console);
    out.println();
    out.println(
        "Control: seed 1 against itself with the digits in another order. About 0, but for");
    out.println("pixels so often bright that any image predicts them:");
    match(firstFile, shuffledFile, folder.resolve("shuffled"), quiet, console);
    out.println();
    out.println("The paper's finding to look for in the first table: networks that differ only in");
    out.println("their seed agree near the input and at the output, and much less in between.");
    if (results.hasFigures()) {
      out.println("Figure: " + folder.resolve("similarity.png") + " (and .svg)");
      out.println("The same at every ε: " + folder.resolve("spectrum.png") + " (and .svg)");
    }
    String files = ShellWords.of(firstFile) + " " + ShellWords.of(secondFile);
    String command = ShellWords.command();
    out.println("By hand: the same, and the finest groups of neurons that are shared in a layer:");
    out.println("  " + command + " match " + files + " --out result");
    out.println("  " + command + " simple " + files + " --layers hidden3 --epsilon 0.25");
  }

  private static List<LayerOutput> train(long seed, Digits heldOut, PrintStream out) {
    Digits training = Digits.training();
    ReluNetwork network = ReluNetwork.train(training, seed);
    List<LayerOutput> activations = network.activations(heldOut);
    out.printf(
        Locale.ROOT,
        "Network of layers %s, seed %d: trained on %d digits, right on %.1f %% of %d others%n",
        String.join(
            "-", activations.stream().map(layer -> Integer.toString(layer.neurons())).toList()),
        seed,
        training.size(),
        100 * network.accuracy(heldOut),
        heldOut.size());
    return activations;
  }

  private static Path write(List<LayerOutput> layers, Path file) {
    OutputFile.write(
        file,
        target -> {
          try (NpzWriter npz = new NpzWriter(target)) {
            for (LayerOutput layer : layers) {
              int samples = layer.values().length / layer.neurons();
              npz.add(layer.name(), layer.values(), samples, layer.neurons());
            }
          }
        });
    return file;
  }

  /** The activations with their samples in another order, one for all layers. */
  private static List<LayerOutput> shuffled(List<LayerOutput> layers, int samples) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, samples).boxed().toList());
    Collections.shuffle(order, new Random(1));
    return layers.stream()
        .map(
            layer -> {
              int neurons = layer.neurons();
              float[] values = new float[layer.values().length];
              for (int i = 0; i < samples; i++) {
                System.arraycopy(
                    layer.values(), order.get(i) * neurons, values, i * neurons, neurons);
              }
              return new LayerOutput(layer.name(), neurons, values);
            })
        .toList();
  }

  private static RunResult match(Path x, Path y, Path folder, boolean quiet, Console console) {
    ResultFolder target = new ResultFolder(folder);
    try (Comparison comparison = Comparison.open(ComparingOptions.defaults(x, y, quiet), console)) {
      boolean levels = comparison.kernel().hasCheapRemovals();
      target.check(MatchReport.files(levels));
      RunResult result =
          MatchRun.of(
              comparison,
              MatchOptions.DEFAULT_EPSILONS,
              levels,
              Optional.empty(),
              ChanceOptions.defaults(),
              LabelOptions.defaults());
      MatchReport.printTable(result, console.out());
      MatchReport.write(result, target);
      return result;
    }
  }
}
