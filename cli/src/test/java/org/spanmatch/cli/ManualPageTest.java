package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** The manual page, as {@code man} shows it. */
@Tag("once") // on one JDK: nothing here depends on which
class ManualPageTest {
  @TempDir Path folder;

  private static String source() {
    Outcome outcome = RealCommand.run("help", "--man");
    assertEquals(0, outcome.exitCode(), outcome.err());
    return outcome.out();
  }

  /** The page in lines that are wide enough for every sentence, with letters other than ASCII. */
  private String shown() throws IOException {
    for (String program : new String[] {"man", "groff"}) {
      assumeTrue(
          Files.isExecutable(Path.of("/usr/bin", program)),
          "skipped: there is no " + program + " on the PATH, so the manual page is not shown");
    }
    Path page = Files.writeString(folder.resolve("spanmatch.1"), source());
    ProcessBuilder builder =
        new ProcessBuilder("man", "--warnings=w", "-E", "UTF-8", "-l", page.toString());
    builder.environment().put("MANWIDTH", "1000");
    builder.environment().put("LC_ALL", "C.UTF-8");
    Outcome outcome = RealCommand.finish(builder);
    assertEquals(0, outcome.exitCode());
    assertEquals("", outcome.err(), "warnings of groff");
    return outcome.out().replaceAll(".\b", "").replaceAll("\u001b\\[[0-9;]*m", "");
  }

  @Test
  void saysWhatHelpSays() throws IOException {
    String page = shown();
    for (String section : new String[] {"NAME", "SYNOPSIS", "EXIT STATUS", "ENVIRONMENT"}) {
      assertTrue(page.contains("\n" + section + "\n"), section);
    }
    int options = 0;
    for (String command : new String[] {"match", "simple", "bench", "help"}) {
      String help = RealCommand.run("help", command).out();
      assertTrue(page.contains("\n       spanmatch " + command), command);
      String example =
          help.lines().filter(line -> line.startsWith("  spanmatch ")).findFirst().get();
      assertTrue(page.split(Pattern.quote(example.strip()), -1).length > 2, example);
      String list = help.substring(help.indexOf("Options:"));
      for (String entry : list.split("\n (?=-)", -1)) {
        String[] parts = entry.strip().replaceAll("\\s+", " ").split(" ", 2);
        if (parts[0].startsWith("--") && !parts[1].startsWith("<")) {
          assertTrue(page.contains("\n       " + parts[0]), entry);
          assertTrue(page.contains(parts[1].substring(1)), entry);
          options++;
        }
      }
    }
    assertTrue(options > 10, "found only " + options);
    assertTrue(page.contains("ε"), "letters other than ASCII are lost");
  }

  @Test
  void documentsEveryExitCode() throws IOException, ReflectiveOperationException {
    String table = Files.readString(RealCommand.root().resolve("docs").resolve("command.md"));
    String overview = RealCommand.run("help").out();
    int codes = 0;
    for (Field field : ExitCode.class.getDeclaredFields()) {
      if (field.getType() == int.class) {
        int code = field.getInt(null);
        assertTrue(source().contains(".TP\n.B " + code + "\n"), field.getName());
        assertTrue(
            overview.contains(String.format(Locale.ROOT, "\n  %3d  ", code)), field.getName());
        assertTrue(table.contains("\n| " + code + " | "), field.getName());
        codes++;
      }
    }
    assertEquals(7, codes);
  }

  /** So that no system needs to know in which encoding it is. */
  @Test
  void isAscii() {
    String page = source();
    assertEquals(
        page, new String(page.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII));
  }
}
