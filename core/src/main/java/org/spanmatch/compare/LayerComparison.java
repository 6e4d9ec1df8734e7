package org.spanmatch.compare;

import java.util.Objects;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Compares one layer of two networks, as precisely as the answer to a question needs.
 *
 * <p>For example, the maximum match at ε = 0.3, found again in high precision if a decision was
 * within its error bound:
 *
 * <pre>{@code
 * Question<Match> question =
 *     new Question<>() {
 *       public Match answer(String layer, ProjectionTable table, LayerSteps steps) {
 *         return steps.run("match", () -> MaximumMatch.find(table, 0.3).get(0));
 *       }
 *
 *       public boolean inDoubt(Match match) {
 *         return !match.borderlineX().isEmpty() || !match.borderlineY().isEmpty();
 *       }
 *     };
 * try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults())) {
 *   LayerComparison comparison =
 *       new LayerComparison(pair, kernel, ComparisonOptions.defaults());
 *   Match match = comparison.answer(question);
 *   System.out.println(match.similarity() + " (" + comparison.steps() + ")");
 * }
 * }</pre>
 *
 * <p>For one thread at a time, like the kernel.
 */
public final class LayerComparison {
  private static final String COMPRESS = "compress";

  private final ComparedLayers layers;
  private final ProjectionKernel kernel;
  private final ComparisonOptions options;
  private final LayerSteps steps;

  /**
   * Prepares a comparison without reading anything.
   *
   * @param layers the layers to compare, as activations or in a Gram matrix
   * @param kernel makes the tables; the caller closes it
   * @param options how to compare
   */
  public LayerComparison(
      ComparedLayers layers, ProjectionKernel kernel, ComparisonOptions options) {
    this.layers = Objects.requireNonNull(layers, "layers");
    this.kernel = Objects.requireNonNull(kernel, "kernel");
    this.options = Objects.requireNonNull(options, "options");
    this.steps = new LayerSteps(this::update);
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
      throw NotEnoughMemoryException.of(layers.description() + ": ", e);
    }
  }

  /** {@return the steps so far, with the time of each} */
  public LayerSteps steps() {
    return steps;
  }

  private <T> T precise(Question<T> question) {
    boolean isFixed = options.precision().isPresent();
    Precision wanted = options.precision().orElse(question.precision());
    Precision first = isFixed || layers.offers(wanted) ? wanted : Precision.STANDARD;
    T answer;
    try (ProjectionTable table = compress(first)) {
      answer = question.answer(layers.name(), table, steps);
      if (isFixed
          || table.precision() == Precision.HIGH
          || !(wanted == Precision.HIGH || question.inDoubt(answer))) {
        return answer;
      }
    }
    if (!layers.offers(Precision.HIGH)) {
      options.monitor().leftInDoubt(layers);
      return answer;
    }
    try (ProjectionTable table = compress(Precision.HIGH)) {
      return question.better(answer, question.answer(layers.name(), table, steps));
    } catch (StoppedException e) {
      return answer;
    }
  }

  private ProjectionTable compress(Precision precision) {
    int x = layers.neurons().x();
    int y = layers.neurons().y();
    long heapBytes = kernel.heapBytes(x, y, layers.samples(), precision);
    options.monitor().compressing(layers, precision, heapBytes);
    GramOptions how = new GramOptions(options.deadThreshold(), precision, steps.progress());
    return steps.run(COMPRESS, () -> layers.timed(steps).table(kernel, how));
  }

  /** Forwards progress, and stops the compression if the monitor asks for that. */
  private void update(String step, long done, long total) {
    if (step.equals(COMPRESS) && options.monitor().isStopped()) {
      throw new StoppedException();
    }
    options.monitor().update(step, done, total);
  }
}
