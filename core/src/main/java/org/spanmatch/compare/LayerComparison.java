package org.spanmatch.compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.HeapMemory;
import org.spanmatch.similarity.Split;

/**
 * Compares one layer of two networks, as precisely as the answer to a question needs.
 *
 * <p>For example, the maximum match at ε = 0.3, found again in high precision if a decision was
 * within its error bound:
 *
 * <pre>{@code
 * Question<Match> question =
 *     new Question<>() {
 *       public Match answer(String layer, ProjectionTable table, LayerComparison.Steps steps) {
 *         return steps.run("match", () -> MaximumMatch.find(table, 0.3).get(0));
 *       }
 *
 *       public boolean inDoubt(Match match) {
 *         return !match.borderlineX().isEmpty() || !match.borderlineY().isEmpty();
 *       }
 *     };
 * try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults())) {
 *   LayerComparison comparison =
 *       new LayerComparison(pair, kernel, LayerComparison.Options.defaults());
 *   Match match = comparison.answer(question);
 *   System.out.println(match.similarity() + " (" + comparison.steps() + ")");
 * }
 * }</pre>
 *
 * <p>For one thread at a time, like the kernel.
 */
public final class LayerComparison {
  private static final String COMPRESS = "compress";

  private final LayerPair layers;
  private final ProjectionKernel kernel;
  private final Options options;
  private final Steps steps;

  /**
   * Prepares a comparison without reading anything.
   *
   * @param layers the layers to compare, as activations or in a Gram matrix
   * @param kernel makes the tables; the caller closes it
   * @param options how to compare
   * @throws GramException if the options ask for a comparison about the means, and what a Gram
   *     matrix holds is not enough for it
   */
  public LayerComparison(LayerPair layers, ProjectionKernel kernel, Options options) {
    this.kernel = Objects.requireNonNull(kernel, "kernel");
    this.options = Objects.requireNonNull(options, "options");
    this.layers = prepared(Objects.requireNonNull(layers, "layers"), options);
    this.steps = new Steps(layers, this::update);
    if (layers instanceof LayerPair.AddedUp pair) {
      steps.add(pair.share());
    }
  }

  /** Centres layers of a Gram matrix at once, since what they then offer may be less precise. */
  private static LayerPair prepared(LayerPair layers, Options options) {
    if (!options.centred() || !(layers instanceof LayerPair.OfGram pair)) {
      return layers;
    }
    LayerPair.OfGram centred = pair.centred();
    Precision wanted = options.precision().orElse(Precision.STANDARD);
    if (pair.offers(wanted) && !centred.offers(wanted)) {
      throw new GramException(
          pair.description()
              + ": about its means it has standard precision, expected high precision; add up again"
              + " with --center");
    }
    return centred;
  }

  /**
   * Answers a question. Unless the options fix the precision, an answer of standard precision that
   * is in doubt is replaced by one of high precision. If that can't be had, or the monitor stops
   * the second run, the first answer is returned.
   *
   * @param <T> the type of the values
   * @param question the question
   * @return the answer
   * @throws org.spanmatch.activations.ActivationsException if the layers can't be compared or read
   * @throws org.spanmatch.gram.GramException if the options ask for high precision and a Gram
   *     matrix is of standard precision
   * @throws NotEnoughMemoryException if the Java heap is too small or runs out
   * @throws StoppedException if the monitor stops the work before there is an answer
   */
  public <T> T answer(Question<T> question) {
    try {
      return precise(question);
    } catch (OutOfMemoryError e) {
      if (!makeRoom(Long.MAX_VALUE)) {
        throw notEnough(e);
      }
    }
    try {
      return precise(question); // without the layers that were read ahead
    } catch (OutOfMemoryError e) {
      throw notEnough(e);
    }
  }

  private NotEnoughMemoryException notEnough(OutOfMemoryError e) {
    return NotEnoughMemoryException.of(layers.description() + ": ", e);
  }

  private boolean makeRoom(long heapBytes) {
    boolean gaveUp = false;
    if (activations().isPresent()) {
      for (Layer layer : List.of(activations().get().x(), activations().get().y())) {
        gaveUp |= layer.makeRoom(heapBytes);
      }
    }
    return gaveUp;
  }

  /** The activations of the layers, if they can be read. */
  private Optional<LayerPair.OfActivations> activations() {
    return layers instanceof LayerPair.AddedUp pair
        ? Optional.of(pair.activations())
        : layers instanceof LayerPair.OfActivations pair ? Optional.of(pair) : Optional.empty();
  }

