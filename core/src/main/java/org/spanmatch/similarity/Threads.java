package org.spanmatch.similarity;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * Threads for tasks that write to different places, so that results don't depend on who runs what.
 */
final class Threads implements AutoCloseable {
  /** A thread less work than this would end before another one has begun. */
  private static final double LEAST_OPERATIONS = 1e8;

  private final int count;
  private final ExecutorService others;

  /**
   * Starts threads only when there are tasks for them.
   *
   * @param most number of threads, the calling one included, at least 1; fewer are used for little
   *     work
   * @param operations number of floating-point operations of the whole work
   */
  Threads(int most, double operations) {
    if (most < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, found " + most);
    }
    count = (int) Math.min(most, 1 + operations / LEAST_OPERATIONS);
    others = count == 1 ? null : Executors.newFixedThreadPool(count - 1, Threads::thread);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "spanmatch-similarity");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Runs tasks and waits for them.
   *
   * @param tasks number of tasks
   * @param task called with the numbers from 0, in any order, on several threads
   * @throws RuntimeException the first failure of a task, rethrown as it is; an {@code Error}
   *     likewise
   */
  void run(int tasks, IntConsumer task) {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable work =
        () -> {
          try {
            for (int i = next.getAndIncrement();
                i < tasks && failure.get() == null;
                i = next.getAndIncrement()) {
              task.accept(i);
            }
          } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
          }
        };
    CompletableFuture<?>[] helpers =
        new CompletableFuture<?>[Math.max(0, Math.min(count, tasks) - 1)];
    Arrays.setAll(helpers, i -> CompletableFuture.runAsync(work, others));
    work.run();
    CompletableFuture.allOf(helpers).join();
    if (failure.get() instanceof Error error) {
      throw error;
    }
    if (failure.get() instanceof RuntimeException exception) {
      throw exception;
    }
  }

  @Override
  public void close() {
    if (others != null) {
      others.shutdown();
    }
  }
}
