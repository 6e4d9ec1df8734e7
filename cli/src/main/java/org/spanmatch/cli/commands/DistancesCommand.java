package org.spanmatch.cli.commands;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.Version;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.Question;
import org.spanmatch.compare.Warning;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.report.Csv;
import org.spanmatch.report.WarningNotes;
import org.spanmatch.report.results.DistancesResult;
import org.spanmatch.report.results.SplitResult;
import org.spanmatch.similarity.HeldOut;
import org.spanmatch.similarity.Parts;
import org.spanmatch.similarity.Split;

/** {@code spanmatch distances}: every neuron's distance to the span of the other group. */
public final class DistancesCommand implements Command {
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
    return DistancesOptions.definitions();
  }

  @Override
  public String details() {
    return """
        A distance is the sine of the angle between the neuron's activation vector and the span of
        all neurons of the same layer in the other network: 0 inside the span, 1 orthogonal to it.
        Each comes with a bound on its numerical error. Dead neurons have no distance. Every neuron,
        dead or not, has the Euclidean norm of its activation vector and the mean of its activations.

        Prints CSV, or JSON with --json -. The columns of the CSV are layer, network (x is A, y is
        B), neuron, distance, error_bound, dead, norm, mean, storage_error (how far the rounding of
        stored activations may move the distance), gcv_distance (what to expect on other samples;
        it may exceed 1) and warnings. With --folds or --held-out, held_out_distance comes before
        these: the distance on samples to a span that was fitted to others. It may exceed 1, too.

        One Gram file, as 'spanmatch gram' writes it, may stand in the place of A and B.

        Examples:
          spanmatch distances seed0.npz seed1.npz > distances.csv
          spanmatch distances seed0.npz seed1.npz --layers classifier.1 --json distances.json
          spanmatch distances seed0.npz seed1.npz --folds 5 > held-out.csv
          spanmatch distances seed0.npz seed1.npz --held-out 0.2 --seed 7
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    DistancesOptions options = DistancesOptions.of(arguments);
    JsonTarget json = options.json();
    DistancesResult result;
    try (Comparison comparison = Comparison.open(options.comparing(), console)) {
      json.check();
      options.split().ifPresent(comparison::requireDivisible);
      Sides sides =
          new Sides(options.split(), comparison.options().kernel().threads(), Optional.empty());
      result =
          new DistancesResult(
              Version.TEXT,
              comparison.backend(),
              comparison.input().x(),
              comparison.input().y(),
              comparison.options().centred(),
              comparison.answers("distances", sides.steps(), sides),
              comparison.input().leftOut(),
              options.split().map(SplitResult::of).orElse(null),
              comparison.input().pool());
    }
    if (!options.comparing().computing().quiet()) {
      WarningNotes.printCentred(result.centred(), console.err());
      result
          .layers()
          .forEach(layer -> WarningNotes.print(layer.name(), layer.warnings(), console.err()));
    }
    if (json.isGiven()) {
      json.write(result, console.out());
    } else {
      Csv.writeDistances(result, console.out());
    }
  }

  /**
   * Asks for the distances of both networks' neurons.
   *
   * @param split how to divide examples; empty for not at all, and once it is done
   * @param threads how many threads may compute
   * @param heldOut the distances on held-out samples of the layer that is added up
   */
  private record Sides(Optional<Split> split, int threads, Optional<HeldOut> heldOut)
      implements Question<DistancesResult.Layer> {
    List<String> steps() {
      return split.isPresent()
          ? List.of("compress", HeldOut.STEP, "distances")
          : List.of("compress", "distances");
    }

    @Override
    public boolean looksAtGram() {
      return split.isPresent();
    }

    @Override
    public Question<DistancesResult.Layer> lookingAt(
        LayerPair.OfGram added, LayerComparison.Steps steps) {
      Parts parts = added.parts().orElseThrow();
      HeldOut found =
          steps.run(HeldOut.STEP, () -> HeldOut.ofAll(parts, threads, steps.progress()));
      return new Sides(Optional.empty(), threads, Optional.of(found));
    }

    @Override
    public DistancesResult.Layer answer(
        String layer, ProjectionTable table, LayerComparison.Steps steps) {
      PerGroup<Distances> full = steps.run("distances", () -> PerGroup.from(table::distances));
      return new DistancesResult.Layer(
          layer,
          table.samples(),
          steps.layers().masked(),
          Warning.of(table, full),
          table.precision(),
          PerGroup.from(group -> DistancesResult.Side.of(table, group, full.get(group), heldOut)));
    }

    @Override
    public boolean inDoubt(DistancesResult.Layer layer) {
      return Question.anyInDoubt(layer.errorBounds());
    }

    @Override
    public DistancesResult.Layer better(
        DistancesResult.Layer standard, DistancesResult.Layer precise) {
      return precise.sharpened(standard);
    }
  }
}
