package org.spanmatch.validation;

import java.util.List;
import org.spanmatch.kernel.KernelInfo;

/**
 * What was found of one backend.
 *
 * @param backend what was validated: its name, device and arithmetic
 * @param details devices and versions, as the backend tells them
 * @param observations what was found, in the order in which it was
 * @param notRun how many checks did not run, since the backend did not come back from one
 */
public record Report(
    KernelInfo backend, List<String> details, List<Observation> observations, int notRun) {
  /** Whether nothing failed. */
  public boolean isClean() {
    return count() == 0;
  }

  /** How many checks failed. */
  public long count() {
    return observations.stream().filter(o -> o.finding().outcome().isFailure()).count();
  }
}