  /** {@return the steps so far, with the time of each} */
  public Steps steps() {
    return steps;
  }

  private <T> T precise(Question<T> question) {
    boolean isFixed = options.precision().isPresent();
    Precision wanted = options.precision().orElse(question.precision());
    Precision first = isFixed || layers.offers(wanted) ? wanted : Precision.STANDARD;
    Attempt<T> attempt = attempt(question, first);
    T answer = attempt.answer();
    if (isFixed
        || attempt.precision() == Precision.HIGH
        || !(wanted == Precision.HIGH || question.inDoubt(answer))) {
      return answer;
    }
    if (!layers.offers(Precision.HIGH)) {
      options.monitor().leftInDoubt(layers);
      return answer;
    }
    try {
      // What the question has looked up need not be looked up again.
      return question.better(answer, attempt(attempt.question(), Precision.HIGH).answer());
    } catch (StoppedException e) {
      return answer;
    }
  }

  /**
   * An answer, the precision of the table that gave it, and what was asked of the table.
   *
   * @param <T> the type of the answer
   */
  private record Attempt<T>(T answer, Precision precision, Question<T> question) {}

  private <T> Attempt<T> attempt(Question<T> question, Precision precision) {
    GramOptions how = options.adding(question, precision, steps.progress());
    announce(precision, question);
    boolean looks = question.looksAtGram() || options.centred() || isAddedUp();
    Asked<T> asked =
        looks
            ? look(question, how)
            : new Asked<>(
                question,
                steps.run(COMPRESS, () -> steps.timed(layers).table(kernel, how)),
                Optional.empty());
    Attempt<T> attempt = answer(asked);
    return asked.centred().isEmpty()
        ? attempt
        : new Attempt<>(
            asked
                .question()
                .besideUncentred(attempt.answer(), uncentred(question, asked.centred().get())),
            attempt.precision(),
            attempt.question());
  }

  private <T> Attempt<T> answer(Asked<T> asked) {
    try (ProjectionTable table = asked.table()) {
      T answer = asked.question().answer(layers.name(), table, steps);
      table.effort().ifPresent(steps::add);
      return new Attempt<>(answer, table.precision(), asked.question());
    }
  }

  private <T> T uncentred(Question<T> question, LayerPair.OfGram centred) {
    LayerPair.OfGram stored = steps.run(COMPRESS, centred::unshifted);
    return answer(asked(question, stored, false, Optional.empty())).answer();
  }

  /**
   * A table, and what is to be asked of it.
   *
   * @param <T> the type of the answer
   * @param centred the layers, if they are about their means and to be compared with them too
   */
  private record Asked<T>(
      Question<T> question, ProjectionTable table, Optional<LayerPair.OfGram> centred) {}

  /** Apart from {@link #attempt}, so that the Gram matrix can be freed before the answer. */
  private <T> Asked<T> look(Question<T> question, GramOptions how) {
    LayerPair pair = steps.timed(layers);
    Optional<Split> split = question.split();
    LayerPair.OfGram added =
        steps.run(
            COMPRESS,
            () -> {
              LayerPair.OfGram gram =
                  split.isPresent() ? divided(pair, how, split.get()) : pair.gram(kernel, how);
              return options.centred() ? gram.centred() : gram;
            });
    boolean both =
        options.centred() && question.asksUncentred() && LayerWarnings.haveCommonMean(added);
    return asked(question, added, !options.centred(), both ? Optional.of(added) : Optional.empty());
  }

  private <T> Asked<T> asked(
      Question<T> question,
      LayerPair.OfGram added,
      boolean asStored,
      Optional<LayerPair.OfGram> centred) {
    LayerPair.OfGram looked =
        asStored && !question.needsShifts() ? steps.run(COMPRESS, added::unshifted) : added;
    Question<T> next = question.looksAtGram() ? question.lookingAt(looked, steps) : question;
    ProjectionTable table =
        steps.run(
            COMPRESS,
            () -> {
              LayerPair.OfGram pair = asStored ? looked.unshifted() : looked;
              return kernel.table(pair.gram(), pair.x(), pair.y());
            });
    return new Asked<>(next, table, centred);
  }

  private LayerPair.OfGram divided(LayerPair pair, GramOptions how, Split split) {
    if (pair instanceof LayerPair.OfActivations activations) {
      return PartsPass.of(activations, kernel, how, split);
    }
    if (pair instanceof LayerPair.AddedUp both) {
      return PartsPass.of(both.activations(), kernel, how, split);
    }
    throw new GramException(
        pair.description() + ": a Gram matrix no longer has the samples, so they can't be divided");
  }

