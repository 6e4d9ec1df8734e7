package org.spanmatch.validation;

import java.util.function.Supplier;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;

/**
 * A case and the backend that is asked about it.
 *
 * @param example the case
 * @param truth what is true of it
 * @param kernel the backend
 * @param singleThreaded opens the backend with one thread
 * @param precision what the check asks for
 */
record Subject(
    Case example,
    Truth truth,
    ProjectionKernel kernel,
    Supplier<ProjectionKernel> singleThreaded,
    Precision precision) {
  /** The table of the case. */
  ProjectionTable table() {
    return table(example);
  }

  /** The table of another problem, stored in the same way. */
  ProjectionTable table(Problem problem) {
    return table(example.with(problem));
  }

  private ProjectionTable table(Case other) {
    return kernel.compress(other.layer(Group.X), other.layer(Group.Y), options());
  }

  /** Only what is zero is dead. */
  GramOptions options() {
    return new GramOptions(0, precision, Progress.NONE);
  }
}
