package org.spanmatch.cli.usage;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A shell that completes what is typed. */
public enum Shell {
  /** Bash 3.2 or newer; 4 or newer does not offer files where there can be none. */
  BASH(BashCompletion::script),
  /** Zsh 5. */
  ZSH(ZshCompletion::script),
  /** Fish 3. */
  FISH(FishCompletion::script);

  private final Function<List<CommandUsage>, String> script;

  Shell(Function<List<CommandUsage>, String> script) {
    this.script = script;
  }

  /** Returns the script that the shell is to read, of all commands. */
  public String completion(List<CommandUsage> commands) {
    return script.apply(commands);
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
