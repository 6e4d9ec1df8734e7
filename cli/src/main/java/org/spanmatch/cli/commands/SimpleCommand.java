package org.spanmatch.cli.commands;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.Footer;
import org.spanmatch.cli.terminal.Interruption;
import org.spanmatch.report.SimpleReport;
import org.spanmatch.report.results.SimpleResult;

/** {@code spanmatch simple}: the finest groups of neurons that two networks share. */
public final class SimpleCommand implements Command {
  @Override
  public String name() {
    return "simple";
  }

  @Override
  public String summary() {
    return "the simple matches of every layer: the finest groups of neurons that are shared";
  }

  @Override
  public String arguments() {
    return "A B";
  }

  @Override
  public List<Option> options() {
    return SimpleOptions.definitions();
  }

  @Override
  public String details() {
    return """
        A match is simple if it is not the union of smaller ones. Each is minimal for some neuron
        v: no smaller match contains v. For every neuron of the maximum match one minimal match is
        found or, with --exhaustive, all of them, which may take exponential time.

        Shows how many simple matches there are of each size, and the smallest. The JSON holds them
        all, with the neurons that each is minimal for, and those that have no other.

        At Ctrl-C or the time limit what was found by then is written, marked as incomplete. Of a
        neuron that does not exist, is dead, or is not in the maximum match, the result says so.

        One Gram file, as 'spanmatch gram' writes it, may stand in the place of A and B.

        Examples:
          spanmatch simple seed0.npz seed1.npz --layers classifier.4 --epsilon 0.5
          spanmatch simple seed0.npz seed1.npz --neuron x:12,y:7 --json -
          spanmatch simple seed0.npz seed1.npz --exhaustive --limit 100 --time-limit 10m --out result
          spanmatch simple seed0.npz seed1.npz --order random --seed 5
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    long start = System.nanoTime();
    SimpleOptions options = SimpleOptions.of(arguments);
    Optional<Long> limit = options.timeLimit().map(Duration::toNanos);
    Optional<ResultFolder> folder = options.out();
    JsonTarget json = options.json();
    try (Interruption interruption = Interruption.start()) {
      BooleanSupplier stopped =
          () ->
              interruption.requested()
                  || (limit.isPresent() && System.nanoTime() - start >= limit.get());
      SimpleRun run =
          new SimpleRun(
              options,
              Math.min(
                  options.comparing().computing().kernel().threads(),
                  Runtime.getRuntime().availableProcessors()),
              stopped);
      SimpleResult result;
      try (Comparison comparison = Comparison.open(options.comparing(), console)) {
        folder.ifPresent(target -> target.check(SimpleReport.FILES));
        folder.ifPresent(target -> target.noteMissingFigures(console.err()));
        json.check();
        result = run.of(comparison);
      }
      if (!json.isStandardOutput()) {
        SimpleReport.print(result, console.out());
        if (!options.comparing().computing().quiet()) {
          Footer.print(result.backend(), result.layers().size(), start, console.out());
        }
      }
      if (!options.comparing().computing().quiet()) {
        SimpleReport.printNotes(result, console.err());
      }
      // First what others may read, as drawing takes a moment.
      json.write(result, console.out());
      if (folder.isPresent()) {
        SimpleReport.write(result, folder.get());
        if (!json.isStandardOutput()) {
          console.out().println(folder.get().holds("figures"));
        }
      }
    }
  }
}
