package org.spanmatch.kernel.cuda.gram;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a kernel that read activations. They start when they are needed, and end some
 * seconds after that.
 */
public final class Readers implements AutoCloseable {
  // Together they read faster than a device takes it in: 8 GB/s each from the page cache, beside
  // 50 GB/s of PCI Express 5.
  private static final int MOST = 8;

  private static final long IDLE_SECONDS = 5;

  private final int count;
  private final ThreadPoolExecutor threads;

  /**
   * Creates readers without starting a thread.
   *
   * @param threads how many threads may be used, at least 1
   */
  public Readers(int threads) {
    this.count = Math.min(threads, MOST);
    this.threads =
        new ThreadPoolExecutor(
            count,
            count,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "spanmatch-upload");
              thread.setDaemon(true);
              return thread;
            });
    this.threads.allowCoreThreadTimeOut(true);
  }

  /** How many threads there are at most. */
  int count() {
    return count;
  }

  /** Begins a task; tasks begin in this order. It runs at once if no thread can be started. */
  <T> Future<T> submit(Callable<T> task) {
    FutureTask<T> result = new FutureTask<>(task);
    try {
      threads.execute(result);
    } catch (OutOfMemoryError e) {
      // The system has no more threads.
      result.run();
    }
    return result;
  }

  /** Ends the threads. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
