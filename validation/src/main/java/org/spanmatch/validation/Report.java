package org.spanmatch.validation;

import java.util.List;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * The results of validating one backend.
 *
 * @param backend the backend's name, device and arithmetic
 * @param details devices and versions, as reported by the backend
 * @param observations the results of the checks, in the order in which they ran
 * @param notRun number of checks that did not run because the backend hung
 */
public record Report(
    ProjectionKernel.Info backend,
    List<String> details,
    List<Observation> observations,
    int notRun) {
  /** Whether no check failed. */
  public boolean isClean() {
    return count() == 0;
  }

  /** Number of failed checks. */
  public long count() {
    return observations.stream().filter(o -> o.finding().outcome().isFailure()).count();
  }
}
