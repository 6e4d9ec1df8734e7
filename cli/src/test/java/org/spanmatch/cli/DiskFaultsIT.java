package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.cli.RealCommand.Outcome;

/**
 * Disks that are full, or become so. Where the system allows it the disk is a tmpfs in which one
 * file after the other has one page too little; elsewhere no file may exceed a size.
 */
@Tag("once") // on one JDK: nothing here depends on which
@EnabledOnOs(OS.LINUX)
class DiskFaultsIT {
  private static final int PAGE = 4096;
  private static final String EARLIER = "of an earlier run";

  private static Faults faults;
  private static Path input;
  private static Path result;
  private static boolean mounts;

  @BeforeAll
  static void start() throws IOException {
    faults = new Faults(DiskFaultsIT.class);
    mounts = Faults.canMount();
    input = faults.folder().resolve("net.npz");
    TestFiles.npz(input, "fc", TestFiles.relu(400 * 24, 1), 400, 24);
    result = faults.folder().resolve("result.json");
    assertEquals(0, RealCommand.run("match", input, input, "--json", result).exitCode());
  }

  @AfterAll
  static void report() throws IOException {
    faults.report();
  }

  /** A command that writes all it can to the folder {@code out}. */
  private static List<Object> command(String name) {
    List<Object> files = List.of(input, input, "--out", "out", "--json", "out/copy.json");
    List<Object> words = new ArrayList<>(List.of(name));
    switch (name) {
      case "demo" -> words.addAll(List.of("--out", "out"));
      case "report" -> words.addAll(List.of(result, "--out", "out/report.html"));
      case "distances" -> words.addAll(List.of(input, input, "--json", "out/distances.json"));
      case "validate" ->
          words.addAll(
              List.of(input, input, "--json", "out/validate.json", "--junit", "out/validate.xml"));
      default -> words.addAll(files);
    }
    return words;
  }

  /** A file and what it takes of the disk. */
  private record Written(Path name, long bytes) {
    long pages() {
      return (bytes + PAGE - 1) / PAGE;
    }
  }

  /** What a command writes, in this order. */
  private static List<Written> written(List<Object> command) throws IOException {
    Path run = faults.newFolder();
    Path out = Files.createDirectory(run.resolve("out"));
    Outcome outcome = RealCommand.finish(Faults.command(command.toArray()).directory(run.toFile()));
    assertEquals(0, outcome.exitCode(), outcome.err());
    Faults.assertWhole(out);
    List<Path> files = new ArrayList<>(Faults.files(out));
    List<Written> written = new ArrayList<>();
    files.sort((a, b) -> Long.compare(modified(a), modified(b)));
    for (Path file : files) {
      written.add(new Written(out.relativize(file), Files.size(file)));
    }
    return written;
  }

