package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A target for a coverage-guided fuzzer: the lines of a text are the words of a command line, which
 * may be refused as wrong usage, and in no other way.
 */
public final class ArgumentFuzzing {
  private static final List<Consumer<Arguments>> QUESTIONS =
      List.of(
          Arguments::backend,
          Arguments::backends,
          Arguments::checkLimit,
          Arguments::deadThreshold,
          Arguments::device,
          arguments -> arguments.epsilon(0.3),
          Arguments::epsilons,
          Arguments::layouts,
          Arguments::level,
          Arguments::limit,
          Arguments::minSize,
          Arguments::neurons,
          Arguments::order,
          arguments -> arguments.path(CommonOptions.OUT),
          arguments -> arguments.paths(0, 2),
          Arguments::precision,
          Arguments::samples,
          Arguments::seed,
          Arguments::spectrum,
          Arguments::threads,
          Arguments::timeLimit,
          ArgumentFuzzing::selectLayers);

  private ArgumentFuzzing() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] data) {
    List<String> words = new String(data, StandardCharsets.UTF_8).lines().limit(32).toList();
    for (Command command :
        List.of(new MatchCommand(), new SimpleCommand(), new SpectrumCommand())) {
      refusable(() -> ask(Arguments.parse(command.allOptions(), words)));
    }
    refusable(
        () -> ask(Arguments.parse(List.of(CommonOptions.BACKENDS, CommonOptions.LEVEL), words)));
  }

  private static void ask(Arguments arguments) {
    for (Consumer<Arguments> question : QUESTIONS) {
      refusable(() -> question.accept(arguments));
    }
  }

  private static void selectLayers(Arguments arguments) {
    LayerSelection selection = arguments.layers();
    List<String> names = new ArrayList<>(arguments.words());
    names.add("a".repeat(200));
    names.forEach(selection::test);
    assertTrue(new LayerSelection(List.of("*")).test(names.get(0)));
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
