package org.spanmatch.cli.commands;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.options.EpsilonOptions;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.options.LayerSelection;
import org.spanmatch.cli.options.UsageException;

/**
 * A target for a coverage-guided fuzzer: the lines of a text are the words of a command line, which
 * may be refused as wrong usage, and in no other way.
 */
public final class ArgumentFuzzing {
  private static final List<Command> COMMANDS =
      List.of(
          new MatchCommand(),
          new SimpleCommand(),
          new SpectrumCommand(),
          new DistancesCommand(),
          new MeasuresCommand(),
          new GramCommand(),
          new MergeCommand(),
          new LayersCommand(),
          new ValidateCommand(List::of),
          new BenchCommand(),
          new DemoCommand(),
          new BundleCommand());

  // Whole commands, and parts that one would not come to after a mistake before them.
  private static final List<Consumer<Arguments>> QUESTIONS =
      List.of(
          MatchOptions::of,
          SimpleOptions::of,
          SpectrumOptions::of,
          DistancesOptions::of,
          MeasuresOptions::of,
          MeasuresOptions::measures,
          GramCommandOptions::of,
          MergeOptions::of,
          LayersOptions::of,
          LayersOptions::requireForGram,
          ValidateOptions::of,
          BenchOptions::of,
          BenchOptions::report,
          DemoOptions::of,
          BundleOptions::of,
          ComputingOptions::of,
          ComputingOptions::kernel,
          ComputingOptions::threads,
          ComputingOptions::deadThreshold,
          arguments -> EpsilonOptions.epsilon(arguments, 0.3),
          arguments -> EpsilonOptions.epsilons(arguments, List.of()),
          InputOptions::of,
          InputOptions::orGram,
          InputOptions::layouts,
          MatchOptions::spectrum,
          SimpleOptions::limit,
          SimpleOptions::neurons,
          SimpleOptions::order,
          ValidateOptions::limit,
          CommonOptions::seed,
          arguments -> arguments.path(CommonOptions.OUT),
          arguments -> arguments.paths(0, 2),
          ArgumentFuzzing::selectLayers);

  private ArgumentFuzzing() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] data) {
    List<String> words = new String(data, StandardCharsets.UTF_8).lines().limit(32).toList();
    for (Command command : COMMANDS) {
      refusable(() -> ask(Arguments.parse(command.allOptions(), words)));
    }
  }

  private static void ask(Arguments arguments) {
    for (Consumer<Arguments> question : QUESTIONS) {
      refusable(() -> question.accept(arguments));
    }
  }

  private static void selectLayers(Arguments arguments) {
    LayerSelection selection =
        arguments.items(InputOptions.LAYERS).map(LayerSelection::new).orElse(LayerSelection.ALL);
    List<String> names = new ArrayList<>(arguments.words());
    names.add("a".repeat(200));
    names.forEach(selection::test);
    assertTrue(LayerSelection.ALL.test(names.get(0)));
    selection.requireEachFound(names);
  }

  private static void refusable(Runnable action) {
    try {
      action.run();
    } catch (UsageException e) {
      assertTrue(!e.getMessage().isBlank());
    }
  }
}
