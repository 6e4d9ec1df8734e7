package org.spanmatch.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.report.SpectrumResult;
import org.spanmatch.cli.report.TextTable;
import org.spanmatch.data.LayerPair;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.match.MatchSpectrum;

/** {@code spanmatch spectrum}: the maximum match at every ε at once. */
final class SpectrumCommand implements Command {
  private static final int[] PERCENTAGES = {10, 25, 50, 75, 100};

  @Override
  public String name() {
    return "spectrum";
  }

  @Override
  public String summary() {
    return "the ε at which each neuron begins to match, and at which shares of a layer match";
  }

  @Override
  public String arguments() {
    return "A B";
  }

  @Override
  public List<Option> options() {
    return List.of(
        CommonOptions.LAYERS,
        CommonOptions.MIN_SIZE,
        CommonOptions.BACKEND,
        CommonOptions.LAYOUT,
        CommonOptions.SAMPLES,
        CommonOptions.DEAD_THRESHOLD,
        CommonOptions.THREADS,
        CommonOptions.PRECISION,
        CommonOptions.JSON,
        CommonOptions.QUIET);
  }

  @Override
  public String details() {
    return """
        The match level of a neuron is the smallest ε at which it is in the maximum match; it is in
        the maximum match for every ε from there on. The table shows for each layer the ε at which
        10, 25, 50, 75 and 100 % of the neurons of both networks match, or - where dead neurons
        prevent it. The JSON holds the level of every neuron, with a bound on its error.

        Examples:
          spanmatch spectrum seed0.npz seed1.npz
          spanmatch spectrum seed0.npz seed1.npz --layers classifier.4 --min-size 5
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    long start = System.nanoTime();
    Settings settings = Settings.of(arguments);
    OptionalInt minSize = arguments.minSize();
    Input input = Input.open(arguments);
    SpectrumResult result;
    JsonTarget json;
    try (ProjectionKernel kernel = settings.openKernel()) {
      json = JsonTarget.of(arguments);
      if (!settings.quiet()) {
        input.noteSkipped(console);
      }
      result = compute(input, kernel, settings, console);
    }
    if (!json.isStandardOutput()) {
      printTable(result, minSize, console.out());
      Footer.print(result.backend(), result.layers().size(), start, console.out());
    }
    json.write(result, console.out());
  }

  private static SpectrumResult compute(
      Input input, ProjectionKernel kernel, Settings settings, Console console) {
    try (ProgressLine progress =
        new ProgressLine(
            console,
            settings.quiet(),
            "spectrum",
            input.weights(),
            List.of("compress", "spectrum"))) {
      List<SpectrumResult.Layer> layers = new ArrayList<>();
      for (LayerPair pair : input.pairs()) {
        progress.startLayer(pair.name());
        layers.add(
            PreciseLayer.answer(
                pair.x(),
                pair.y(),
                kernel,
                settings,
                progress,
                table ->
                    SpectrumResult.Layer.of(pair.name(), table, MatchSpectrum.of(table, progress)),
                layer -> PreciseLayer.anyInDoubt(layer.levelErrors())));
      }
      return new SpectrumResult(
          Version.TEXT,
          kernel.info(),
          input.x().toString(),
          input.y().toString(),
          List.copyOf(layers),
          input.skipped());
    }
  }

  private static void printTable(SpectrumResult result, OptionalInt minSize, PrintStream out) {
    List<String> heads = new ArrayList<>(List.of("layer", "neurons", "dead", "samples"));
    for (int percentage : PERCENTAGES) {
      heads.add(percentage + " %");
    }
    minSize.ifPresent(size -> heads.add(size + "+" + size));
    TextTable table = new TextTable(heads);
    for (SpectrumResult.Layer layer : result.layers()) {
      List<String> cells = new ArrayList<>();
      cells.add(layer.name());
      cells.add(layer.neurons().x() + "/" + layer.neurons().y());
      cells.add(layer.dead().x().size() + "/" + layer.dead().y().size());
      cells.add(Long.toString(layer.samples()));
      int neurons = layer.neurons().x() + layer.neurons().y();
      for (int percentage : PERCENTAGES) {
        int size = Math.max(1, (int) Math.ceil(neurons * (percentage / 100.0)));
        cells.add(number(layer.spectrum().epsilonFor(size)));
      }
      minSize.ifPresent(size -> cells.add(number(layer.spectrum().epsilonForEach(size))));
      table.add(cells);
    }
    table.print(out);
  }

  private static String number(OptionalDouble epsilon) {
    return epsilon.isPresent() ? String.format(Locale.ROOT, "%.4f", epsilon.getAsDouble()) : "-";
  }
}
