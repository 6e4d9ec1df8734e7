package org.spanmatch.kernel.cuda.loading;

import org.spanmatch.kernel.KernelProvider.Unavailable;

/** CUDA can't be used; has the reason and a cure for the user. */
public final class CudaUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Unavailable problem;

  /** Creates an exception without a cause in Java. */
  public CudaUnavailableException(String reason, String cure) {
    this(reason, cure, null);
  }

  /** Creates an exception for another failure. */
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
