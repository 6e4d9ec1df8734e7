package org.spanmatch.kernel.cuda.gram;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs pairs of tasks, both at the same time where two threads are allowed, and waits for both. */
final class ParallelPair implements AutoCloseable {
  private final ExecutorService second; // null if only one thread may be used

  /**
   * Starts a second thread if more than one may be used.
   *
   * @param threads how many threads may be used
   */
  ParallelPair(int threads) {
    second =
        threads < 2
            ? null
            : Executors.newSingleThreadExecutor(
                work -> {
                  Thread thread = new Thread(work, "spanmatch reader");
                  thread.setDaemon(true);
                  return thread;
                });
  }

  /** Runs both tasks to their ends, and throws what one of them threw, the first one's first. */
  void run(Runnable one, Runnable other) {
    if (second == null) {
      one.run();
      other.run();
      return;
    }
    Future<?> running = second.submit(other);
    try {
      one.run();
    } catch (RuntimeException | Error e) {
      try {
        await(running);
      } catch (RuntimeException | Error suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
    await(running);
  }

  /** Waits in spite of interruptions: the task still uses what the caller would close. */
  private static void await(Future<?> running) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          running.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) e.getCause(); // a Runnable throws nothing else
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    if (second != null) {
      second.shutdown();
    }
  }
}
