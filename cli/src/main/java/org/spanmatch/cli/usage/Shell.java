package org.spanmatch.cli.usage;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A shell that completes what is typed. */
public enum Shell {
  /** Bash 3.2 or newer; 4 or newer does not offer files where there can be none. */
  BASH,
  /** Zsh 5. */
  ZSH,
  /** Fish 3. */
  FISH;

  /** Returns the script that the shell is to read, of all commands. */
  public String completion(List<CommandUsage> commands) {
    return switch (this) {
      case BASH -> BashCompletion.script(commands);
      case ZSH -> ZshCompletion.script(commands);
      case FISH -> FishCompletion.script(commands);
    };
  }

  /** The names of all. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Shell::toString).toList();
  }

  /** Returns its name as it is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
