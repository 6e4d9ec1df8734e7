package org.spanmatch.kernel.cuda.projection;

import java.util.ArrayList;
import java.util.List;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Need;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Step;

/**
 * Takes out neurons on the device, always the farthest, without asking the host: many steps a
 * launch where the device runs all blocks of one at the same time, or else three launches a step,
 * with the same results. Keeps the memory that this needs.
 */
final class Peeling {
  /** The most steps between which the host can't interrupt. */
  static final int MOST_STEPS = 128;

  private static final int LEAST_STEPS = 8;

  private final Device device;
  private final SpanCode code;
  private final DeviceMemory surveys;
  private final DeviceMemory steps;
  private int launched = Tableau.PENDING; // how many steps to launch apart, at most

  /** What some steps found, and what each span needs before the next one can be taken. */
  record Series(List<Taken> taken, Need x, Need y) {}

  /**
   * A vector that was taken out.
   *
   * @param highest the largest distance that any vector may have had, by its error bound
   */
  record Taken(int vector, double distance, double errorBound, double highest) {}

  /**
   * Allocates what steps leave.
   *
   * @param most the largest number of lines that will be asked for
   */
  Peeling(Device device, Allocations allocations, SpanCode code, int most) {
    this.device = device;
    this.code = code;
    surveys = allocations.doubles((long) SpanLayout.SURVEY_DOUBLES * SpanCode.surveyCount(most));
    steps = allocations.doubles(arrivedAt() + 1);
    device.clear(steps);
  }

  private static long arrivedAt() {
    return (long) Step.DOUBLES * MOST_STEPS;
  }

  /**
   * Takes some steps, until a span needs something, or nothing is left. How many it takes before it
   * lets the host look depends on the device, but no number does.
   *
   * @param left number of vectors that are left, at least 1
   * @param lines the largest {@link DeviceSpan#sweepSize()} of the spans
   * @param room the least {@link DeviceSpan#room()} of the spans; more steps than that are likely
   *     to be in vain
   */
  Series steps(int left, int lines, int room) {
    int count = Math.min(left, MOST_STEPS);
    DeviceAddress arrived = steps.element(arrivedAt());
    if (code.peelTogether(
        device.cooperation(), lines, surveys.pointer(), count, steps.pointer(), arrived)) {
      return download(count);
    }
    count = Math.min(left, Math.min(launched, Math.max(LEAST_STEPS, room)));
    takeApart(count, lines);
    Series series = download(count);
    // Steps after an early end are launched in vain, and one is as likely as the last time.
    launched =
        series.taken.size() == count
            ? Math.min(Tableau.PENDING, launched + LEAST_STEPS)
            : Math.max(LEAST_STEPS, series.taken.size());
    return series;
  }

  private void takeApart(int count, int lines) {
    int surveyCount = SpanCode.surveyCount(lines);
    code.survey(lines, surveys.pointer());
    for (int step = 0; step < count; step++) {
      code.peel(surveys.pointer(), surveyCount, step, steps.pointer());
      code.readPivot(0, 2, lines);
      code.sweepOut(0, 2, lines, surveys.pointer());
    }
    code.countSweep(0, 2);
  }

  private Series download(int count) {
    double[] values = device.transfers().download(steps, 0, Step.DOUBLES * count);
    List<Taken> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int vector = (int) Step.VECTOR.of(values, i);
      if (vector < 0) {
        return new Series(
            taken, Need.of(Step.X_NEEDS.of(values, i)), Need.of(Step.Y_NEEDS.of(values, i)));
      }
      taken.add(
          new Taken(
              vector,
              Step.DISTANCE.of(values, i),
              Step.ERROR_BOUND.of(values, i),
              Step.HIGHEST.of(values, i)));
    }
    return new Series(taken, Need.NOTHING, Need.NOTHING);
  }
}
