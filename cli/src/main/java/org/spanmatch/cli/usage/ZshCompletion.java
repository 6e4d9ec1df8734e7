package org.spanmatch.cli.usage;

import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.CommonOptions;

/** Completion for zsh, by its function {@code _arguments}. */
final class ZshCompletion {
  private static final String HEAD =
      """
      #compdef spanmatch
      # Completion of spanmatch for zsh. Made by 'spanmatch completion zsh'.

      _spanmatch() {
        local curcontext=$curcontext state state_descr line
        typeset -A opt_args
        local -a commands
        commands=(
      """;

  private static final String DISPATCH =
      """
        )
        _arguments -C \\
          '(- *)'{-h,--help}'[the commands]' \\
          '(- *)--version[the version]' \\
          '--debug[show the stack trace of an error]' \\
          '1:command:->command' \\
          '*::argument:->argument' && return
        if [[ $state == command ]]; then
          _describe -t commands command commands
          return
        fi
        case $words[1] in
      """;

  // Read by the shell at its start, the script is a function of another name.
  private static final String END =
      """
        esac
      }

      if [[ $funcstack[1] == _spanmatch ]]; then
        _spanmatch "$@"
      else
        compdef _spanmatch spanmatch
      fi
      """;

  private ZshCompletion() {}

  static String script(List<CommandUsage> commands) {
    StringBuilder script = new StringBuilder(HEAD);
    for (CommandUsage command : commands) {
      script.append("    " + quoted(command.name() + ":" + command.summary()) + "\n");
    }
    script.append(DISPATCH);
    for (CommandUsage command : commands) {
      script.append("    " + command.name() + ")\n      _arguments");
      for (Option option : command.options()) {
        for (String spelling : CommandUsage.spellings(option)) {
          script.append(" \\\n        " + quoted(specification(option, spelling)));
        }
      }
      if (!command.arguments().isEmpty()) {
        String argument = "*:" + escaped(command.arguments()) + ":" + action(command.values());
        script.append(" \\\n        " + quoted(argument));
      }
      script.append("\n      ;;\n");
    }
    return script.append(END).toString();
  }

  private static String specification(Option option, String spelling) {
    StringBuilder text = new StringBuilder();
    if (CommonOptions.isRepeatable(option)) {
      text.append('*');
    } else if (option.getOpt() != null) {
      text.append("(" + String.join(" ", CommandUsage.spellings(option)) + ")");
    }
    text.append(spelling);
    if (option.hasArg()) {
      text.append('=');
    }
    text.append("[" + escaped(CommandUsage.brief(option)) + "]");
    if (option.hasArg()) {
      text.append(":" + escaped(option.getArgName()) + ":" + action(Values.of(option)));
    }
    return text.toString();
  }

  private static String action(Values values) {
    return switch (values.kind()) {
      case UNKNOWN -> " ";
      case FILE -> "_files";
      case FOLDER -> "_files -/";
      case ONE -> "(" + values.joined() + ")";
      case SEVERAL -> "_sequence compadd - " + values.joined();
    };
  }

  private static String escaped(String text) {
    return text.replaceAll("[\\\\\\[\\]:]", "\\\\$0");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
