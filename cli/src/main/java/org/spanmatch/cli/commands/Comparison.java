package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.cli.commands.FailedPairs.Forgiven;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.ProgressLine;
import org.spanmatch.compare.LayerComparison;
import org.spanmatch.compare.LayerComparison.StoppedException;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.PairPlan;
import org.spanmatch.compare.Question;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.report.results.FailedPair;
import org.spanmatch.report.results.MissingPairs;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.similarity.Split;

/**
 * Two networks, layer by layer, and what compares them.
 *
 * @param input the layers
 * @param options how to compute
 * @param kernel computes; closed with this
 * @param failed the pairs that could not be compared so far
 * @param console where progress and notes go
 */
record Comparison(
    Input<?> input,
    ComputingOptions options,
    ProjectionKernel kernel,
    FailedPairs failed,
    Console console)
    implements AutoCloseable {
  /** Opens the files and the backend that the options name; a layer that fails ends the run. */
  static Comparison open(ComparingOptions options, Console console) {
    return open(options, Forgiven.NOTHING, console);
  }

  /** Opens them so that layers of equal names that fail leave the others to be compared. */
  static Comparison openForgiving(ComparingOptions options, Console console) {
    return open(options, Forgiven.BAD_LAYERS, console);
  }

  private static Comparison open(ComparingOptions options, Forgiven sameName, Console console) {
    Kernels.Search search = Kernels.search(options.computing().backend());
    try {
      return open(
          Input.open(options.input(), sameName != Forgiven.NOTHING), options, sameName, console);
    } finally {
      search.close();
    }
  }

  /** Opens the backend for layers of more than two networks. */
  static Comparison open(ManyInput networks, ComparingOptions options, Console console) {
    return open(networks.all(), options, Forgiven.BAD_LAYERS, console);
  }

  private static Comparison open(
      Input<?> input, ComparingOptions options, Forgiven sameName, Console console) {
    ComputingOptions computing = options.computing();
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
    FailedPairs failed =
        new FailedPairs(
            options.input().pairs().isSame() ? sameName : Forgiven.BAD_LAYERS_AND_LARGE_PAIRS,
            input.failed());
    return new Comparison(input, computing, kernel, failed, console);
  }

  /**
   * Checks that the examples of every layer can be divided, or of some layer where others may fail.
   *
   * @throws org.spanmatch.activations.ActivationsException if there are too few of one
   */
  void requireDivisible(Split split) {
    if (isByCombination()) {
      return;
    }
    Optional<ActivationsException> first = Optional.empty();
    for (LayerPair pair : input.pairs()) {
      if (pair instanceof LayerPair.OfActivations activations) {
        try {
          requireDivisible(activations, split);
          if (failed.forgiving()) {
            return;
          }
        } catch (ActivationsException e) {
          if (!failed.forgiving()) {
            throw e;
          }
          first = first.or(() -> Optional.of(e));
        }
      }
    }
    if (first.isPresent()) {
      throw first.get();
    }
  }

  private static void requireDivisible(LayerPair.OfActivations pair, Split split) {
    try {
      pair.requireDivisible(split);
    } catch (ActivationsException e) {
      String option =
          split.folds() > 0
              ? "--folds " + split.folds()
              : split.holdsOut() ? "--held-out" : "--confidence";
      throw new ActivationsException(e.getMessage() + ", too few for " + option, e);
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
    return answers(task, steps, questions, () -> false).found();
  }

  /** Asks each layer a different question; a pair that could not be compared has null. */
  <T> List<T> answersOrNull(String task, List<String> steps, IntFunction<Question<T>> questions) {
    return answers(task, steps, questions, () -> false).all();
  }

  /**
   * Asks a question of layers whose examples are in another order, in the place of those of the
   * input. Nothing is noted; a pair without an answer has null.
   */
  <T> List<T> shuffled(List<? extends LayerPair> pairs, Question<T> question) {
    FailedPairs failedToo = new FailedPairs(failed.forgiven(), List.of());
    return answers(
            "chance",
            List.of("compress", "spectrum"),
            PairPlan.of(
                    pairs,
                    kernel,
                    how(Optional.of(Precision.STANDARD), LayerComparison.Monitor.NONE),
                    question)
                .groups(),
            layer -> question,
            Optional.of(Precision.STANDARD),
            () -> false,
            failedToo,
            new ArrayList<>())
        .all();
  }

  /**
   * Asks a question of every layer, with an end on demand.
   *
   * @param stopped whether to leave out the layers that have not been compressed yet; what becomes
   *     of a search is for the question
   */
  <T> List<T> answers(
      String task, List<String> steps, Question<T> question, BooleanSupplier stopped) {
    return answers(task, steps, layer -> question, stopped).found();
  }

  private <T> PairAnswers<T> answers(
      String task,
      List<String> steps,
      IntFunction<Question<T>> questions,
      BooleanSupplier stopped) {
    if (!options.quiet()) {
      input.noteSkipped(console);
    }
    List<String> inDoubt = new ArrayList<>();
    PairPlan plan =
        PairPlan.of(
            input.pairs(),
            kernel,
            how(options.precision(), LayerComparison.Monitor.NONE),
            questions.apply(0));
    sayPlan(plan);
    PairAnswers<T> answers;
    try (PairPlan.Ahead ahead = plan.ahead(options.kernel().threads())) {
      answers =
          answers(
              task,
              steps,
              ahead.groups(),
              questions,
              options.precision(),
              stopped,
              failed,
              inDoubt);
    }
    if (!options.quiet()) {
      noteInDoubt(inDoubt);
      if (isByCombination() || !answers.found().isEmpty()) {
        failed.note(console);
      }
    }
    failed.requireSome(answers.found());
    return answers;
  }

  private LayerComparison.Options how(
      Optional<Precision> precision, LayerComparison.Monitor monitor) {
    return new LayerComparison.Options(
        options.deadThreshold(), precision, options.centred(), monitor);
  }

  private <T> PairAnswers<T> answers(
      String task,
      List<String> steps,
      List<PairPlan.Group> groups,
      IntFunction<Question<T>> questions,
      Optional<Precision> precision,
      BooleanSupplier stopped,
      FailedPairs failures,
      List<String> inDoubt) {
    boolean shown = !options.quiet() && !options.verbose();
    try (ProgressLine progress = new ProgressLine(console, shown, task, weights(groups), steps)) {
      PairAnswers<T> answers =
          new PairAnswers<>(
              input.pairs().size(),
              kernel,
              how(precision, new Monitor(progress, stopped, inDoubt)),
              questions,
              failures,
              new Work(progress));
      try {
        groups.forEach(answers::ask);
        progress.finish();
      } catch (StoppedException e) {
        // What was found by then is the result.
      }
      return answers;
    }
  }

  /**
   * The work of each step of a plan, for the progress line: samples × neurons² for layers that are
   * added up, neurons³ for pairs of these.
   */
  private static List<Long> weights(List<PairPlan.Group> groups) {
    List<Long> weights = new ArrayList<>();
    for (PairPlan.Group group : groups) {
      long samples = group.members().get(0).pair().samples();
      if (!group.isSingle()) {
        weights.add(
            weight((double) samples, group.layers().stream().mapToDouble(Layer::neurons).sum()));
      }
      for (PairPlan.Member member : group.members()) {
        double neurons = 1.0 + member.pair().neurons().x() + member.pair().neurons().y();
        weights.add(weight(group.isSingle() ? (double) samples : neurons, neurons));
      }
    }
    return weights;
  }

  private static long weight(double samples, double neurons) {
    return Math.max(1, Math.round(samples * neurons * neurons / 1e6));
  }

  /** Whether layers are paired otherwise than by equal names. */
  private boolean isByCombination() {
    return failed.forgiven() == Forgiven.BAD_LAYERS_AND_LARGE_PAIRS;
  }

  /** Says which layers are read together, where pairs may share layers. */
  private void sayPlan(PairPlan plan) {
    if (!options.verbose() || !isByCombination()) {
      return;
    }
    console
        .err()
        .println(
            "plan: "
                + input.pairs().size()
                + " pairs in "
                + plan.passes()
                + (plan.passes() == 1 ? " pass" : " passes"));
    for (PairPlan.Group group : plan.groups()) {
      if (!group.isSingle()) {
        console
            .err()
            .println(
                "pass over "
                    + described(group)
                    + ": about "
                    + megabytes(group.heapBytes())
                    + " of Java heap of "
                    + megabytes(Runtime.getRuntime().maxMemory()));
      }
    }
  }

  private static String described(PairPlan.Group group) {
    return group.layers().size() + " layers for " + group.members().size() + " pairs";
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
    kernel.close();
  }

  /** What the results lack. */
  MissingPairs missing() {
    return new MissingPairs(
        input.unpaired(),
        input.mismatched().stream()
            .map(two -> new FailedPair(two.layers().x(), two.layers().y(), two.reason()))
            .toList(),
        failed.results());
  }

  /** Shows what is worked on. */
  private final class Work implements PairAnswers.Observer {
    private final ProgressLine progress;

    Work(ProgressLine progress) {
      this.progress = progress;
    }

    @Override
    public void adding(PairPlan.Group group) {
      progress.startLayer(described(group));
    }

    @Override
    public void comparing(LayerPair pair) {
      progress.startLayer(pair.name());
    }

    @Override
    public void compared(LayerPair pair, LayerComparison.Steps steps) {
      say(pair, steps.toString());
    }
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
