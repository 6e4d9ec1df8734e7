package org.spanmatch.match;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Threads that take over parts of a search, each with a copy of the table. */
final class Helpers implements AutoCloseable {
  /** None at all, for searches that are themselves made by several threads; never closed. */
  static final Helpers NONE = new Helpers(1);

  private final int threads;
  private final Semaphore idle;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final ExecutorService executor;

  /**
   * The calling thread, and others as they are needed.
   *
   * @param threads how many in all, at least 1
   */
  Helpers(int threads) {
    this.threads = threads;
    this.idle = new Semaphore(threads - 1);
    this.executor = Executors.newCachedThreadPool(Helpers::thread);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "spanmatch-search");
    thread.setDaemon(true);
    return thread;
  }

  /** Whether work is to be given up, since other work has failed or its caller has. */
  boolean failed() {
    return failure.get() != null;
  }

  /**
   * Lets an idle thread do work with a copy of the trials, which begins at their present state.
   *
   * @return false if none is idle
   */
  boolean offer(Trials trials, Consumer<Trials> work) {
    if (!idle.tryAcquire()) {
      return false;
    }
    try {
      Trials copy = trials.copy();
      executor.execute(() -> help(copy, work));
      return true;
    } catch (RuntimeException | Error e) {
      idle.release();
      throw e;
    }
  }

  private void help(Trials copy, Consumer<Trials> work) {
    try {
      work.accept(copy);
      copy.close();
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    } finally {
      idle.release();
    }
  }

  /**
   * Waits for all work, which may ask for helpers in its turn, now also in the place of the calling
   * thread.
   *
   * @throws RuntimeException what made work fail, as it was thrown; so with an Error
   */
  void await() {
    idle.release();
    idle.acquireUninterruptibly(threads);
    idle.release(threads - 1);
    if (failure.get() instanceof Error error) {
      throw error;
    }
    if (failure.get() instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** Ends the threads; work that is not done, since the calling thread failed, is given up. */
  @Override
  public void close() {
    failure.compareAndSet(null, new IllegalStateException("the search is over"));
    idle.acquireUninterruptibly(threads - 1);
    executor.shutdown();
  }
}
