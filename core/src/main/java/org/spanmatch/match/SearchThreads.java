package org.spanmatch.match;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Worker threads that take over parts of a search, each on a copy of the table. */
final class SearchThreads implements AutoCloseable {
  /** No other threads, for searches that already run on several threads; never closed. */
  static final SearchThreads NONE = new SearchThreads(1);

  private final int threads;
  private final Semaphore idle;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final ExecutorService executor;

  /**
   * Starts threads only when work is offered.
   *
   * @param threads number of threads, the calling one included; at least 1
   */
  SearchThreads(int threads) {
    this.threads = threads;
    this.idle = new Semaphore(threads - 1);
    this.executor = Executors.newCachedThreadPool(SearchThreads::thread);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "spanmatch-search");
    thread.setDaemon(true);
    return thread;
  }

  /** Whether work should stop because other work, or the calling thread, has failed. */
  boolean failed() {
    return failure.get() != null;
  }

  /**
   * Runs work on an idle thread, with a copy of the trials in their current state.
   *
   * @return false if no thread is idle
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
   * Waits for all work. Work may offer more work; while this method waits, one more thread may run
   * it in place of the calling thread.
   *
   * @throws RuntimeException the first failure of any work, rethrown as it is; an {@code Error}
   *     likewise
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

  /**
   * Ends the threads. Work that still runs, because the calling thread failed, sees {@link #failed}
   * and stops.
   */
  @Override
  public void close() {
    failure.compareAndSet(null, new IllegalStateException("the search is over"));
    idle.acquireUninterruptibly(threads - 1);
    executor.shutdown();
  }
}
