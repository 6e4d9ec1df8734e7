package org.spanmatch.cli.usage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.Option;

/** The manual page, in the macros of {@code man}, which groff and mandoc read. */
public final class ManualPage {
  private static final String PURPOSE =
      "to what extent did two neural networks learn the same representation?";

  private static final Map<String, String> ENVIRONMENT = new LinkedHashMap<>();

  static {
    ENVIRONMENT.put(
        "SPANMATCH_JAVA_OPTS",
        "Options for Java, such as -Xmx8g, words as in a shell: one that holds a blank stands in"
            + " quotes. Nothing in it is expanded.");
    ENVIRONMENT.put(
        "JAVA_HOME",
        "The Java that runs the command, 17 or newer, before the one on PATH. A bundle has a Java"
            + " and ignores it.");
    ENVIRONMENT.put(
        "XDG_CONFIG_HOME",
        "The folder in which 'bench --save-profile' keeps its profile; ~/.config if it is not set.");
  }

  private final StringBuilder text = new StringBuilder();

  private ManualPage() {}

  /**
   * Returns the page.
   *
   * @param version of the program
   * @param commands all of them
   */
  public static String of(String version, List<CommandUsage> commands) {
    ManualPage page = new ManualPage();
    page.line(".TH SPANMATCH 1 \"\" \"spanmatch " + escaped(version) + "\" \"User Commands\"");
    page.line(".nh\n.ad l"); // names of options are not to be hyphenated
    page.section("NAME");
    page.paragraph("spanmatch - " + PURPOSE);
    page.synopsis(commands);
    page.commands(commands);
    page.sharedOptions(commands);
    page.endings();
    page.section("EXAMPLES");
    for (CommandUsage command : commands) {
      command.examples().stream().limit(1).forEach(example -> page.example(command, example));
    }
    return page.text.toString();
  }

  private void synopsis(List<CommandUsage> commands) {
    section("SYNOPSIS");
    line(".nf");
    for (CommandUsage command : commands) {
      line(".B spanmatch " + command.name() + "\\fR " + escaped(command.synopsis()));
    }
    line(".B spanmatch \\-\\-version");
    line(".fi");
  }

  private void commands(List<CommandUsage> commands) {
    Map<String, List<String>> users = users(commands);
    section("COMMANDS");
    for (CommandUsage command : commands) {
      line(".SS " + command.name());
      paragraph(sentence(command.summary()));
      line(".PP");
      line(".nf");
      command.details().stripTrailing().lines().forEach(this::paragraph);
      line(".fi");
      List<String> shared = new ArrayList<>();
      for (Option option : command.options()) {
        if (users.get(entry(option)).size() == 1) {
          line(entry(option));
        } else {
          shared.add("--" + option.getLongOpt());
        }
      }
      line(".PP");
      paragraph("See below for " + String.join(", ", shared) + ".");
    }
  }

  /** What an option's entry is, and the commands that have it so. */
  private static Map<String, List<String>> users(List<CommandUsage> commands) {
    Map<String, List<String>> users = new LinkedHashMap<>();
    for (CommandUsage command : commands) {
      for (Option option : command.options()) {
        users.computeIfAbsent(entry(option), none -> new ArrayList<>()).add(command.name());
      }
    }
    return users;
  }

  private void sharedOptions(List<CommandUsage> commands) {
    section("OPTIONS OF SEVERAL COMMANDS");
    users(commands)
        .forEach(
            (entry, names) -> {
              if (names.size() > 1) {
                line(entry);
                boolean all = names.size() == commands.size();
                paragraph(all ? "All commands." : "Commands: " + String.join(", ", names) + ".");
              }
            });
  }

  private static String entry(Option option) {
    String names = escaped(String.join(", ", CommandUsage.spellings(option)));
    String value = option.hasArg() ? " \\fI" + escaped(option.getArgName()) + "\\fR" : "";
    return ".TP\n.B " + names + "\\fR" + value + "\n" + escaped(sentence(option.getDescription()));
  }

  private void endings() {
    section("EXIT STATUS");
    ExitCodes.ALL.forEach(
        code -> {
          line(".TP\n.B " + code.code());
          paragraph(sentence(code.meaning()));
        });
    section("ENVIRONMENT");
    ENVIRONMENT.forEach(
        (name, meaning) -> {
          line(".TP\n.B " + name);
          paragraph(meaning);
        });
  }

  private void example(CommandUsage command, String example) {
    line(".PP");
    paragraph(sentence(command.summary()));
    line(".PP\n.RS 4\n.nf");
    paragraph(example);
    line(".fi\n.RE");
  }

  private void section(String title) {
    line(".SH " + title);
  }

  private void paragraph(String words) {
    line(escaped(words));
  }

  private void line(String words) {
    text.append(words).append('\n');
  }

  private static String sentence(String phrase) {
    String end = phrase.endsWith("?") || phrase.endsWith(".") ? "" : ".";
    return Character.toUpperCase(phrase.charAt(0)) + phrase.substring(1) + end;
  }

  /** Text that has no meaning to the macros, in ASCII. */
  private static String escaped(String words) {
    StringBuilder escaped = new StringBuilder();
    if (words.startsWith(".") || words.startsWith("'")) {
      escaped.append("\\&");
    }
    words
        .codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                case '\'' -> escaped.append("\\(aq");
                case '`' -> escaped.append("\\(ga");
                case '^' -> escaped.append("\\(ha");
                case '~' -> escaped.append("\\(ti");
                default -> {
                  if (point < 128) {
                    escaped.appendCodePoint(point);
                  } else {
                    escaped.append(String.format(Locale.ROOT, "\\[u%04X]", point));
                  }
                }
              }
            });
    return escaped.toString();
  }
}
