package org.spanmatch.kernel.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** A fixed number of threads, the caller's among them, that work off lists of tasks. */
final class Workers implements AutoCloseable {
  private final int threads;
  private final ExecutorService pool;

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

  /**
   * Runs all tasks, begun in their order, and returns when they have ended.
   *
   * @throws RuntimeException the first that a task threw; tasks not begun by then are left out
   * @throws CancellationException if the calling thread is interrupted
   */
  void run(List<Runnable> tasks) {
    AtomicInteger next = new AtomicInteger();
    Runnable drain =
        () -> {
          try {
            for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
              tasks.get(i).run();
            }
          } catch (RuntimeException | Error e) {
            next.set(tasks.size());
            throw e;
          }
        };
    List<Future<?>> others = new ArrayList<>();
    for (int i = 1; i < Math.min(threads, tasks.size()); i++) {
      others.add(pool.submit(drain));
    }
    Throwable failure = null;
    try {
      drain.run();
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    boolean interrupted = Thread.interrupted();
    for (Future<?> other : others) {
      // The tasks share memory with the caller, so it waits for their end whatever happens.
      boolean ended = false;
      while (!ended) {
        try {
          other.get();
          ended = true;
        } catch (InterruptedException e) {
          interrupted = true;
          next.set(tasks.size());
        } catch (ExecutionException e) {
          failure = failure == null ? e.getCause() : failure;
          ended = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw (RuntimeException) failure;
    }
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.shutdownNow();
    }
  }
}
