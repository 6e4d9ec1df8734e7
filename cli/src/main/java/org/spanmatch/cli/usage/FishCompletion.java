package org.spanmatch.cli.usage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Option;

/** Completion for fish: a line for each command, option and kind of arguments. */
final class FishCompletion {
  private static final String HEAD =
      """
      # Completion of spanmatch for fish. Made by 'spanmatch completion fish'.

      # Whether the command is one of those named, or, if none is named, yet to be typed.
      function __spanmatch_command
          set -l words (commandline -opc)
          set -e words[1]
          if test "$words[1]" = --debug
              set -e words[1]
          end
          if set -q argv[1]
              contains -- "$words[1]" $argv
          else
              not set -q words[1]
          end
      end

      # Words for what follows the last comma.
      function __spanmatch_several
          set -l before (commandline -ct | string replace -r '^--[^=]*=' '' | string match -r '^.*,')
          for word in $argv
              contains -- $word (string split , "$before"); or echo "$before$word"
          end
      end

      complete -c spanmatch -f
      complete -c spanmatch -n __spanmatch_command -s h -l help -d 'the commands'
      complete -c spanmatch -n __spanmatch_command -l version -d 'the version'
      complete -c spanmatch -n __spanmatch_command -l debug -d 'show the stack trace of an error'
      """;

  private FishCompletion() {}

  static String script(List<CommandUsage> commands) {
    StringBuilder script = new StringBuilder(HEAD);
    for (CommandUsage command : commands) {
      script.append("complete -c spanmatch -n __spanmatch_command -a " + command.name());
      script.append(" -d " + quoted(command.summary()) + "\n");
    }
    // What several commands have in common is one line.
    Map<String, List<String>> users = new LinkedHashMap<>();
    for (CommandUsage command : commands) {
      command.options().forEach(option -> add(users, specification(option), command.name()));
      String arguments = arguments(command.values());
      if (!command.arguments().isEmpty() && !arguments.isEmpty()) {
        add(users, arguments, command.name());
      }
    }
    users.forEach(
        (specification, names) ->
            script.append(
                "complete -c spanmatch -n '__spanmatch_command "
                    + String.join(" ", names)
                    + "' "
                    + specification
                    + "\n"));
    return script.toString();
  }

  private static void add(Map<String, List<String>> users, String specification, String name) {
    users.computeIfAbsent(specification, none -> new ArrayList<>()).add(name);
  }

  private static String specification(Option option) {
    String name = option.getOpt() == null ? "" : "-s " + option.getOpt() + " ";
    return name
        + "-l "
        + option.getLongOpt()
        + (option.hasArg() ? " " + value(Values.of(option)) : "")
        + " -d "
        + quoted(CommandUsage.brief(option));
  }

  private static String value(Values values) {
    return values.kind() == Values.Kind.FILE ? "-r -F" : ("-x " + arguments(values)).strip();
  }

  private static String arguments(Values values) {
    return switch (values.kind()) {
      case UNKNOWN -> "";
      case FILE -> "-F";
      case FOLDER -> "-a '(__fish_complete_directories)'";
      case ONE -> "-a " + quoted(values.joined());
      case SEVERAL -> "-a '(__spanmatch_several " + values.joined() + ")'";
    };
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
