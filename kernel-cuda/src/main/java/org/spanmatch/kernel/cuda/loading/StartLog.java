package org.spanmatch.kernel.cuda.loading;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Says at DEBUG how long after the start of the process each part of a start has ended. */
public final class StartLog {
  private static final Logger LOGGER = System.getLogger("org.spanmatch.kernel");

  private StartLog() {}

  /**
   * Called at the end of a part.
   *
   * @param part such as "context"
   * @param begun when it began, by {@link System#nanoTime}
   */
  public static void ended(String part, long begun) {
    if (LOGGER.isLoggable(Level.DEBUG)) {
      double took = (System.nanoTime() - begun) / 1e6;
      Instant started = ProcessHandle.current().info().startInstant().orElse(Instant.now());
      LOGGER.log(
          Level.DEBUG,
          String.format(
              Locale.ROOT,
              "CUDA start: %s took %.1f ms, until %d ms after the start of the process",
              part,
              took,
              Duration.between(started, Instant.now()).toMillis()));
    }
  }
}