  private boolean isAddedUp() {
    return !(layers instanceof LayerPair.OfActivations);
  }

  private static long lookBytes(LayerPair layers, Question<?> question) {
    PerGroup<Integer> neurons = layers.neurons();
    return question.looksAtGram() ? question.heapBytes(neurons.x(), neurons.y()) : 0;
  }

  /** Estimates, from above, the Java heap that it takes to ask a question of two layers. */
  static long heapBytes(
      LayerPair layers, ProjectionKernel kernel, Question<?> question, Precision precision) {
    int x = layers.neurons().x();
    int y = layers.neurons().y();
    long tableBytes = kernel.heapBytes(x, y, layers.samples(), precision);
    if (question.looksAtGram()) {
      // What the look leaves behind, a square matrix of the larger layer, may not have been freed,
      // or have made the parallel collector keep more room for young objects.
      long most = Math.max(x, y);
      tableBytes += Math.min(Double.BYTES * most * most, Long.MAX_VALUE - tableBytes);
    }
    return Math.max(lookBytes(layers, question), tableBytes);
  }

  /** Says what is to come, and makes room for it. */
  private void announce(Precision precision, Question<?> question) {
    long heapBytes = heapBytes(layers, kernel, question, precision);
    if (layers instanceof LayerPair.AddedUp pair) {
      heapBytes += Math.min(pair.share().gramBytes(), Long.MAX_VALUE - heapBytes);
    }
    makeRoom(heapBytes);
    if (layers instanceof LayerPair.OfGram pair) {
      HeapMemory.require(lookBytes(pair, question), pair.gram(), pair.x(), pair.y());
    } else if (question.looksAtGram() && layers instanceof LayerPair.OfActivations pair) {
      HeapMemory.require(heapBytes, List.of(pair.x(), pair.y()));
    }
    options.monitor().compressing(layers, precision, heapBytes);
  }

  /** Forwards progress, and stops the compression if the monitor asks for that. */
  private void update(String step, long done, long total) {
    if (step.equals(COMPRESS) && options.monitor().isStopped()) {
      throw new StoppedException();
    }
    options.monitor().update(step, done, total);
  }

  /**
   * How a layer is compared.
   *
   * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead;
   *     finite, at least 0; a Gram matrix keeps the threshold that it was added up with
   * @param precision how to compress the layer; empty for as precisely as the answer needs and the
   *     input allows
   * @param centred whether to compare the neurons about their means: the mean of each neuron is
   *     subtracted from its activations, without loss of digits ({@link
   *     org.spanmatch.gram.Gram#centred}); if not, they are compared as they are stored, also where
   *     a Gram matrix was added up with shifts
   * @param monitor observes the comparison and may end it
   */
  public record Options(
      double deadThreshold, Optional<Precision> precision, boolean centred, Monitor monitor) {
    /**
     * Checks the threshold, and that nothing is null.
     *
     * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead
     * @param precision how to compress the layer
     * @param centred whether to compare the neurons about their means
     * @param monitor observes the comparison and may end it
     */
    public Options {
      if (!(deadThreshold >= 0 && deadThreshold <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "expected a dead threshold of at least 0, found " + deadThreshold);
      }
      Objects.requireNonNull(precision, "precision");
      Objects.requireNonNull(monitor, "monitor");
    }

    /**
     * Options for activations as they are.
     *
     * @param deadThreshold neurons whose activation vector has at most this Euclidean norm are dead
     * @param precision how to compress the layer
     * @param monitor observes the comparison and may end it
     */
    public Options(double deadThreshold, Optional<Precision> precision, Monitor monitor) {
      this(deadThreshold, precision, false, monitor);
    }

    /** Returns how to add up activations for a question. */
    GramOptions adding(Question<?> question, Precision wanted, Progress progress) {
      return new GramOptions(
          deadThreshold,
          wanted,
          question.needsNormProducts(),
          centred || question.needsShifts(),
          progress);
    }

    /** {@return these options, but with neurons compared about their means} */
    public Options withCentring() {
      return new Options(deadThreshold, precision, true, monitor);
    }

    /** {@return the default threshold, precision as the answer needs it, and no monitor} */
    public static Options defaults() {
      return new Options(GramOptions.DEFAULT_DEAD_THRESHOLD, Optional.empty(), Monitor.NONE);
    }
  }