  private static long modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"match", "simple", "spectrum", "distances", "report", "validate", "demo"})
  void theDiskIsFullAtSomeFile(String name) throws IOException {
    List<Object> command = command(name);
    List<Written> files = written(command);
    List<Integer> failing = new ArrayList<>(IntStream.range(0, files.size()).boxed().toList());
    if (!Faults.all()) {
      // The last, and any other.
      Collections.rotate(failing, 1);
      failing = failing.subList(0, Math.min(files.size(), name.equals("match") ? 2 : 1));
    }
    for (int index : failing) {
      fails(command, files, index);
    }
  }

  private static void fails(List<Object> command, List<Written> files, int failing)
      throws IOException {
    Path run = faults.newFolder();
    Path out = Files.createDirectory(run.resolve("out"));
    for (Written file : files.subList(failing, files.size())) {
      Files.createDirectories(out.resolve(file.name()).getParent());
      Files.writeString(out.resolve(file.name()), EARLIER);
    }
    Outcome outcome;
    Written shortOne = files.get(failing);
    if (mounts) {
      // All up to this one, and a page for each that an earlier run has left.
      long pages =
          files.subList(0, failing + 1).stream().mapToLong(Written::pages).sum()
              + (files.size() - failing);
      outcome = inSmallDisk((pages - 1) * PAGE, run, command);
    } else {
      outcome =
          RealCommand.finish(
              Faults.shell(
                      "ulimit -f " + (shortOne.bytes() - 1) / 512 + "; exec \"$0\" \"$@\"",
                      command.toArray())
                  .directory(run.toFile()));
    }
    String failed =
        files.stream()
            .map(file -> file.name().toString())
            .filter(file -> outcome.err().contains("out/" + file + ": the file can't be written: "))
            .findFirst()
            .orElse("none");
    Faults.assertFails(1, outcome, mounts ? "No space left on device" : "File too large");
    if (mounts) {
      assertEquals(shortOne.name().toString(), failed, outcome.err());
    }
    for (Written file : files.subList(failing, files.size())) {
      assertEquals(EARLIER, Files.readString(out.resolve(file.name())));
      Files.delete(out.resolve(file.name()));
    }
    if (mounts) {
      assertEquals(failing, Faults.files(out).size());
    }
    Faults.assertWhole(out);
    faults.count(
        command.get(0)
            + ": disk full at one of its files, "
            + (mounts ? "tmpfs" : "limited size")
            + ": exit 1 and its name");
  }

  /** Runs it where the folder {@code out} is a disk of that size, and takes what is left there. */
  private static Outcome inSmallDisk(long bytes, Path run, List<Object> command) {
    return RealCommand.finish(
        Faults.mounting(
                "size=$1; shift; cp -a out earlier && mount -t tmpfs -o size=$size none out"
                    + " && cp -a earlier/. out && rm -r earlier || exit 99; \"$0\" \"$@\"; code=$?;"
                    + " cp -a out left && umount out && rm -r out && mv left out || exit 98;"
                    + " exit $code",
                Stream.concat(Stream.of(bytes), command.stream()).toArray())
            .directory(run.toFile()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"match", "distances", "backends"})
  void standardOutputIsFull(String name) {
    List<Object> command = new ArrayList<>(List.of(name));
    if (!name.equals("backends")) {
      command.addAll(List.of(input, input));
    }
    Outcome outcome =
        RealCommand.finish(Faults.shell("exec \"$0\" \"$@\" >/dev/full", command.toArray()));
    Faults.assertFails(1, outcome, "standard output can't be written: No space left on device");
    faults.count("standard output on a full device: exit 1");
  }

  @Test
  void deviceOfTheResultIsFull() {
    Outcome outcome =
        RealCommand.finish(
            Faults.command("spectrum", input, input, "--quiet", "--json", "/dev/full"));
    Faults.assertFails(1, outcome, "/dev/full: the file can't be written: No space left");
    faults.count("--json on a full device: exit 1");
  }

  /** Jlink and the copying fail, at files of different sizes. */
  @Test
  void bundlesFindNoRoom() throws IOException {
    List<Integer> kilobytes = Faults.all() ? List.of(4, 200, 2_000, 10_000, 20_000) : List.of(4);
    for (int limit : kilobytes) {
      Path run = faults.newFolder();
      Outcome outcome =
          RealCommand.finish(
              Faults.shell("ulimit -f " + 2 * limit + "; exec \"$0\" bundle --quiet")
                  .directory(run.toFile()));
      Faults.assertFails(1, outcome, "File too large");
      assertArrayEquals(new Path[0], Faults.files(run).toArray());
      faults.count("bundle: no file may exceed a size: exit 1");
    }
    if (mounts) {
      Path run = faults.newFolder();
      Files.createDirectory(run.resolve("out"));
      Faults.assertFails(
          1,
          inSmallDisk(1 << 20, run, List.of("bundle", "--out", "out/bundle")),
          "less than 200 MB are free");
      assertArrayEquals(new Path[0], Faults.files(run).toArray());
      faults.count("bundle: disk of 1 MB: exit 1");
    }
  }
}
