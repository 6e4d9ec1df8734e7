package org.spanmatch.cli.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.Option;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.OutputFile;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.Footer;
import org.spanmatch.cli.terminal.ProgressLine;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.PerGroup;
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
        compare. --pairs all adds up all pairs of layers of A and B that have the same samples, for
        numpy and the library; it reads the activations once, and takes memory for all these pairs
        at once.

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
    List<GramGroup> groups;
    Kernels.Search search = Kernels.search(computing.backend());
    try {
      groups = groups(options, console);
    } finally {
      search.close();
    }
    List<Gram> grams;
    ProjectionKernel.Info backend;
    try (ProjectionKernel kernel = Backends.open(computing, console)) {
      OutputFile.check(options.out());
      grams = addUp(groups, kernel, options, console);
      backend = kernel.info();
    }
    int layers = groups.stream().mapToInt(group -> group.x().size()).sum();
    GramOutput.printPairs(grams, console.out());
    if (!computing.quiet()) {
      Footer.print(backend, layers, start, console.out());
    }
    GramOutput.write(grams, options.out(), console.out());
  }

  /** Refuses to write over activations, which a sum could not bring back. */
  private static void requireApart(Path out, Path input) throws IOException {
    boolean same =
        Files.exists(out)
            && Files.exists(input)
            && (Files.isSameFile(out, input)
                || (Files.isDirectory(input)
                    && Files.isSameFile(out.toAbsolutePath().getParent(), input)));
    if (same) {
      throw new UsageException("--out: expected a file apart from the activations, found " + out);
    }
  }

  private static List<GramGroup> groups(GramCommandOptions options, Console console) {
    boolean quiet = options.computing().quiet();
    if (!options.pairsAll()) {
      var input = Input.ofActivations(options.input());
      if (!quiet) {
        input.noteSkipped(console);
      }
      return input.pairs().stream().map(GramGroup::of).toList();
    }
    ActivationFiles stored = ActivationFiles.open(options.input());
    options.input().layers().requireEachFound(stored.names());
    Optional<MaskChoice> mask = MaskChoice.open(stored, options.input());
    Optional<Layers.Pooling> pool = options.input().pool();
    ActivationFiles files = pool.map(pooling -> stored.pooled(pooling, mask)).orElse(stored);
    LayerArrays.Filter selected = MaskChoice.withoutMasks(options.input().layers(), mask);
    PerGroup<LayerArrays> arrays =
        PerGroup.of(LayerArrays.of(files.x(), selected), LayerArrays.of(files.y(), selected));
    List<GramGroup> groups =
        GramGroup.all(arrays, options.input(), pool.isPresent() ? Optional.empty() : mask);
    if (groups.isEmpty()) {
      Input.requireLayers(arrays.x());
      Input.requireLayers(arrays.y());
      throw new ActivationsException(
          "no layer of "
              + files.x().path()
              + " has the same samples as one of "
              + files.y().path());
    }
    if (!quiet) {
      mask.ifPresent(choice -> choice.note(console));
      noteSkipped(arrays, groups, console);
    }
    return groups;
  }

  /** Prints which layers have no partner. */
  private static void noteSkipped(
      PerGroup<LayerArrays> files, List<GramGroup> groups, Console console) {
    Set<String> left = new LinkedHashSet<>();
    files.x().arrays().forEach(array -> left.add(array.name()));
    files.y().arrays().forEach(array -> left.add(array.name()));
    groups.forEach(group -> group.layers().stream().map(Layer::name).forEach(left::remove));
    if (!left.isEmpty()) {
      console
          .err()
          .println(
              "note: skipped, no layer of the other file has the same samples: "
                  + DisplayName.list(left));
    }
    Input.note(files.x().leftOut(), console);
    Input.note(files.y().leftOut(), console);
  }

  private static List<Gram> addUp(
      List<GramGroup> groups,
      ProjectionKernel kernel,
      GramCommandOptions options,
      Console console) {
    ComputingOptions computing = options.computing();
    boolean shown = !computing.quiet() && !computing.verbose();
    String x = options.input().files().get(0).toString();
    String y = options.input().files().get(1).toString();
    List<Long> weights = groups.stream().map(GramGroup::weight).toList();
    List<Gram> grams = new ArrayList<>();
    List<List<Layer>> steps = groups.stream().map(GramGroup::layers).toList();
    try (ProgressLine progress =
            new ProgressLine(console, shown, "gram", weights, List.of("compress"));
        Layers.Ahead ahead = Layers.ahead(steps, computing.kernel().threads())) {
      GramOptions how =
          new GramOptions(
              computing.deadThreshold(), options.precision(), true, computing.centred(), progress);
      double kept = 0;
      for (int i = 0; i < groups.size(); i++) {
        GramGroup group = groups.get(i).with(ahead.steps().get(i));
        progress.startLayer(group.name());
        long start = System.nanoTime();
        group.makeRoom(kept);
        Gram gram = group.addUp(kernel, how, x, y);
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

  private static void say(GramGroup group, Gram gram, long start, Console console) {
    console
        .err()
        .printf(
            Locale.ROOT,
            "%s: %s, %.1f MB, read and added up in %.2f s%n",
            DisplayName.printable(group.name()),
            gram,
            gram.bytes() / 1e6,
            (System.nanoTime() - start) / 1e9);
  }
}
