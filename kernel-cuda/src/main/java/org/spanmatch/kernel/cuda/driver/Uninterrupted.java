package org.spanmatch.kernel.cuda.driver;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Waits that an interruption does not end. */
public final class Uninterrupted {
  private Uninterrupted() {}

  /**
   * Waits for the end of a task, since a driver can't be interrupted, and a task uses what the
   * caller would free. The thread is still interrupted afterwards.
   *
   * @param task throws no checked exception
   * @return what the task returned; what it threw is thrown
   */
  public static <T> T await(Future<T> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) e.getCause();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
