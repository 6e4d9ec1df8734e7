package org.spanmatch.validation;

import java.util.function.Supplier;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * A case and the backend that a check runs on it.
 *
 * @param example the case
 * @param truth the exact answers
 * @param kernel the backend
 * @param singleThreaded opens the backend with one thread
 * @param precision the precision that the check requests
 */
record Subject(
    Case example,
    Truth truth,
    ProjectionKernel kernel,
    Supplier<ProjectionKernel> singleThreaded,
    Precision precision) {
  /** Returns the table of the case. */
  ProjectionTable table() {
    return table(example);
  }

  /** Returns the table of another problem, stored in the same way. */
  ProjectionTable table(Problem problem) {
    return table(example.with(problem));
  }

  private ProjectionTable table(Case other) {
    return kernel.compress(other.layer(Group.X), other.layer(Group.Y), options());
  }

  /** Options with a dead threshold of 0, so that only zero vectors are dead. */
  GramOptions options() {
    return new GramOptions(0, precision, Progress.NONE);
  }
}
