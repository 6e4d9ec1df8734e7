package org.spanmatch.kernel.cuda.loading;

import org.spanmatch.kernel.KernelProvider.Unavailable;

/** Thrown where CUDA can't be used, with the reason and a cure for the user. */
public final class CudaUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Unavailable problem;

  /** CUDA can't be used for a reason without a cause in Java. */
  public CudaUnavailableException(String reason, String cure) {
    this(reason, cure, null);
  }

  /** CUDA can't be used since something else failed. */
  public CudaUnavailableException(String reason, String cure, Throwable cause) {
    this(new Unavailable(reason, cure), cause);
  }

  CudaUnavailableException(Unavailable problem, Throwable cause) {
    super(problem.reason() + "; " + problem.cure(), cause);
    this.problem = problem;
  }

  /** The reason and the cure. */
  public Unavailable problem() {
    return problem;
  }
}
