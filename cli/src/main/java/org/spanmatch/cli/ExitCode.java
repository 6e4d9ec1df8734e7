package org.spanmatch.cli;

/** The exit codes, as {@code spanmatch help} documents them. */
final class ExitCode {
  static final int OK = 0;
  static final int OTHER = 1;
  static final int USAGE = 2;
  static final int BAD_DATA = 3;
  static final int BACKEND_UNAVAILABLE = 4;
  static final int NOT_VALID = 5;

  /** What shells report after SIGPIPE: the reader of the output is gone. */
  static final int NO_READER = 128 + 13;

  private ExitCode() {}
}
