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
import org.spanmatch.kernel.KernelFailedException;
import org.spanmatch.kernel.KernelInfo;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.KernelUnavailableException;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * A backend that is being validated. It works in a thread of its own, so that one that never comes
 * back can be left behind.
 */
final class Candidate implements AutoCloseable {
  private static final String REASON = "to be validated";

  private final KernelProvider provider;
  private final KernelOptions options;
  private final Duration limit;
  private final ExecutorService worker;
  private final List<Observation> observations = new ArrayList<>();
  private ProjectionKernel kernel; // null until it is needed, and after a failure
  private KernelInfo info; // null until it was opened once
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
              thread.setDaemon(true); // it may hang for ever
              return thread;
            });
  }

  String name() {
    return provider.name();
  }

  /** Opens it with one thread, for a comparison. */
  ProjectionKernel singleThreaded() {
    return provider.open(new KernelOptions(1, options.device()), REASON);
  }

  private ProjectionKernel kernel() {
    if (kernel == null) {
      kernel = provider.open(options, REASON);
      info = kernel.info();
    }
    return kernel;
  }

  /** Whether it did not come back; nothing can be asked any more. */
  boolean isLost() {
    return lost;
  }

  /** Lets it do something; whatever it does instead is a finding too. */
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
        error instanceof KernelFailedException
            || error instanceof KernelUnavailableException
            || error instanceof ActivationsException;
    return meantForUsers
        ? Finding.of(Outcome.DETECTED_FAILURE, error.getMessage())
        : Finding.of(Outcome.UNDETECTED_FAILURE, "it ended with " + error);
  }

  /** A kernel that failed can't be used any more, but a new one may be opened. */
  private void drop() {
    Future<?> closing = worker.submit(this::closeKernel);
    try {
      closing.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      lost = true;
    } catch (ExecutionException e) {
      // It failed before; how it ends does not matter.
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

  /** Remembers what was found. */
  void add(Observation observation) {
    observations.add(observation);
  }

  /** For how many failures a smaller problem was looked for. */
  long counterExamples() {
    return observations.stream().filter(o -> o.counterExample().isPresent()).count();
  }

  /** Counts a check that it can't be asked any more. */
  void skip() {
    notRun++;
  }

  /** What was found so far. */
  Report report() {
    KernelInfo known =
        info == null
            ? new KernelInfo(provider.name(), "unknown", options.threads(), "unknown", REASON)
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
