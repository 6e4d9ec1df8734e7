package org.spanmatch.cli.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.Option;
import org.spanmatch.activations.Layer;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.OutputFile;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.Footer;
import org.spanmatch.cli.terminal.ProgressLine;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.PairPlan;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.report.text.DisplayName;

/** {@code spanmatch gram}: adds up the activations of two networks and keeps the sums. */
public final class GramCommand implements Command {
  @Override
  public String name() {
    return "gram";
  }

  @Override
  public String summary() {
    return "adds up the activations of two networks once, and keeps the sums in a file";
  }

  @Override
  public String arguments() {
    return "A B";
  }

  @Override
  public String requiredOptions() {
    return "--out FILE";
  }

  @Override
  public List<Option> options() {
    return GramCommandOptions.definitions();
  }

  @Override
  public String details() {
    return """
        A and B hold the activations of two networks on the same test set, as for 'match'. What is
        kept are the inner products of all neurons, the Gram matrix (with --precision high its
        triangular factor), whose size does not depend on the number of samples. 'match', 'simple',
        'spectrum', 'distances' and 'measures' take the file instead of A and B; with the same
        backend and the same --precision standard or high they give the same results. 'layers' says
        what is in it, 'merge' adds files of the same layers on other samples, and numpy reads it.

        By default layers of equal names are added up together, which is what the other commands
        compare. --pairs all adds up all pairs of layers of A and B that have the same samples; it
        reads the activations once, and takes memory for all these pairs at once. --pairs order and
        --pair choose others; the other commands take the same options to compare what is there.

        Examples:
          spanmatch gram seed0.npz seed1.npz --out seeds.gram.npz
          spanmatch match seeds.gram.npz --epsilon 0.3,0.5
          spanmatch gram bert0.npz bert1.npz --mask attention_mask --out bert.gram.npz
          spanmatch gram seed0.npz seed1.npz --out all.gram.npz --pairs all --layers 'features.*'
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    long start = System.nanoTime();
    GramCommandOptions options = GramCommandOptions.of(arguments);
    for (Path input : options.input().files()) {
      for (Path file : NetworkFile.paths(input)) {
        requireApart(options.out(), file);
      }
    }
    ComputingOptions computing = options.computing();
    Input<LayerPair.OfActivations> input;
    Kernels.Search search = Kernels.search(computing.backend());
    try {
      input = open(options, console);
    } finally {
      search.close();
    }
    List<Gram> grams;
    ProjectionKernel.Info backend;
    try (ProjectionKernel kernel = Backends.open(computing, console)) {
      OutputFile.check(options.out());
      grams = addUp(PairPlan.together(input.pairs()), kernel, options, console);
      backend = kernel.info();
    }
    long layers = input.pairs().stream().map(LayerPair.OfActivations::x).distinct().count();
    GramOutput.printPairs(grams, console.out());
    if (!computing.quiet()) {
      Footer.print(backend, (int) layers, start, console.out());
    }
    GramOutput.write(grams, options.out(), console.out());
  }

  /** Refuses to write over activations, which a sum could not bring back. */
  private static void requireApart(Path out, Path input) {
    boolean same =
        NetworkFile.isSame(out, input)
            || (Files.exists(out)
                && Files.isDirectory(input)
                && NetworkFile.isSame(out.toAbsolutePath().getParent(), input));
    if (same) {
      throw new UsageException("--out: expected a file apart from the activations, found " + out);
    }
  }

  private static Input<LayerPair.OfActivations> open(GramCommandOptions options, Console console) {
    Input<LayerPair.OfActivations> input = Input.ofActivations(options.input());
    if (!options.computing().quiet()) {
      input.noteSkipped(console);
    }
    if (!input.failed().isEmpty()) {
      throw input.failed().get(0).cause();
    }
    return input;
  }

  private static List<Gram> addUp(
      PairPlan plan, ProjectionKernel kernel, GramCommandOptions options, Console console) {
    ComputingOptions computing = options.computing();
    boolean shown = !computing.quiet() && !computing.verbose();
    String x = options.input().files().get(0).toString();
    String y = options.input().files().get(1).toString();
    List<Long> weights = plan.groups().stream().map(GramCommand::weight).toList();
    List<Gram> grams = new ArrayList<>();
    try (ProgressLine progress =
            new ProgressLine(console, shown, "gram", weights, List.of("compress"));
        PairPlan.Ahead ahead = plan.ahead(computing.kernel().threads())) {
      GramOptions how =
          new GramOptions(
              computing.deadThreshold(), options.precision(), true, computing.centred(), progress);
      double kept = 0;
      for (PairPlan.Group group : ahead.groups()) {
        progress.startLayer(name(group));
        long start = System.nanoTime();
        makeRoom(group, kept);
        Gram gram = labelled(group.gram(kernel, how), group, x, y);
        grams.add(gram);
        kept += gram.bytes();
        if (computing.verbose()) {
          say(group, gram, start, console);
        }
      }
      progress.finish();
    }
    return List.copyOf(grams);
  }

  /** The work that it takes, for the progress line: samples × neurons². */
  private static long weight(PairPlan.Group group) {
    double neurons = 1.0 + group.layers().stream().mapToInt(Layer::neurons).sum();
    return Math.max(1, Math.round(group.layers().get(0).samples() * neurons * neurons / 1e6));
  }

  /**
   * Makes room for what adding up takes on top of some bytes: at most the matrix twice.
   *
   * @param kept memory that is taken already
   */
  private static void makeRoom(PairPlan.Group group, double kept) {
    double neurons = group.layers().stream().mapToInt(Layer::neurons).sum();
    long bytes = (long) (kept + 2 * Double.BYTES * neurons * neurons);
    group.layers().forEach(layer -> layer.makeRoom(bytes));
  }

  /** A name for the progress line. */
  private static String name(PairPlan.Group group) {
    return group.isSingle()
        ? group.members().get(0).pair().name()
        : group.members().size() + " pairs of layers";
  }

  /**
   * Says where layers come from: those of the first file are network 0, those of the second network
   * 1.
   */
  private static Gram labelled(Gram gram, PairPlan.Group group, String xFile, String yFile) {
    int ofX = group.firsts();
    List<GramLayer> labelled = new ArrayList<>();
    for (GramLayer layer : gram.layers()) {
      // A folder holds a file per layer; results name the folder.
      labelled.add(
          labelled.size() < ofX ? layer.ofNetwork(0).from(xFile) : layer.ofNetwork(1).from(yFile));
    }
    return gram.withLabels(labelled);
  }

  private static void say(PairPlan.Group group, Gram gram, long start, Console console) {
    console
        .err()
        .printf(
            Locale.ROOT,
            "%s: %s, %.1f MB, read and added up in %.2f s%n",
            DisplayName.printable(name(group)),
            gram,
            gram.bytes() / 1e6,
            (System.nanoTime() - start) / 1e9);
  }
}
