package org.spanmatch.cli;

import java.io.IOException;
import java.util.List;

/** Signals to the processes that tests start. */
final class Signals {
  private Signals() {}

  /** Has SIGINT reach the command where this process ignores it, as in a shell's background. */
  static void listenToInterrupts(ProcessBuilder builder) {
    builder.command().addAll(0, List.of("env", "--default-signal=INT"));
  }

  /** Sends a signal, to a process or with a minus to a group. */
  static void send(String signal, String process) throws IOException, InterruptedException {
    // Of the shell, since not every system has a program of that name.
    new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
