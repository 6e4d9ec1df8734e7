package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** Completion as the shells themselves do it, each with the script made for it. */
@Tag("once") // on one JDK: nothing here depends on which
class CompletionCommandTest {
  /**
   * Has readline insert all completions, and an interactive bash run the line, with a function in
   * the place of the command that prints its last arguments.
   */
  private static final String BASH =
      """
      {
        printf 'unset HISTFILE; PS1=; source %q\\n' "$1"
        printf 'spanmatch() { printf "offered=%%s\\\\n" "${@:typed}"; }\\n'
        words=($2)
        typed=${#words[@]}
        [[ $2 != *' ' ]] || typed=$((typed + 1))
        printf 'typed=%d; bind "\\\\C-t: insert-completions"\\n' $((typed - 1))
        printf '%s\\024\\n' "$2"
      } | bash --norc --noprofile -i 2>/dev/null | sed -n 's/^offered=//p' | grep -Fxve "${2##* }"
      exit 0
      """;

  @TempDir Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectory(folder.resolve("results"));
    Files.createFile(folder.resolve("one.npz"));
    Files.createFile(folder.resolve("two words.npz"));
  }

  private static Outcome shell(Path folder, String... command) {
    Path program = Path.of("/usr/bin", command[0]);
    assumeTrue(
        Files.isExecutable(program) || Files.isExecutable(Path.of("/bin", command[0])),
        "skipped: there is no " + command[0] + " on the PATH, so its completion is not tried");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("TERM", "dumb");
    return RealCommand.finish(builder);
  }

  /** What a shell offers for a line, without what is typed before the last comma or '='. */
  private Set<String> offered(String shell, String line) throws Exception {
    Outcome script = RealCommand.run("completion", shell);
    assertEquals(0, script.exitCode(), script.err());
    Path file = folder.resolveSibling(folder.getFileName() + "." + shell);
    Files.writeString(file, script.out());
    Outcome outcome =
        switch (shell) {
          case "bash" -> shell(folder, "bash", "--norc", "-c", BASH, "bash", file.toString(), line);
          case "zsh" -> shell(folder, "zsh", "-f", driver(), file.toString(), line);
          default ->
              shell(
                  folder,
                  "fish",
                  "-c",
                  "source $argv[1]; complete -C $argv[2]",
                  file.toString(),
                  line);
        };
    assertEquals("", outcome.err());
    return outcome
        .out()
        .lines()
        .map(word -> word.split("\t", 2)[0].replaceFirst("/$", "").replace("\\ ", " "))
        .map(word -> word.replaceFirst("^.*[,=]", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String driver() throws URISyntaxException {
    return Path.of(CompletionCommandTest.class.getResource("complete.zsh").toURI()).toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void offersWhatTheCommandTakes(String shell) throws Exception {
    assertOffered("measures merge", shell, "spanmatch me");
    assertOffered("gram", shell, "spanmatch --debug help gr");
    assertOffered("bash fish zsh", shell, "spanmatch completion ");
    assertOffered("--pair --pairs", shell, "spanmatch match one.npz --pa");
    assertOffered("high standard", shell, "spanmatch gram --precision ");
    assertOffered("order", shell, "spanmatch match --pairs=o");
    assertOffered("ncdhw ndhwc nhwc ntf", shell, "spanmatch layers --layout nf,nchw,n");
    assertOffered("one.npz", shell, "spanmatch match o");
    assertOffered("results", shell, "spanmatch demo --out ");
    assertOffered("", shell, "spanmatch match --seed ");
    assertEquals(Set.of("one.npz", "two words.npz", "results"), offered(shell, "spanmatch match "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "fish"}) // zsh offers options where there is nothing else
  void offersNoFilesWhereThereCanBeNone(String shell) throws Exception {
    assertOffered("", shell, "spanmatch bundle ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void servesACommandOfAnotherFolder(String shell) throws Exception {
    Path copy = Files.writeString(folder.resolve("spanmatch"), "printf 'offered=%s\\n' $2");
    assertTrue(copy.toFile().setExecutable(true));
    assertOffered("gram", shell, "./spanmatch help gra");
  }

  /** For zsh, which takes a second for each line, that of one command. */
  @ParameterizedTest
  @CsvSource({"bash, help .*", "fish, help .*", "zsh, match .*"})
  void offersEveryOptionOfHelp(String shell, String ofThese) throws Exception {
    List<String> commands = found("(?m)^  spanmatch ([a-z]+ )", RealCommand.run("help").out());
    assertTrue(commands.size() > 15, commands.toString());
    Pattern chosen = Pattern.compile(ofThese.replace("help", "[a-z]+"));
    for (String command : commands.stream().filter(c -> chosen.matcher(c).matches()).toList()) {
      String help = RealCommand.run("help", command.strip()).out();
      String options = help.substring(help.indexOf("Options:"));
      Set<String> expected = new TreeSet<>(found("(?m)^ (?:-[a-z], )?(--[a-z-]+)", options));
      assertEquals(expected, offered(shell, "spanmatch " + command + "--"), command);
    }
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1)).toList();
  }

  private void assertOffered(String expected, String shell, String line) throws Exception {
    Set<String> words = expected.isEmpty() ? Set.of() : Set.of(expected.split(" "));
    assertEquals(new TreeSet<>(words), offered(shell, line), line);
  }

  @Test
  void saysWhichShellsItKnows() {
    for (String words : List.of("", " csh", " bash zsh")) {
      Outcome outcome = RealCommand.run((Object[]) ("completion" + words).split(" "));
      assertEquals(2, outcome.exitCode());
      String found = words.isEmpty() ? "none" : "'" + words.strip() + "'";
      assertEquals(
          "spanmatch: expected one shell, bash, zsh, fish, found "
              + found
              + "; see 'spanmatch help completion'\n",
          outcome.err());
    }
  }

  /** Shells wait for it when they start. */
  @Test
  void loadsNoKernel() {
    Outcome outcome = RealCommand.runWith(List.of("-Xlog:class+load"), "completion", "bash");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("org.spanmatch.cli.usage.BashCompletion "));
    List<String> kernels =
        outcome
            .out()
            .lines()
            .filter(line -> line.matches(".*\\] (jdk[.]incubator|jcuda)[.].*"))
            .toList();
    assertEquals(List.of(), kernels);
  }
}
