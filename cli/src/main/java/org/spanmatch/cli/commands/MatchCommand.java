package org.spanmatch.cli.commands;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.Footer;
import org.spanmatch.report.MatchReport;
import org.spanmatch.report.results.RunResult;

/** {@code spanmatch match}: the maximum match of each layer at several ε. */
public final class MatchCommand implements Command {
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
    return "A B…";
  }

  @Override
  public List<Option> options() {
    return MatchOptions.definitions();
  }

  @Override
  public String details() {
    return """
        A and B hold the activations of two networks on the same test set: a .npz archive, a file of
        safetensors, torch.save (.pt) or HDF5, a folder of files with one array a layer, or a single
        .npy file. Layers are paired by name, or as --pairs and --pair say. Arrays are
        [samples, neurons], [N, C, H, W] or [N, C, D, H, W] (a neuron is a channel), or [N, T, F].
        One Gram file, as 'spanmatch gram' writes it, may stand in the place of both. Of more than
        two networks, all pairs are compared, and the table has the mean over the pairs with its
        standard deviation.

        The table shows, for each layer and ε, the similarity: size of the maximum match / number
        of neurons, 1 when all neurons of both networks lie within relative distance ε of the span
        of the other network's matched neurons.

        A second table shows what stands beside it. Coverage: the share of living neurons within ε of
        the span of all neurons of the other network, matched or not. Chance: the similarity that
        networks with these spans and means reach when their samples are in different orders.

        ε = 0 asks for exactness within the rounding of the stored activations; neurons that this
        rounding leaves undecidable don't match, and a note says how many there are.

        With the java and cuda backends, the match level of every neuron, the smallest ε at which it
        matches, is found too, and shown as a figure of the similarity at every ε; --no-spectrum
        leaves that out.

        --folds 5 or --held-out 0.2 asks whether matches hold on other samples: spans are fitted
        without some of the examples and tried on these. A line below each layer has the share of
        the matched neurons that are within ε there too. --confidence has the similarities between
        which other samples of the kind would bring them, with 95 % confidence. An example, such as
        an image with all its pixels, is divided from others as a whole; --seed chooses how.

        Examples:
          spanmatch match seed0.npz seed1.npz
          spanmatch match seed0.npz seed1.npz --layers 'features.*' --epsilon 0.3,0.5 --out result
          spanmatch match seed0.npz seed1.npz --json - --quiet > result.json
          spanmatch match seed0.npz seed1.npz --backend reference --spectrum --verbose
          spanmatch match bert0.npz bert1.npz --mask attention_mask
          spanmatch match seed0.npz seed1.npz --folds 5 --confidence
          spanmatch match seed0.npz seed1.npz seed2.npz --names 0,1,2 --title 'Three seeds' --out r
          spanmatch match seeds.gram.npz --epsilon 0.3
          spanmatch match vgg.npz resnet.npz --pairs all --epsilon 0.3
          spanmatch match vgg.npz resnet.npz --pair features.0=conv1 --pair classifier.6=fc
          spanmatch match seed0.npz seed1.npz --chance shuffle --seed 7
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    long start = System.nanoTime();
    MatchOptions options = MatchOptions.of(arguments);
    Optional<ResultFolder> folder = options.out();
    JsonTarget json = options.json();
    if (options.comparing().input().networks() > 2) {
      ManyNetworks.match(options, start, console);
      return;
    }
    RunResult result;
    FailedPairs failed;
    try (Comparison comparison = Comparison.openForgiving(options.comparing(), console)) {
      boolean levels = options.spectrum().orElse(comparison.kernel().hasCheapRemovals());
      folder.ifPresent(target -> target.check(MatchReport.files(levels)));
      folder.ifPresent(target -> target.noteMissingFigures(console.err()));
      json.check();
      options.split().ifPresent(comparison::requireDivisible);
      result =
          MatchRun.of(
              comparison,
              options.epsilons(),
              levels,
              options.split(),
              options.chance(),
              options.labels());
      failed = comparison.failed();
    }
    if (!json.isStandardOutput()) {
      options.labels().print(result.networks(), console.out());
      if (MatchReport.isMatrix(result)) {
        MatchReport.printMatrix(result, options.shown(), console.out());
      } else {
        MatchReport.printTable(result, console.out());
        console.out().println();
        MatchReport.printBeside(result, console.out());
      }
      if (!options.comparing().computing().quiet()) {
        Footer.printPairs(
            result.backend(),
            result.layers().size(),
            options.comparing().input().pairs().isSame(),
            start,
            console.out());
      }
    }
    if (!options.comparing().computing().quiet()) {
      MatchReport.printNotes(result, console.err());
    }
    if (folder.isPresent()) {
      MatchReport.write(result, folder.get());
      if (!json.isStandardOutput()) {
        console.out().println(folder.get().holds("figures"));
      }
    }
    json.write(result, console.out());
    failed.requireNone(result.layers().size());
  }
}
