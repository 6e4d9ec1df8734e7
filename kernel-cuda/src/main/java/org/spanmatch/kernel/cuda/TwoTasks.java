package org.spanmatch.kernel.cuda;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs tasks two at a time, one of them in a thread of its own if that is allowed. */
final class TwoTasks implements AutoCloseable {
  private final ExecutorService second; // null if there is one thread alone

  /**
   * Starts a thread if there may be more than one.
   *
   * @param threads how many threads may be used
   */
  TwoTasks(int threads) {
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

  /** Waits in spite of interruptions: what the task uses must not be closed under it. */
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
