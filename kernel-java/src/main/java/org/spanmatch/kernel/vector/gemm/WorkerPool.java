package org.spanmatch.kernel.vector.gemm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed number of threads, the calling one included, that run lists of tasks.
 *
 * <p>Lists often follow each other within microseconds, so an idle thread spins briefly before it
 * sleeps: waking it takes longer than running many a list.
 */
public final class WorkerPool implements AutoCloseable {
  /** The calling thread only, for tasks that already run on workers; never closed. */
  public static final WorkerPool NONE = new WorkerPool(1);

  private static final int THREADS_PER_CORE = 4;
  private static final long LOOK_OUT_NANOS = 50_000;

  private final int threads;
  private final long lookOutNanos;
  private final List<Worker> others = new ArrayList<>();
  private volatile Job job; // null when idle
  private volatile boolean closed;

  public WorkerPool(int threads) {
    this.threads = threads;
    // Don't spin when oversubscribed.
    boolean spare = threads <= Runtime.getRuntime().availableProcessors();
    this.lookOutNanos = spare ? LOOK_OUT_NANOS : 0;
  }

  /**
   * Returns a pool of up to {@code threads} threads, at most four per core: more would only take
   * memory.
   */
  public static WorkerPool atMost(int threads) {
    int most = THREADS_PER_CORE * Runtime.getRuntime().availableProcessors();
    return new WorkerPool(Math.min(threads, most));
  }

  /** Number of threads, the calling one included. */
  public int threads() {
    return threads;
  }

  /** A list of tasks and its progress. */
  private static final class Job {
    volatile List<Runnable> tasks;
    final Thread caller = Thread.currentThread();
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger workers = new AtomicInteger();
    final AtomicReference<Throwable> failure = new AtomicReference<>();

    Job(List<Runnable> tasks) {
      this.tasks = tasks;
    }

    void work() {
      try {
        for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
          tasks.get(i).run();
        }
      } catch (RuntimeException | Error e) {
        fail(e);
      }
    }

    void fail(Throwable e) {
      failure.compareAndSet(null, e);
      beginNoMore();
    }

    void beginNoMore() {
      next.set(tasks.size());
    }
  }

  /** A thread other than the caller's. */
  private final class Worker extends Thread {
    private volatile boolean asleep;

    Worker() {
      super("spanmatch-worker");
      setDaemon(true);
    }

    @Override
    public void run() {
      Job last = null;
      while (!closed) {
        Job current = job;
        if (current == null || current == last) {
          last = current;
          waitForOtherThan(last);
          continue;
        }
        last = current;
        current.workers.incrementAndGet();
        current.work();
        if (current.workers.decrementAndGet() == 0) {
          LockSupport.unpark(current.caller);
        }
      }
    }

    private void waitForOtherThan(Job last) {
      long end = System.nanoTime() + lookOutNanos;
      while (!isNew(last) && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      asleep = true;
      while (!isNew(last)) {
        LockSupport.park(WorkerPool.this);
      }
      asleep = false;
    }

    private boolean isNew(Job last) {
      Job current = job;
      return closed || (current != null && current != last);
    }

    void wake() {
      if (asleep) {
        LockSupport.unpark(this);
      }
    }
  }

  /**
   * Runs all tasks, starting them in order. Returns or throws only after all started tasks have
   * ended, since they share memory with the caller.
   *
   * @throws RuntimeException the first one that a task threw; tasks not started by then are skipped
   * @throws CancellationException if the calling thread is interrupted
   * @throws IllegalStateException if this is closed
   */
  public void run(List<Runnable> tasks) {
    if (closed) {
      throw new IllegalStateException("the kernel is closed");
    }
    Job current = new Job(tasks);
    if (threads > 1 && tasks.size() > 1) {
      try {
        while (others.size() < threads - 1) {
          Worker worker = new Worker();
          worker.start();
          others.add(worker);
        }
      } catch (Error e) { // no more threads
        current.fail(e);
      }
      job = current;
      others.forEach(Worker::wake);
    }
    current.work();
    boolean interrupted = waitForWorkers(current);
    job = null;
    current.tasks = List.of(); // frees the tasks, although a sleeping worker still holds the job
    if (interrupted) {
      Thread.currentThread().interrupt();
      CancellationException cancelled = new CancellationException("interrupted");
      if (current.failure.get() != null) {
        cancelled.addSuppressed(current.failure.get());
      }
      throw cancelled;
    }
    if (current.failure.get() instanceof Error error) {
      throw error;
    }
    if (current.failure.get() instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /**
   * Waits until no worker runs a task or starts another. If interrupted, prevents further starts.
   * Returns whether it was interrupted.
   */
  private boolean waitForWorkers(Job current) {
    boolean interrupted = Thread.interrupted();
    long end = System.nanoTime() + lookOutNanos;
    while (current.workers.get() > 0) {
      if (interrupted) {
        current.beginNoMore();
      }
      if (System.nanoTime() < end) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
      }
      interrupted |= Thread.interrupted();
    }
    return interrupted;
  }

  @Override
  public void close() {
    closed = true;
    others.forEach(LockSupport::unpark);
  }
}
