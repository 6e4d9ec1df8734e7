package org.spanmatch.cli.usage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.cli.Option;

/** Completion for bash, with nothing but its builtins. */
final class BashCompletion {
  private static final String HEAD =
      """
      # Completion of spanmatch for bash. Made by 'spanmatch completion bash'.

      # Offers some words, and no files.
      _spanmatch_one() {
        compopt +o default 2>/dev/null
        COMPREPLY=($(compgen -W "$1" -- "$word"))
      }

      # Offers some words for what follows the last comma.
      _spanmatch_several() {
        local before= each words=
        [[ $word != *,* ]] || before=${word%,*},
        for each in $1; do
          [[ ,$before == *,$each,* ]] || words+=" $each"
        done
        compopt +o default -o nospace 2>/dev/null
        COMPREPLY=($(compgen -P "$before" -W "$words" -- "${word##*,}"))
      }

      _spanmatch() {
        local IFS=$' \\t\\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
        local first=1
        COMPREPLY=()
        # --option=value comes as three words.
        if [[ $word == '=' ]]; then
          word=
        elif [[ $before == '=' ]]; then
          before=${COMP_WORDS[COMP_CWORD - 2]}
        fi
        [[ ${COMP_WORDS[1]} != --debug ]] || first=2
        if ((COMP_CWORD <= first)); then
      """;

  // Where nothing is offered, readline completes names of files, as it does for other programs.
  private static final String END = "complete -o default -F _spanmatch spanmatch\n";

  private BashCompletion() {}

  static String script(List<CommandUsage> commands) {
    Map<String, List<String>> values = new TreeMap<>();
    Map<String, List<String>> arguments = new TreeMap<>();
    Map<String, List<String>> options = new TreeMap<>();
    List<String> names = new ArrayList<>();
    for (CommandUsage command : commands) {
      String name = command.name();
      names.add(name);
      add(arguments, action(command.values()), name);
      List<String> spellings = new ArrayList<>();
      for (Option option : command.options()) {
        spellings.addAll(CommandUsage.spellings(option));
        if (option.hasArg()) {
          add(values, action(Values.of(option)), "'" + name + " --" + option.getLongOpt() + "'");
        }
      }
      add(options, "_spanmatch_one '" + String.join(" ", spellings) + "'", name);
    }
    names.addAll(List.of("--debug", "--help", "--version"));
    return HEAD
        + "    _spanmatch_one '"
        + String.join(" ", names)
        + "'\n    return\n  fi\n"
        + "  local command=${COMP_WORDS[first]}\n"
        + cases("\"$command $before\"", values, "; return")
        + "  if [[ $word == -* ]]; then\n"
        + cases("$command", options, "").indent(2)
        + "    return\n  fi\n"
        + cases("$command", arguments, "")
        + "}\n\n"
        + END;
  }

  private static void add(Map<String, List<String>> cases, String action, String pattern) {
    cases.computeIfAbsent(action, none -> new ArrayList<>()).add(pattern);
  }

  private static String cases(String word, Map<String, List<String>> cases, String after) {
    StringBuilder text = new StringBuilder("  case " + word + " in\n");
    cases.forEach(
        (action, patterns) ->
            text.append("    " + String.join(" | ", patterns) + ")\n      ")
                .append(action + after + "\n      ;;\n"));
    return text.append("  esac\n").toString();
  }

  private static String action(Values values) {
    return switch (values.kind()) {
      case UNKNOWN -> "compopt +o default 2>/dev/null";
      case FILE -> ":";
      case FOLDER -> "compopt +o default -o dirnames 2>/dev/null";
      case ONE -> "_spanmatch_one '" + values.joined() + "'";
      case SEVERAL -> "_spanmatch_several '" + values.joined() + "'";
    };
  }
}
