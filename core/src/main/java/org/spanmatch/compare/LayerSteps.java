package org.spanmatch.compare;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Progress;

/** Measures the time of the steps of the work on one layer, and forwards their progress. */
public final class LayerSteps {
  private static final String READ = "read";

  private final Progress progress;
  private final ReadClock reading = new ReadClock();
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  LayerSteps(Progress progress) {
    this.progress = progress;
    seconds.put(READ, 0.0);
  }

  /**
   * Receives the progress of a step.
   *
   * @return the progress receiver
   */
  public Progress progress() {
    return progress;
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

  /** Returns all steps so far, such as "read 0.12 s, compress 0.30 s". */
  @Override
  public String toString() {
    return seconds.entrySet().stream()
        .map(step -> String.format(Locale.ROOT, "%s %.2f s", step.getKey(), step.getValue()))
        .collect(Collectors.joining(", "));
  }
}