  /** Observes the comparison of a layer and may end it. */
  public interface Monitor extends Progress {
    /** Ignores everything and ends nothing. */
    Monitor NONE = (step, done, total) -> {};

    /**
     * Called before a layer is compressed, which happens twice if the first answer is in doubt.
     *
     * @param layers the two layers
     * @param precision the precision of the attempt
     * @param heapBytes an upper estimate of the Java heap needed
     */
    default void compressing(LayerPair layers, Precision precision, long heapBytes) {}

    /**
     * Called after an answer that is in doubt was kept, since the layers are those of a Gram matrix
     * of standard precision.
     *
     * @param layers the two layers
     */
    default void leftInDoubt(LayerPair layers) {}

    /**
     * {@return whether to stop} Called from time to time while a layer is compressed and at no
     * other time, so a question that takes long must check for itself.
     */
    default boolean isStopped() {
      return false;
    }
  }

  /**
   * The steps of the work on one layer of two networks: measures their time, and forwards their
   * progress.
   */
  public static final class Steps {
    private static final String READ = "read";

    private final LayerPair layers;
    private final Progress progress;
    private final ReadClock reading = new ReadClock();
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private ProjectionTable.Effort effort = ProjectionTable.Effort.NONE;

    Steps(LayerPair layers, Progress progress) {
      this.layers = layers;
      this.progress = progress;
      seconds.put(READ, 0.0);
    }

    /** {@return the two layers that are compared} */
    public LayerPair layers() {
      return layers;
    }

    /**
     * Receives the progress of a step.
     *
     * @return the progress receiver
     */
    public Progress progress() {
      return progress;
    }

    /** Counts a pair's share of what a pass over many pairs took. */
    void add(LayerPair.AddedUp.Share share) {
      seconds.merge(READ, share.readSeconds(), Double::sum);
      seconds.merge(COMPRESS, share.addingSeconds(), Double::sum);
    }

    /** Returns equal layers whose reading, if any, counts as the step "read" and as no other. */
    LayerPair timed(LayerPair layers) {
      if (layers instanceof LayerPair.AddedUp pair) {
        return new LayerPair.AddedUp(pair.gram(), timed(pair.activations()), pair.share());
      }
      return layers instanceof LayerPair.OfActivations pair ? timed(pair) : layers;
    }

    private LayerPair.OfActivations timed(LayerPair.OfActivations pair) {
      return new LayerPair.OfActivations(pair.name(), timed(pair.x()), timed(pair.y()));
    }

    /** Returns a view of a layer whose reading time counts as the step "read" and as no other. */
    Layer timed(Layer layer) {
      return new TimedActivations(layer, reading);
    }

    /**
     * Runs a step and returns its result. Times of repeated steps add up.
     *
     * @param <T> the type of the values
     * @param step the name of the step
     * @param work the work of the step
     * @return the result
     */
    public <T> T run(String step, Supplier<T> work) {
      progress.update(step, 0, 1);
      double readBefore = reading.seconds();
      long start = System.nanoTime();
      T result = work.get();
      double read = reading.seconds() - readBefore;
      seconds.merge(READ, read, Double::sum);
      seconds.merge(step, (System.nanoTime() - start) / 1e9 - read, Double::sum);
      return result;
    }

    /**
     * Returns the time that a step took so far, in seconds.
     *
     * @param step "read", "compress", or a step that a question ran
     * @return 0 for a step that was not run
     */
    public double seconds(String step) {
      return seconds.getOrDefault(step, 0.0);
    }

    /** Adds what a table has computed. */
    void add(ProjectionTable.Effort done) {
      effort = effort.plus(done);
    }

    /**
     * {@return what the tables computed for the questions, after compression, as far as the backend
     * counts it}
     */
    public ProjectionTable.Effort effort() {
      return effort;
    }

    /**
     * Returns all steps so far, such as "read 0.12 s, compress 0.30 s, spectrum 0.25 s; 6
     * factorisations, 1.3e10 operations".
     */
    @Override
    public String toString() {
      String counted =
          effort.equals(ProjectionTable.Effort.NONE)
              ? ""
              : String.format(
                  Locale.ROOT,
                  "; %d factorisations, %.1e operations",
                  effort.factorisations(),
                  effort.operations());
      return seconds.entrySet().stream()
              .map(step -> String.format(Locale.ROOT, "%s %.2f s", step.getKey(), step.getValue()))
              .collect(Collectors.joining(", "))
          + counted;
    }
  }

  /** A comparison was stopped by its monitor before there was an answer. */
  public static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoppedException() {
      super("stopped");
    }
  }
}
