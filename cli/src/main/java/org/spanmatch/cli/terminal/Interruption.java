package org.spanmatch.cli.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.spanmatch.cli.output.TemporaryFiles;

/**
 * Lets a command that is interrupted, as by Ctrl-C, write what it has found before the process ends
 * (with the exit code that an interrupted process has anyway, 130 for Ctrl-C).
 */
public final class Interruption implements AutoCloseable {
  // For work that can't be given up in its middle.
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch written = new CountDownLatch(1);
  private final Thread hook = new Thread(this::interrupted, "spanmatch-interruption");
  private volatile boolean requested;

  private Interruption() {}

  /** Installs the shutdown hook. */
  public static Interruption start() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    TemporaryFiles.stayUntil(interruption::awaitWritten);
    return interruption;
  }

  private void interrupted() {
    requested = true;
    awaitWritten();
  }

  private void awaitWritten() {
    try {
      written.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether to end soon. */
  public boolean requested() {
    return requested;
  }

  /** Called when all output is written. */
  @Override
  public void close() {
    written.countDown();
    TemporaryFiles.stayUntil(() -> {});
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Shutdown is under way, which the hook is a part of.
    }
  }
}
