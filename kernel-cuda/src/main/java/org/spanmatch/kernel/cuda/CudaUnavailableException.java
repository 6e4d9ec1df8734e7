package org.spanmatch.kernel.cuda;

import org.spanmatch.kernel.KernelProvider.Unavailable;

/** CUDA can't be used here, for a reason that the user is told together with a cure. */
final class CudaUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Unavailable problem;

  CudaUnavailableException(String reason, String cure) {
    this(reason, cure, null);
  }

  CudaUnavailableException(String reason, String cure, Throwable cause) {
    this(new Unavailable(reason, cure), cause);
  }

  CudaUnavailableException(Unavailable problem, Throwable cause) {
    super(problem.reason() + "; " + problem.cure(), cause);
    this.problem = problem;
  }

  Unavailable problem() {
    return problem;
  }
}
