package org.spanmatch.cli.usage;

import java.util.List;

/** What the exit codes of the command mean, as help and the manual page say it. */
public final class ExitCodes {
  /**
   * One of them.
   *
   * @param code the number
   * @param meaning a phrase
   */
  public record Meaning(int code, String meaning) {}

  /** All of them. */
  public static final List<Meaning> ALL =
      List.of(
          new Meaning(0, "fine"),
          new Meaning(1, "anything not named here, such as an output that can't be written"),
          new Meaning(2, "wrong usage"),
          new Meaning(3, "bad input data"),
          new Meaning(4, "a backend that was asked for is unavailable"),
          new Meaning(
              5,
              "validate found a backend that does not keep its promises, or bench --compare"
                  + " something slower"),
          new Meaning(130, "interrupted by Ctrl-C"),
          new Meaning(141, "nobody reads the output to its end, as with | head"),
          new Meaning(143, "ended by SIGTERM"));

  private ExitCodes() {}
}
