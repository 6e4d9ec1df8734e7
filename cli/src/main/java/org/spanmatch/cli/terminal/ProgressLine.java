package org.spanmatch.cli.terminal;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.spanmatch.gram.Progress;
import org.spanmatch.report.text.DisplayName;

/** One line on the terminal that shows how far the work on several layers has come. */
public final class ProgressLine implements Progress, AutoCloseable {
  /** What steps count; the others are shown by name alone. */
  private static final Map<String, String> UNITS =
      Map.of("compress", "samples", "read", "samples", "spectrum", "neurons", "simple", "neurons");

  // Narrower lines have no room for the time, or for the bar.
  private static final int WIDE = 60;
  private static final int VERY_WIDE = 96;
  private static final int LEAST_NAME = 8;
  private static final int MOST_NAME = 24;
  private static final int CELLS = 10;

  /**
   * What is going on.
   *
   * @param number of the layer, from 1 on
   * @param share how much of the step is done, from 0 to 1
   */
  private record State(int number, String name, String step, double share) {}

  private final ProgressBar bar;
  private final String task;
  private final List<Long> weights;
  private final List<String> steps;
  private final int columns;
  private int layer = -1;
  private long before;
  private volatile State state = new State(0, "", "", 0);

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
    this.task = task;
    this.weights = weights;
    this.steps = steps;
    this.columns = console.columns() - 1; // a full line would break
    this.bar =
        !shown || console.columns() == 0
            ? null
            : new ProgressBarBuilder()
                .setInitialMax(weights.stream().mapToLong(Long::longValue).sum())
                .setUpdateIntervalMillis(200)
                .setRenderer(
                    (progress, length) ->
                        line(progress.getNormalizedProgress(), progress.getElapsedAfterStart()))
                .setConsumer(new ConsoleProgressBarConsumer(console.err(), columns))
                .clearDisplayOnFinish()
                .build();
  }

  /** Goes on to the next layer. */
  public void startLayer(String layerName) {
    if (layer >= 0) {
      before += weights.get(layer);
    }
    layer++;
    state = new State(layer + 1, layerName, steps.get(0), 0);
    update(steps.get(0), 0, 1);
  }

  @Override
  public void update(String step, long done, long total) {
    if (bar != null) {
      double share = (double) done / Math.max(1, total);
      state = new State(layer + 1, state.name(), step, share);
      double doneSteps = steps.indexOf(step) + Collections.frequency(steps, step) * share;
      bar.stepTo(before + Math.round(weights.get(layer) * doneSteps / steps.size()));
    }
  }

  /** Shows that all is done. */
  public void finish() {
    if (bar != null) {
      bar.stepTo(bar.getMax());
    }
  }

  private String line(double share, Duration elapsed) {
    State now = state;
    String unit = UNITS.get(now.step());
    String inner = unit == null ? "" : " " + percent(now.share()) + " of " + unit;
    String head = task + " " + percent(share);
    if (now.number() == 0) {
      return head;
    }
    if (columns < WIDE) {
      return named(head + ", ", now.name(), ":" + (unit == null ? " " + now.step() : inner));
    }
    String place =
        String.format(Locale.ROOT, " %s, %d of %d: ", time(elapsed), now.number(), weights.size());
    String text = named(head + place, now.name(), ", " + now.step() + inner);
    int filled = (int) (CELLS * share);
    String cells = " [" + "=".repeat(filled) + " ".repeat(CELLS - filled) + "]";
    return columns < VERY_WIDE ? text : head + cells + text.substring(head.length());
  }

  /** The name gets the room that is left. */
  private String named(String before, String name, String after) {
    int room = columns - before.length() - after.length();
    return before + DisplayName.of(name, Math.max(LEAST_NAME, Math.min(MOST_NAME, room))) + after;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%d %%", (int) (100 * share));
  }

  private static String time(Duration elapsed) {
    return String.format(
        Locale.ROOT,
        "%d:%02d:%02d",
        elapsed.toHours(),
        elapsed.toMinutesPart(),
        elapsed.toSecondsPart());
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
