package org.spanmatch.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.report.Both;
import org.spanmatch.cli.report.Csv;
import org.spanmatch.cli.report.DistancesResult;
import org.spanmatch.data.LayerPair;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/** {@code spanmatch distances}: every neuron's distance to the span of the other group. */
final class DistancesCommand implements Command {
  @Override
  public String name() {
    return "distances";
  }

  @Override
  public String summary() {
    return "every neuron's relative distance to the span of the other network's layer";
  }

  @Override
  public String arguments() {
    return "A B";
  }

  @Override
  public List<Option> options() {
    return List.of(
        CommonOptions.LAYERS,
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
        A distance is the sine of the angle between the neuron's activation vector and the span of
        all neurons of the same layer in the other network: 0 inside the span, 1 orthogonal to it.
        Each comes with a bound on its numerical error. Dead neurons have no distance.

        Prints CSV, or JSON with --json -. The columns of the CSV are layer, network (x is A, y is
        B), neuron, distance, error_bound and dead.

        Examples:
          spanmatch distances seed0.npz seed1.npz > distances.csv
          spanmatch distances seed0.npz seed1.npz --layers classifier.1 --json distances.json
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    Settings settings = Settings.of(arguments);
    Input input = Input.open(arguments);
    JsonTarget json = JsonTarget.of(arguments);
    if (!settings.quiet()) {
      input.noteSkipped(console);
    }
    DistancesResult result = compute(input, settings, console);
    if (arguments.has(CommonOptions.JSON)) {
      json.write(result, console.out());
    } else {
      Csv.writeDistances(result, console.out());
    }
  }

  private static DistancesResult compute(Input input, Settings settings, Console console) {
    try (ProjectionKernel kernel = settings.openKernel();
        ProgressLine progress =
            new ProgressLine(
                console, settings.quiet(), "distances", input.weights(), List.of("compress"))) {
      List<DistancesResult.Layer> layers = new ArrayList<>();
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
                    new DistancesResult.Layer(
                        pair.name(),
                        table.samples(),
                        table.precision(),
                        new Both<>(side(table, Group.X), side(table, Group.Y))),
                layer -> PreciseLayer.anyInDoubt(layer.errorBounds())));
      }
      return new DistancesResult(
          Version.TEXT,
          kernel.info(),
          input.x().toString(),
          input.y().toString(),
          List.copyOf(layers));
    }
  }

  private static DistancesResult.Side side(ProjectionTable table, Group group) {
    return DistancesResult.Side.of(table.distances(group), table.neurons(group));
  }
}
