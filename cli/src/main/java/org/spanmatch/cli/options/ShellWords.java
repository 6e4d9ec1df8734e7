package org.spanmatch.cli.options;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** Parts of command lines that can be pasted into a shell. */
public final class ShellWords {
  /** The system property in which the launcher passes how it was started. */
  static final String COMMAND_PROPERTY = "spanmatch.command";

  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_./:@%+,-]+");

  private ShellWords() {}

  /** The command as it was started, such as {@code ./spanmatch}. */
  public static String command() {
    return quoted(System.getProperty(COMMAND_PROPERTY, "spanmatch"));
  }

  /** A file as an argument: quoted where it has to be, and never taken for an option. */
  public static String of(Path file) {
    String text = file.toString();
    return quoted(text.startsWith("-") ? Path.of(".", text).toString() : text);
  }

  /** A word as a POSIX shell reads it, in quotes where it needs them. */
  public static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
