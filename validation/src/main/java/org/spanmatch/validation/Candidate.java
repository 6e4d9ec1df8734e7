package org.spanmatch.validation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * A backend under validation. It runs on a separate thread, so that the validator can abandon one
 * that hangs.
 */
final class Candidate implements AutoCloseable {
  private static final String REASON = "to be validated";

  private final KernelProvider provider;
  private final KernelOptions options;
  private final Duration limit;
  private final ExecutorService worker;
  private final List<Observation> observations = new ArrayList<>();
  private ProjectionKernel kernel; // null before the first use and after a failure
  private ProjectionKernel.Info info; // null before the first use
  private boolean lost;
  private int notRun;

  Candidate(KernelProvider provider, KernelOptions options, Duration limit) {
    this.provider = provider;
    this.options = options;
    this.limit = limit;
    this.worker =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "validation of " + provider.name());
              thread.setDaemon(true); // it may hang forever
              return thread;
            });
  }

  String name() {
    return provider.name();
  }

  /** Opens the backend with one thread, for comparison. */
  ProjectionKernel singleThreaded() {
    return provider.open(new KernelOptions(1, options.device(), options.gram()), REASON);
  }

  private ProjectionKernel kernel() {
    if (kernel == null) {
      kernel = provider.open(options, REASON);
      info = kernel.info();
    }
    return kernel;
  }

  /** Whether the backend hangs, so that no further check can run. */
  boolean isLost() {
    return lost;
  }

  /** Runs work on the backend. A failure or a hang becomes a finding. */
  Optional<Finding> attempt(Function<ProjectionKernel, Optional<Finding>> work) {
    Future<Optional<Finding>> result = worker.submit(() -> work.apply(kernel()));
    try {
      return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      lost = true;
      result.cancel(true);
      return Optional.of(
          Finding.of(
              Outcome.UNDETECTED_FAILURE,
              "it did not come back within " + limit.toMillis() / 1e3 + " s"));
    } catch (ExecutionException e) {
      drop();
      return Optional.of(failure(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      lost = true;
      return Optional.empty();
    }
  }

  private static Finding failure(Throwable error) {
    if (error instanceof NotEnoughMemoryException) {
      return Finding.of(Outcome.NOT_SUPPORTED, error.getMessage());
    }
    boolean meantForUsers =
        error instanceof KernelException || error instanceof ActivationsException;
    return meantForUsers
        ? Finding.of(Outcome.DETECTED_FAILURE, error.getMessage())
        : Finding.of(Outcome.UNDETECTED_FAILURE, "it ended with " + error);
  }

  /** Closes a failed kernel, which is unusable; the next use opens a new one. */
  private void drop() {
    Future<?> closing = worker.submit(this::closeKernel);
    try {
      closing.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      lost = true;
    } catch (ExecutionException e) {
      // It has failed already, so a failure to close adds nothing.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      lost = true;
    }
  }

  private void closeKernel() {
    ProjectionKernel old = kernel;
    kernel = null;
    if (old != null) {
      old.close();
    }
  }

  /** Adds an observation to the report. */
  void add(Observation observation) {
    observations.add(observation);
  }

  /** Number of failures for which there is a smaller problem. */
  long counterExamples() {
    return observations.stream().filter(o -> o.counterExample().isPresent()).count();
  }

  /** Counts a check that can't run. */
  void skip() {
    notRun++;
  }

  /** Returns the observations so far. */
  Report report() {
    ProjectionKernel.Info known =
        info == null
            ? new ProjectionKernel.Info(
                provider.name(), "unknown", options.threads(), "unknown", REASON)
            : info;
    return new Report(known, provider.details(), List.copyOf(observations), notRun);
  }

  @Override
  public void close() {
    if (!lost) {
      drop();
    }
    worker.shutdownNow();
  }
}
