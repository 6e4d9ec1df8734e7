package org.spanmatch.cli;

/** The exit codes, as {@code spanmatch help} documents them. */
public final class ExitCode {
  public static final int OK = 0;
  public static final int OTHER = 1;
  public static final int USAGE = 2;
  public static final int BAD_DATA = 3;
  public static final int BACKEND_UNAVAILABLE = 4;
  public static final int NOT_VALID = 5;

  /** What shells report after SIGPIPE: the reader of the output is gone. */
  public static final int NO_READER = 128 + 13;

  private ExitCode() {}
}
