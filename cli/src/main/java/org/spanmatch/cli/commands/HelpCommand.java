package org.spanmatch.cli.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.OptionTable;
import org.spanmatch.cli.options.Spelling;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.Version;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.usage.CommandUsage;
import org.spanmatch.cli.usage.ExitCodes;
import org.spanmatch.cli.usage.ManualPage;
import org.spanmatch.cli.usage.Values;

/** {@code spanmatch help}: lists the commands, or explains one. */
public final class HelpCommand implements Command {
  private static final int OVERVIEW_WIDTH = 80;
  private static final Option MAN =
      CommonOptions.flag("man", "all of this as a manual page, for the program man");

  private final List<Command> commands;

  /** Help for these commands, their completion, and itself. */
  public HelpCommand(List<Command> commands) {
    this.commands = new ArrayList<>(commands);
    this.commands.add(new CompletionCommand(this.commands));
    this.commands.add(this);
  }

  @Override
  public String name() {
    return "help";
  }

  @Override
  public String summary() {
    return "this overview, or how to use a command";
  }

  @Override
  public String arguments() {
    return "[command]";
  }

  @Override
  public Values values() {
    return Values.oneOf(names());
  }

  @Override
  public List<Option> options() {
    return List.of(MAN);
  }

  @Override
  public String details() {
    return """
        Examples:
          spanmatch help match
          spanmatch help --man > ~/.local/share/man/man1/spanmatch.1
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) throws IOException {
    if (arguments.has(MAN)) {
      arguments.paths(0, 0);
      List<CommandUsage> usages = commands.stream().map(Command::usage).toList();
      console.out().print(ManualPage.of(Version.TEXT, usages));
    } else if (arguments.words().isEmpty()) {
      printOverview(console.out());
    } else {
      printCommand(command(arguments.words().get(0)), console.out());
    }
  }

  /**
   * The command with a name.
   *
   * @throws UsageException if there is none
   */
  public Command command(String name) {
    return commands.stream()
        .filter(command -> command.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "there is no command '"
                        + name
                        + "'"
                        + nearest(name)
                            .map(near -> " (did you mean " + near + "?)")
                            .orElse(", only " + String.join(", ", names()))));
  }

  /** The name of the command that a mistyped one was meant to be, if one is near. */
  public Optional<String> nearest(String name) {
    return Spelling.nearest(name, names());
  }

  private List<String> names() {
    return commands.stream().map(Command::name).toList();
  }

  private void printOverview(PrintStream out) {
    out.println("spanmatch: to what extent did two neural networks learn the same representation?");
    out.println();
    for (Command command : commands) {
      String synopsis = (command.name() + " " + command.arguments()).strip();
      printEntry(synopsis, command.summary(), out);
    }
    printEntry("--version", "the version", out);
    out.println();
    out.print(
        """
        Options of a command: spanmatch help COMMAND. Start with: spanmatch demo
        The option --debug, which every command takes, may also stand before the
        command.

        JVM options, such as -Xmx8g, are taken from SPANMATCH_JAVA_OPTS, words as in a
        shell: one that holds a blank stands in quotes.

        Exit codes:
        """);
    for (ExitCodes.Meaning code : ExitCodes.ALL) {
      printFolded(String.format(Locale.ROOT, "  %3d ", code.code()), code.meaning(), out);
    }
  }

  /** Prints what one does, in lines of 80 columns. */
  private static void printEntry(String synopsis, String summary, PrintStream out) {
    printFolded(String.format(Locale.ROOT, "  spanmatch %-16s ", synopsis), summary, out);
  }

  private static void printFolded(String beginning, String words, PrintStream out) {
    StringBuilder line = new StringBuilder(beginning);
    int indent = line.length();
    for (String word : words.split(" ", -1)) {
      if (line.length() + 1 + word.length() > OVERVIEW_WIDTH) {
        out.println(line);
        line.setLength(0);
        line.append(" ".repeat(indent));
      }
      line.append(' ').append(word);
    }
    out.println(line);
  }

  private static void printCommand(Command command, PrintStream out) throws IOException {
    out.println("usage: spanmatch " + command.name() + " " + command.usage().synopsis());
    out.println();
    out.println(sentence(command.summary()));
    out.println();
    out.print(command.details());
    out.println();
    out.println("Options:");
    OptionTable.print(command.allOptions(), out);
  }

  private static String sentence(String phrase) {
    return Character.toUpperCase(phrase.charAt(0)) + phrase.substring(1) + ".";
  }
}
