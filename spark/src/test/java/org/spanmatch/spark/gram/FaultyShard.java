package org.spanmatch.spark.gram;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.TaskContext;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.PerGroup;

/**
 * A shard that fails on purpose when it is opened.
 *
 * @param shard what it holds
 * @param fault what happens
 * @param marks a folder in which attempts leave a file
 */
record FaultyShard(GeneratedShard shard, Fault fault, String marks) implements Shard {
  private static final long serialVersionUID = 1;
  private static final long FOREVER = 60_000;

  enum Fault {
    NONE,
    /** The first attempt ends its process, as the system does where memory is short. */
    KILLS_THE_EXECUTOR,
    /** The first two attempts fail. */
    FAILS_TWICE,
    /** The first attempt takes longer than anyone waits. */
    HANGS,
    DAMAGED
  }

  @Override
  public PerGroup<Layer> open(int pair) {
    switch (fault) {
      case KILLS_THE_EXECUTOR -> {
        if (attempt() == 0) {
          kill();
        }
      }
      case FAILS_TWICE -> {
        if (attempt() < 2) {
          throw new ActivationsException("store://a/x.npy: the connection was reset");
        }
      }
      case HANGS -> {
        if (attempt() == 0) {
          sleep();
        }
      }
      case DAMAGED -> throw new ActivationsException("store://a/x-7.npy: it is damaged");
      default -> {
        // nothing
      }
    }
    return shard.open(pair);
  }

  /** How many attempts there were before this one, on any executor. */
  private int attempt() {
    int attempt = 0;
    try {
      while (true) {
        Path mark = Path.of(marks, fault + "-" + attempt);
        if (!Files.exists(mark)) {
          Files.writeString(mark, "task " + TaskContext.get().taskAttemptId());
          return attempt;
        }
        attempt++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void kill() {
    try {
      String own = Long.toString(ProcessHandle.current().pid());
      new ProcessBuilder("kill", "-9", own).inheritIO().start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    sleep();
  }

  private static void sleep() {
    try {
      Thread.sleep(FOREVER);
    } catch (InterruptedException e) {
      throw new ActivationsException("the other copy of the task was faster", e);
    }
  }
}
