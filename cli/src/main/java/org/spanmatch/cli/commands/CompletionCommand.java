package org.spanmatch.cli.commands;

import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.usage.Shell;
import org.spanmatch.cli.usage.Values;

/** {@code spanmatch completion}: what has a shell complete commands, options, values and files. */
public final class CompletionCommand implements Command {
  private final List<Command> commands;

  /** Completion of these commands. */
  CompletionCommand(List<Command> commands) {
    this.commands = commands;
  }

  @Override
  public String name() {
    return "completion";
  }

  @Override
  public String summary() {
    return "a script that has bash, zsh or fish complete what is typed";
  }

  @Override
  public String arguments() {
    return "SHELL";
  }

  @Override
  public Values values() {
    return Values.oneOf(Shell.names());
  }

  @Override
  public List<Option> options() {
    return List.of();
  }

  @Override
  public String details() {
    return """
        With the script the shell completes commands, options, the values of options that have a
        fixed choice, such as --backend, and the names of files. It does not start spanmatch for
        that, and serves every spanmatch, such as ./spanmatch in a checkout or a bundle.

        Where scripts go, so that the shell reads one when it is first needed:
          bash  ~/.local/share/bash-completion/completions/spanmatch, or a line in ~/.bashrc as below
          zsh   a file _spanmatch in a folder of $fpath, or a line in ~/.zshrc after compinit
          fish  ~/.config/fish/completions/spanmatch.fish

        Examples:
          spanmatch completion fish > ~/.config/fish/completions/spanmatch.fish
          source <(spanmatch completion bash)
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) {
    List<String> words = arguments.words();
    Shell shell =
        List.of(Shell.values()).stream()
            .filter(known -> words.equals(List.of(known.toString())))
            .findFirst()
            .orElseThrow(
                () ->
                    new UsageException(
                        "expected one shell, "
                            + String.join(", ", Shell.names())
                            + ", found "
                            + (words.isEmpty() ? "none" : "'" + String.join(" ", words) + "'")));
    console.out().print(shell.completion(commands.stream().map(Command::usage).toList()));
  }
}
