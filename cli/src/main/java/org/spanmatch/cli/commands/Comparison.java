package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.ProgressLine;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerComparison.StoppedException;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.Question;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.similarity.Split;

/**
 * Two networks, layer by layer, and what compares them.
 *
 * @param input the layers
 * @param options how to compute
 * @param kernel computes; closed with this
 * @param ahead the layers, read ahead; closed with this
 * @param console where progress and notes go
 */
record Comparison(
    Input<?> input,
    ComputingOptions options,
    ProjectionKernel kernel,
    LayerPair.Ahead ahead,
    Console console)
    implements AutoCloseable {
  /** Opens the files and the backend that the options name. */
  static Comparison open(ComparingOptions options, Console console) {
    ComputingOptions computing = options.computing();
    Kernels.Search search = Kernels.search(computing.backend());
    try {
      return open(Input.open(options.input()), computing, console);
    } finally {
      search.close();
    }
  }

  private static Comparison open(Input<?> input, ComputingOptions computing, Console console) {
    boolean wantsHigh = computing.precision().filter(Precision.HIGH::equals).isPresent();
    if (wantsHigh && !input.pairs().stream().allMatch(pair -> pair.offers(Precision.HIGH))) {
      throw new UsageException(
          "--precision high can't be had from a Gram file of standard precision; add the"
              + " activations up with it");
    }
    ProjectionKernel kernel = Backends.open(computing, console);
    if (!wantsHigh) {
      input
          .pairs()
          .forEach(pair -> kernel.expect(pair.neurons().x(), pair.neurons().y(), pair.samples()));
    }
    int threads = computing.kernel().threads();
    return new Comparison(
        input, computing, kernel, LayerPair.ahead(input.pairs(), threads), console);
  }

  /**
   * Checks that the examples of every layer can be divided.
   *
   * @throws org.spanmatch.activations.ActivationsException if there are too few of one
   */
  void requireDivisible(Split split) {
    for (LayerPair pair : input.pairs()) {
      if (pair instanceof LayerPair.OfActivations activations) {
        activations.requireDivisible(split);
      }
    }
  }

  /** What computes. */
  ProjectionKernel.Info backend() {
    return kernel.info();
  }

  /**
   * Asks a question of every layer, one after the other, and notes which layers are left out.
   *
   * @param task what it is about, for the progress line
   * @param steps what is done for each layer
   */
  <T> List<T> answers(String task, List<String> steps, Question<T> question) {
    return answers(task, steps, layer -> question);
  }

  /**
   * Asks each layer a different question.
   *
   * @param questions the question of a layer by its number, from 0
   */
  <T> List<T> answers(String task, List<String> steps, IntFunction<Question<T>> questions) {
    return answers(task, steps, questions, () -> false);
  }

  /**
   * Asks a question of layers whose examples are in another order, in the place of those of the
   * input. Nothing is noted.
   */
  <T> List<T> shuffled(List<? extends LayerPair> pairs, Question<T> question) {
    return answers(
        "chance",
        List.of("compress", "spectrum"),
        pairs,
        layer -> question,
        Optional.of(Precision.STANDARD),
        () -> false,
        new ArrayList<>());
  }

  /**
   * Asks a question of every layer, with an end on demand.
   *
   * @param stopped whether to leave out the layers that have not been compressed yet; what becomes
   *     of a search is for the question
   */
  <T> List<T> answers(
      String task, List<String> steps, Question<T> question, BooleanSupplier stopped) {
    return answers(task, steps, layer -> question, stopped);
  }

  private <T> List<T> answers(
      String task,
      List<String> steps,
      IntFunction<Question<T>> questions,
      BooleanSupplier stopped) {
    if (!options.quiet()) {
      input.noteSkipped(console);
    }
    List<String> inDoubt = new ArrayList<>();
    List<T> answers =
        answers(task, steps, ahead.pairs(), questions, options.precision(), stopped, inDoubt);
    if (!options.quiet()) {
      noteInDoubt(inDoubt);
    }
    return answers;
  }

  private <T> List<T> answers(
      String task,
      List<String> steps,
      List<? extends LayerPair> pairs,
      IntFunction<Question<T>> questions,
      Optional<Precision> precision,
      BooleanSupplier stopped,
      List<String> inDoubt) {
    boolean shown = !options.quiet() && !options.verbose();
    List<T> answers = new ArrayList<>();
    try (ProgressLine progress = new ProgressLine(console, shown, task, input.weights(), steps)) {
      LayerComparison.Options how =
          new LayerComparison.Options(
              options.deadThreshold(),
              precision,
              options.centred(),
              new Monitor(progress, stopped, inDoubt));
      for (LayerPair pair : pairs) {
        progress.startLayer(pair.name());
        LayerComparison layer = new LayerComparison(pair, kernel, how);
        answers.add(layer.answer(questions.apply(answers.size())));
        say(pair, layer.steps().toString());
      }
      progress.finish();
    } catch (StoppedException e) {
      // What was found by then is the result.
    }
    return List.copyOf(answers);
  }

  private void noteInDoubt(List<String> layers) {
    for (String layer : layers) {
      console
          .err()
          .println(
              "note: layer '"
                  + DisplayName.printable(layer)
                  + "': high precision may change the result, but the Gram file is of standard"
                  + " precision; 'spanmatch gram --precision high' makes one that has it");
    }
  }

  /** Prints a line about a layer where the user wants to know it all. */
  private void say(LayerPair pair, String text) {
    if (options.verbose()) {
      console.err().println("layer '" + DisplayName.printable(pair.name()) + "': " + text);
    }
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%,.0f MB", Math.ceil(bytes / 1e6));
  }

  @Override
  public void close() {
    ahead.close();
    kernel.close();
  }

  /** Shows how far a layer has come, and what it takes. */
  private final class Monitor implements LayerComparison.Monitor {
    private final Progress progress;
    private final BooleanSupplier stopped;
    private final List<String> inDoubt;

    Monitor(Progress progress, BooleanSupplier stopped, List<String> inDoubt) {
      this.progress = progress;
      this.stopped = stopped;
      this.inDoubt = inDoubt;
    }

    @Override
    public void update(String step, long done, long total) {
      progress.update(step, done, total);
    }

    @Override
    public void compressing(LayerPair pair, Precision precision, long heapBytes) {
      say(
          pair,
          String.format(
              Locale.ROOT,
              "%d + %d neurons, %d samples: about %s of Java heap of %s (precision %s)",
              pair.neurons().x(),
              pair.neurons().y(),
              pair.samples(),
              megabytes(heapBytes),
              megabytes(Runtime.getRuntime().maxMemory()),
              precision));
    }

    @Override
    public void leftInDoubt(LayerPair pair) {
      inDoubt.add(pair.name());
    }

    @Override
    public boolean isStopped() {
      return stopped.getAsBoolean();
    }
  }
}
