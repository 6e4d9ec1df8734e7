package org.spanmatch.cli.terminal;

import java.util.Collections;
import java.util.List;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.spanmatch.gram.Progress;
import org.spanmatch.report.text.DisplayName;

/** One line on the terminal that shows how far the work on several layers has come. */
public final class ProgressLine implements Progress, AutoCloseable {
  private static final int NAME_LENGTH = 24;

  private final ProgressBar bar;
  private final List<Long> weights;
  private final List<String> steps;
  private int layer = -1;
  private long before;
  private String name = "";

  /**
   * Draws the line for the first time.
   *
   * @param shown whether to draw the line, if there is a terminal
   * @param weights the expected work of each layer, in any unit, each at least 1
   * @param steps the steps of each layer, all of the same weight; a step that is listed k times has
   *     k times that weight
   */
  public ProgressLine(
      Console console, boolean shown, String task, List<Long> weights, List<String> steps) {
    this.weights = weights;
    this.steps = steps;
    this.bar =
        !shown || console.columns() == 0
            ? null
            : new ProgressBarBuilder()
                .setTaskName(task)
                .setStyle(ProgressBarStyle.ASCII)
                .setInitialMax(weights.stream().mapToLong(Long::longValue).sum())
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.columns() - 1))
                .clearDisplayOnFinish()
                .build();
  }

  /** Goes on to the next layer. */
  public void startLayer(String layerName) {
    if (layer >= 0) {
      before += weights.get(layer);
    }
    layer++;
    name = DisplayName.of(layerName, NAME_LENGTH);
    update(steps.get(0), 0, 1);
  }

  @Override
  public void update(String step, long done, long total) {
    if (bar != null) {
      bar.setExtraMessage(name + ": " + step);
      double share = (double) done / Math.max(1, total);
      double doneSteps = steps.indexOf(step) + Collections.frequency(steps, step) * share;
      bar.stepTo(before + Math.round(weights.get(layer) * doneSteps / steps.size()));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
