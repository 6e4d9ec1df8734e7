package org.spanmatch.kernel.cuda.projection;

import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.projection.SpanLayout.Step;

/**
 * Takes out neurons on the device, always the farthest, without asking the host: three launches a
 * step. Keeps the memory that this needs.
 */
final class Peeling {
  private final Device device;
  private final SpanCode code;
  private final DeviceMemory surveys;
  private final DeviceMemory steps;

  /**
   * Allocates what steps leave.
   *
   * @param most the largest number of lines that will be asked for
   */
  Peeling(Device device, Allocations allocations, SpanCode code, int most) {
    this.device = device;
    this.code = code;
    surveys = allocations.doubles((long) SpanLayout.SURVEY_DOUBLES * SpanCode.surveyCount(most));
    steps = allocations.doubles((long) Step.DOUBLES * Tableau.PENDING);
  }

  /**
   * Takes up to {@code count} steps, fewer if a span needs a fresh start or nothing is left.
   *
   * @param count at least 1; each span must have room for that many sweeps
   * @param lines the largest {@link DeviceSpan#sweepSize()} of the spans
   * @return the structs Step; the first one without a vector is the end
   */
  double[] steps(int count, int lines) {
    int surveyCount = SpanCode.surveyCount(lines);
    code.survey(lines, surveys.pointer());
    for (int step = 0; step < count; step++) {
      code.peel(surveys.pointer(), surveyCount, step, steps.pointer());
      code.readPivot(0, 2, lines);
      code.sweepOut(0, 2, lines, surveys.pointer());
    }
    code.countSweep(0, 2);
    return device.transfers().download(steps, 0, Step.DOUBLES * count);
  }
}
