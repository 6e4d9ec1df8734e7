package org.spanmatch.kernel.vector.projection;

import org.spanmatch.kernel.ProjectionTable;

/** Counts what a span computes. */
final class Work {
  long factorisations;
  double operations;

  ProjectionTable.Effort effort() {
    return new ProjectionTable.Effort(factorisations, operations);
  }
}
