package org.spanmatch.kernel.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A fixed number of threads, the caller's among them, that work off lists of tasks. */
final class Workers implements AutoCloseable {
  /** The calling thread alone, for tasks that are themselves run by workers; never closed. */
  static final Workers NONE = new Workers(1);

  private final int threads;
  private final ExecutorService pool;
  private boolean closed;

  Workers(int threads) {
    this.threads = threads;
    this.pool =
        threads == 1
            ? null
            : Executors.newFixedThreadPool(
                threads - 1,
                task -> {
                  Thread thread = new Thread(task, "spanmatch-worker");
                  thread.setDaemon(true);
                  return thread;
                });
  }

  /** How many threads there are, the caller's among them. */
  int threads() {
    return threads;
  }

  /**
   * Runs all tasks, begun in their order, and returns when all that were begun have ended, whatever
   * happens: they share memory with the caller.
   *
   * @throws RuntimeException the first that a task threw; tasks not begun by then are left out
   * @throws CancellationException if the calling thread is interrupted
   * @throws IllegalStateException if this is closed
   */
  void run(List<Runnable> tasks) {
    if (closed) {
      throw new IllegalStateException("the kernel is closed");
    }
    AtomicInteger next = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable drain =
        () -> {
          try {
            for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
              tasks.get(i).run();
            }
          } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            next.set(tasks.size());
          }
        };
    List<Future<?>> others = new ArrayList<>();
    try {
      for (int i = 1; i < Math.min(threads, tasks.size()); i++) {
        others.add(pool.submit(drain));
      }
    } catch (RuntimeException | Error e) { // such as no more threads
      failure.compareAndSet(null, e);
      next.set(tasks.size());
    }
    drain.run();
    boolean interrupted = Thread.interrupted();
    for (Future<?> other : others) {
      interrupted |= awaitEnd(other, next, tasks.size());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      CancellationException cancelled = new CancellationException("interrupted");
      if (failure.get() != null) {
        cancelled.addSuppressed(failure.get());
      }
      throw cancelled;
    }
    if (failure.get() instanceof Error error) {
      throw error;
    }
    if (failure.get() instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** Waits for a worker; when interrupted meanwhile, lets it begin no more tasks. */
  private static boolean awaitEnd(Future<?> worker, AtomicInteger next, int tasks) {
    boolean interrupted = false;
    while (true) {
      try {
        worker.get();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
        next.set(tasks);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a worker's own code failed", e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    if (pool != null) {
      pool.shutdownNow();
    }
  }
}
