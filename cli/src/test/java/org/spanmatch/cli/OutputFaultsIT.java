package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/** Folders that are taken away, streams that are closed, and no room for temporary files. */
@EnabledOnOs(OS.LINUX)
class OutputFaultsIT {
  private static final int PATIENCE_SECONDS = 60;
  private static final String LAYER = "layer 'fc': ";

  private static Faults faults;
  private static Path small;
  private static Path large;
  private static boolean mounts;

  @BeforeAll
  static void start() throws IOException {
    faults = new Faults(OutputFaultsIT.class);
    mounts = Faults.canMount();
    small = faults.folder().resolve("net.npz");
    TestFiles.npz(small, "fc", TestFiles.relu(400 * 24, 1), 400, 24);
    large = faults.folder().resolve("large.npz");
    TestFiles.npz(large, "fc", TestFiles.relu(20_000 * 128, 1), 20_000, 128);
  }

  @AfterAll
  static void report() throws IOException {
    faults.report();
  }

  // Output folders.

  /** What happens to the folder between the check and the result. */
  private interface Change {
    void make(Path out) throws IOException;
  }

  /** The change comes while the layer is computed. */
  private static Outcome runWhile(Path run, Change change) throws Exception {
    Path out = run.resolve("out");
    Path err = run.resolve("err");
    Process process =
        Faults.command("match", large, large, "--verbose", "--out", out)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile())
            .start();
    // Told when the folder has been checked, before the layer is computed.
    while (process.isAlive() && !Files.readString(err).contains(LAYER)) {
      Thread.sleep(2);
    }
    Signals.send("STOP", Long.toString(process.pid()));
    try {
      assertEquals(List.of(), Faults.files(out));
      change.make(out);
    } finally {
      Signals.send("CONT", Long.toString(process.pid()));
    }
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
    List<String> lines = new ArrayList<>(Files.readAllLines(err));
    lines.removeIf(line -> line.startsWith(LAYER));
    return new Outcome(process.exitValue(), "", String.join("\n", lines));
  }

  /** No reason to lose what took hours to compute. */
  @Test
  void aFolderThatIsRemovedComesAgain() throws Exception {
    for (int i = 0; i < Faults.runs(1); i++) {
      Path run = faults.newFolder();
      Outcome outcome = runWhile(run, Files::delete);
      assertEquals(0, outcome.exitCode(), outcome.err());
      assertEquals(9, Faults.files(run.resolve("out")).size());
      Faults.assertWhole(run.resolve("out"));
      faults.count("output folder removed: made again, with all results");
    }
  }

  @Test
  void aFolderThatBecomesAFile() throws Exception {
    for (int i = 0; i < Faults.runs(1); i++) {
      Path run = faults.newFolder();
      Path out = run.resolve("out");
      Outcome outcome =
          runWhile(
              run,
              folder -> {
                Files.delete(folder);
                Files.writeString(folder, "mine");
              });
      Faults.assertFails(1, outcome, out, "can't be written");
      assertEquals("mine", Files.readString(out));
      faults.count("output folder replaced by a file: exit 1, the file untouched");
    }
  }

  /** Root may write anywhere but on a file system that is read-only, so that is what it becomes. */
  @Test
  void aFolderThatBecomesReadOnly() throws IOException {
    if (!mounts) {
      faults.count("output folder made read-only: not tried, for nothing may be mounted");
      return;
    }
    for (int i = 0; i < Faults.runs(1); i++) {
      Path run = faults.newFolder();
      Files.createDirectory(run.resolve("out"));
      Outcome outcome =
          RealCommand.finish(
              Faults.mounting(
                      // The file is there before the command may have begun.
                      "mount -t tmpfs none out && : >err || exit 99;"
                          + " \"$0\" match \"$1\" \"$1\" --verbose --out out/new >/dev/null 2>err & pid=$!;"
                          + " until grep -q '^layer' err; do :; done; kill -STOP $pid;"
                          + " mount -o remount,ro out || exit 98; kill -CONT $pid; wait $pid;"
                          + " code=$?; grep -v '^layer' err >&2; [ -z \"$(ls -A out/new)\" ] || exit 97; exit $code",
                      large)
                  .directory(run.toFile()));
      Faults.assertFails(
          1, outcome, "out/new/result.json: the file can't be written: Read-only file system");
      faults.count("output folder made read-only: exit 1");
    }
  }

  // Standard streams.

  /** As with {@code | head -1}: the reader has what it wants. */
  @ParameterizedTest
  @ValueSource(strings = {"match", "distances", "backends", "help"})
  void nobodyReadsTheOutput(String command) throws Exception {
    Path run = faults.newFolder();
    boolean files = command.equals("match");
    Object[] arguments =
        files
            ? new Object[] {command, small, small, "--out", "out"}
            : command.equals("distances")
                ? new Object[] {command, small, small}
                : new Object[] {command};
    // The pipe has no reader by the time that anything is written.
    Outcome outcome =
        RealCommand.finish(
            Faults.shell("mkfifo pipe; exec 3<>pipe 4>pipe 3<&-; \"$0\" \"$@\" >&4 4>&-", arguments)
                .directory(run.toFile()));
    assertEquals(141, outcome.exitCode(), outcome.err());
    assertEquals(List.of(), Faults.messages(outcome));
    assertEquals(files ? 9 : 0, Faults.files(run).size());
    Faults.assertWhole(run);
    faults.count("reader of standard output gone: exit 141, no message, files whole");
  }

  @Test
  void closedStreams() throws IOException {
    Path run = faults.newFolder();
    String script = "\"$0\" match \"$1\" \"$1\" --quiet --out out ";
    Outcome closed =
        RealCommand.finish(Faults.shell(script + ">&-", small).directory(run.toFile()));
    Faults.assertFails(1, closed, "standard output can't be written: Bad file descriptor");
    assertEquals(9, Faults.files(run).size());
    faults.count("standard output closed: exit 1, files whole");
    for (String redirection : List.of("<&-", "2>&-", "<&- 2>&-")) {
      Outcome outcome =
          RealCommand.finish(Faults.shell(script + redirection, small).directory(run.toFile()));
      assertEquals(0, outcome.exitCode(), outcome.err());
      assertTrue(outcome.out().contains("results and figures in out"), outcome.out());
      faults.count("standard input or error closed: exit 0");
    }
    Faults.assertWhole(run);
  }

  // The environment.

  @Test
  void nothingInTheEnvironment() throws IOException {
    Path run = faults.newFolder();
    ProcessBuilder builder = Faults.command("match", small, small, "--out", "out");
    String home = builder.environment().get("JAVA_HOME");
    builder.environment().clear();
    builder.environment().put("JAVA_HOME", home);
    builder.environment().put("PATH", "/usr/bin:/bin");
    Outcome outcome = RealCommand.finish(builder.directory(run.toFile()));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(9, Faults.files(run).size());
    faults.count("HOME and the rest of the environment unset: exit 0");
  }

  /** Of all that computes only archives that are not read front to back are unpacked. */
  @ParameterizedTest
  @ValueSource(strings = {"size=4k", "ro"})
  void noRoomForTemporaryFiles(String options) throws IOException {
    if (!mounts || faults.folder().startsWith("/tmp")) {
      faults.count("/tmp full or read-only: not tried, for nothing may be mounted there");
      return;
    }
    Path run = faults.newFolder();
    Path transposed = run.resolve("transposed.npz");
    byte[] npy = TestFiles.npy("'<f4'", "(2400, 40)", new byte[4 * 2400 * 40]);
    TestFiles.archive(transposed, "fc.npy", npy);
    String script =
        // Java would tell what it misses there itself.
        "SPANMATCH_JAVA_OPTS=\"$SPANMATCH_JAVA_OPTS -XX:-UsePerfData\"; cd /; mount -t tmpfs -o "
            + options
            + " none /tmp || exit 99; [ "
            + options
            + " = ro ] || echo full >/tmp/full; cd -; exec \"$0\" \"$@\"";
    Outcome outcome =
        RealCommand.finish(
            Faults.mounting(script, "match", small, small, "--out", "out").directory(run.toFile()));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(List.of(), Faults.messages(outcome));
    assertEquals(9, Faults.files(run.resolve("out")).size());
    faults.count("/tmp full or read-only: exit 0");
    Outcome unpacks =
        RealCommand.finish(
            Faults.mounting(
                script, "distances", transposed, transposed, "--quiet", "--layout", "fn"));
    Faults.assertFails(
        3, unpacks, transposed, "/tmp", "name another folder with -Djava.io.tmpdir=");
    assertFalse(unpacks.out().contains("fc"));
    faults.count("/tmp full or read-only, and an archive to unpack there: exit 3");
  }
}
