package org.spanmatch.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.spanmatch.data.LayerPair;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.Progress;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * Two networks, layer by layer, and what compares them.
 *
 * @param input the layers
 * @param settings how to compute
 * @param kernel computes; closed with this
 * @param console where progress and notes go
 */
record Comparison(Input input, Settings settings, ProjectionKernel kernel, Console console)
    implements AutoCloseable {
  /** Opens the two files and the backend that the arguments name. */
  static Comparison open(Arguments arguments, Console console) {
    Settings settings = Settings.of(arguments);
    return of(Input.open(arguments), settings, console);
  }

  static Comparison of(Input input, Settings settings, Console console) {
    return new Comparison(input, settings, settings.openKernel(console), console);
  }

  /** What computes. */
  KernelInfo backend() {
    return kernel.info();
  }

  /**
   * Asks a question of every layer, one after the other, and notes which layers are left out.
   *
   * @param task what it is about, for the progress line
   * @param steps what is done for each layer
   */
  <T> List<T> answers(String task, List<String> steps, Question<T> question) {
    return answers(task, steps, question, () -> false);
  }

  /**
   * The same with an end on demand.
   *
   * @param stopped whether to leave out the layers that have not been compressed yet; what becomes
   *     of a search is for the question
   */
  <T> List<T> answers(
      String task, List<String> steps, Question<T> question, BooleanSupplier stopped) {
    if (!settings.quiet()) {
      input.noteSkipped(console);
    }
    boolean shown = !settings.quiet() && !settings.verbose();
    List<T> answers = new ArrayList<>();
    try (ProgressLine progress = new ProgressLine(console, shown, task, input.weights(), steps)) {
      for (LayerPair pair : input.pairs()) {
        progress.startLayer(pair.name());
        LayerSteps layerSteps = new LayerSteps(until(stopped, progress));
        PreciseLayer layer = new PreciseLayer(pair, kernel, settings, layerSteps, console);
        answers.add(layer.answer(question));
        layer.tell(layerSteps.toString());
      }
      return List.copyOf(answers);
    } catch (StoppedException e) {
      return List.copyOf(answers);
    }
  }

  /** Progress that ends the compression of a layer. */
  private static Progress until(BooleanSupplier stopped, Progress progress) {
    return (step, done, total) -> {
      if (step.equals("compress") && stopped.getAsBoolean()) {
        throw new StoppedException();
      }
      progress.update(step, done, total);
    };
  }

  @Override
  public void close() {
    kernel.close();
  }
}
