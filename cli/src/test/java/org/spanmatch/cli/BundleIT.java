package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;

/** A bundle with its checks, of the JDK that runs the tests, by the commands in docs/gpu.md. */
@EnabledOnOs(OS.LINUX)
class BundleIT {
  private static final Path SCRIPT = RealCommand.root().resolve("spanmatch");
  private static final String JDK = System.getProperty("java.home");

  // From this Java on a bundle has archives of classes, for they may be moved with it.
  private static final int MOVABLE_ARCHIVES = 19;

  // A line of ldd: the folder of a library may have a blank in its name.
  private static final Pattern LIBRARY = Pattern.compile("(?m)(?:^\\s*|=> )(/.*) \\(0x");

  @TempDir static Path parent;
  private static Path folder;
  private static Path bundle;
  private static Path tools;
  private static Outcome made;

  @BeforeAll
  static void make() throws IOException {
    folder = Files.createDirectory(parent.resolve("my folder"));
    bundle = folder.resolve("spanmatch-bundle");
    List<String> command = documented("./spanmatch bundle --with-checks");
    command.set(0, SCRIPT.toString());
    command.addAll(List.of("--jdk", JDK));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("JAVA_HOME", JDK);
    builder.environment().put("SPANMATCH_JAVA_OPTS", RealCommand.ONE_COMPILER);
    made = RealCommand.finish(builder);
    assertEquals(0, made.exitCode(), made.err());
    // All that the launcher calls, and ln for the image; there is no Java among it.
    tools = Files.createDirectory(folder.resolve("bin"));
    for (String tool : List.of("sh", "date", "dirname", "grep", "ln", "readlink", "sed", "wc")) {
      Path program = Path.of("/usr/bin", tool);
      Files.createSymbolicLink(
          tools.resolve(tool), Files.exists(program) ? program : Path.of("/bin", tool));
    }
  }

  /** The words of the one command in docs/gpu.md that begins so. */
  private static List<String> documented(String beginning) throws IOException {
    List<String> lines =
        Files.readAllLines(RealCommand.root().resolve("docs").resolve("gpu.md")).stream()
            .filter(line -> line.startsWith(beginning))
            .toList();
    assertEquals(1, lines.size(), beginning);
    return new ArrayList<>(List.of(lines.get(0).split(" ")));
  }

  /** With nothing in the environment but a PATH that has no Java. */
  private static Outcome start(Path program, Object... arguments) {
    return RealCommand.finish(builder(program, arguments));
  }

  private static ProcessBuilder builder(Path program, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    return builder;
  }

  /** Likewise, for commands in which speed and vectors are not the point. */
  private static ProcessBuilder shortRun(Path program, Object... arguments) {
    ProcessBuilder builder = builder(program, arguments);
    builder.environment().put("SPANMATCH_JAVA_OPTS", RealCommand.ONE_COMPILER);
    return builder;
  }

  private static boolean hasArchives() {
    return Runtime.version().feature() >= MOVABLE_ARCHIVES;
  }

  @Test
  void saysWhatItIs() throws IOException {
    assertTrue(made.err().contains("spanmatch: linking a Java run-time environment from JDK "));
    assertTrue(made.out().startsWith("Bundle: spanmatch-bundle\n"), made.out());
    Matcher size = Pattern.compile("\n  ([0-9.]+) MiB: .* classes ([0-9.]+)\n").matcher(made.out());
    assertTrue(size.find(), made.out());
    double archives = Double.parseDouble(size.group(2));
    assertEquals(hasArchives(), archives > 0, made.out());
    assertTrue(archives <= 45, made.out());
    assertTrue(Double.parseDouble(size.group(1)) - archives <= 60, made.out());
    Path packed = folder.resolve("bundle.tar.gz");
    // The usual compression makes it smaller, and takes longer.
    Outcome tar =
        RealCommand.finish(
            new ProcessBuilder(
                "tar",
                "--use-compress-program=gzip -1",
                "-cf",
                packed.toString(),
                "-C",
                folder.toString(),
                "spanmatch-bundle"));
    assertEquals(0, tar.exitCode(), tar.err());
    assertTrue(Files.size(packed) <= 60 << 20, Files.size(packed) + " bytes");
    Files.delete(packed);
    assertTrue(made.out().contains("needs glibc 2."), made.out());
    String readme = Files.readString(bundle.resolve("README.txt"));
    assertTrue(readme.contains(size.group().strip()), readme);
    try (var files = Files.walk(bundle)) {
      assertFalse(files.anyMatch(file -> file.toString().contains("windows")));
    }
  }

  /** Where it was not made, and where nothing can be written: from its archive if it has one. */
  @Test
  void startsWhereverItLies() throws IOException {
    Path elsewhere = folder.resolve("else where");
    Files.move(bundle, elsewhere);
    try {
      Path archive = elsewhere.resolve("app/start/classes.jsa");
      assertEquals(hasArchives(), Files.exists(archive));
      FileTime made = hasArchives() ? Files.getLastModifiedTime(archive) : null;
      ProcessBuilder builder = builder(elsewhere.resolve("spanmatch"), "--version");
      builder.environment().put("SPANMATCH_JAVA_OPTS", "-Xlog:class+load");
      String loaded = RealCommand.finish(builder).out();
      for (String type : List.of("org.spanmatch.cli.Main", "java.lang.String")) {
        assertEquals(hasArchives(), loaded.contains(type + " source: shared objects file"), type);
      }
      assertTrue(loaded.contains("spanmatch 1.0.0"), loaded);
      if (hasArchives()) {
        assertEquals(made, Files.getLastModifiedTime(archive));
      }
    } finally {
      Files.move(elsewhere, bundle);
    }
  }

  /** In its jar, or else beside the jars under the library's name. */
  @Test
  void everyLibraryHasItsLicence() throws IOException {
    List<Path> jars;
    List<String> texts;
    try (Stream<Path> files = Files.walk(bundle);
        Stream<Path> licences = Files.list(bundle.resolve("licenses"))) {
      jars =
          files
              .filter(file -> file.toString().endsWith(".jar"))
              .filter(file -> !file.getFileName().toString().startsWith("spanmatch-"))
              .toList();
      texts = licences.map(file -> file.getFileName().toString()).sorted().toList();
    }
    List<String> used = new ArrayList<>();
    for (Path jar : jars) {
      String name = jar.getFileName().toString();
      try (ZipFile file = new ZipFile(jar.toFile())) {
        if (file.stream().noneMatch(entry -> entry.getName().matches("(META-INF/)?LICENSE.*"))) {
          String text =
              texts.stream()
                  .filter(licence -> name.startsWith(licence.replace(".txt", "-")))
                  .findFirst()
                  .orElseThrow(() -> new AssertionError(name + " has no licence"));
          assertTrue(Files.size(bundle.resolve("licenses").resolve(text)) > 100, text);
          used.add(text);
        }
      }
    }
    assertEquals(texts, used.stream().distinct().sorted().toList(), "texts of what is not there");
    assertTrue(jars.size() > 20, jars.toString());
  }

  @Test
  void matchesAndDrawsWithoutAnythingElse() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("a link"), bundle.resolve("spanmatch"));
    Path file = TestFiles.npz(folder.resolve("x.npz"), "fc", TestFiles.relu(3000, 1), 300, 10);
    TestFiles.npz(folder.resolve("y.npz"), "fc", TestFiles.relu(3000, 1), 300, 10);
    List<String> match = documented("spanmatch-bundle/spanmatch match");
    Outcome outcome = start(link, match.subList(1, match.size()).toArray());
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("-bit vectors"), outcome.out());
    for (String name :
        List.of("similarity.svg", "similarity.png", "spectrum.svg", "spectrum.png")) {
      assertTrue(Files.size(folder.resolve("result").resolve(name)) > 0, name);
    }
    Outcome backends = start(link, "backends");
    assertEquals(0, backends.exitCode());
    assertTrue(backends.out().contains("java: available"), backends.out());
    Outcome spectrum = RealCommand.finish(shortRun(link, "spectrum", file, file));
    assertEquals(0, spectrum.exitCode(), spectrum.err());
    Path hdf5 = RealCommand.root().resolve("formats/src/test/resources/hdf5/storage-earliest.h5");
    Outcome same =
        RealCommand.finish(shortRun(link, "match", hdf5, hdf5, "--layers", "g*,lzf*,many*"));
    assertEquals(0, same.exitCode(), same.err());
    Outcome demo = RealCommand.finish(shortRun(link, "demo", "--out", "digits"));
    assertEquals(0, demo.exitCode(), demo.err());
    ProcessBuilder benchmarks =
        builder(link, "bench", "--neurons", "4", "--samples", "50", "--backends", "java");
    benchmarks.environment().put("SPANMATCH_JAVA_OPTS", String.join(" ", BenchCommandTest.QUICK));
    Outcome bench = RealCommand.finish(benchmarks);
    assertEquals(0, bench.exitCode(), bench.err());
  }

  @Test
  void matchesRealLayers() {
    Path x = RealCommand.shared("cifar-vgg/x.npz");
    Path y = RealCommand.shared("cifar-vgg/y.npz");
    Outcome outcome = start(bundle.resolve("spanmatch"), "match", x, y, "--out", "real");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("-bit vectors"), outcome.out());
    assertTrue(outcome.out().contains("11 layers in "), outcome.out());
  }

  /** Its launcher keeps what the one in the repository does, with fewer tools at hand. */
  @Test
  void takesTheUsersOptionsAndNeedsNoHome() throws IOException {
    Path file = TestFiles.npz(folder.resolve("h.npz"), "fc", TestFiles.relu(3000, 1), 300, 10);
    ProcessBuilder builder =
        builder(bundle.resolve("spanmatch"), "match", file, file, "--out", "homeless");
    builder
        .environment()
        .put(
            "SPANMATCH_JAVA_OPTS",
            RealCommand.ONE_COMPILER + " -XX:+UseSerialGC -Xlog:gc -Duser.home=? '-Da=b c'");
    Outcome outcome = RealCommand.finish(builder);
    assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
    assertTrue(outcome.out().contains("Using Serial"), outcome.out());
    assertTrue(Files.exists(folder.resolve("homeless/similarity.svg")));
    assertFalse(Files.exists(folder.resolve("?")));
  }

  /**
   * Where there is nothing but the bundle, what its launcher calls, and the libraries of both: no
   * fonts, no fontconfig, no home, no devices but files in place of those of random numbers.
   */
  @Test
  void drawsWhereThereIsLittleButLibc() throws IOException {
    Path chroot = Path.of("/usr/sbin/chroot");
    assumeTrue(
        Files.isExecutable(chroot) && Files.isWritable(Path.of("/")),
        "skipped: only root may change the root folder, by " + chroot);
    TestFiles.npz(folder.resolve("c.npz"), "fc", TestFiles.relu(300, 1), 30, 10);
    copyProgramsAndLibraries();
    Files.createDirectories(folder.resolve("tmp"));
    String inside = "/" + bundle.getFileName();
    ProcessBuilder builder =
        shortRun(chroot, folder, inside + "/spanmatch", "match", "c.npz", "c.npz", "--out", "/few");
    builder.environment().put("PATH", "/" + tools.getFileName());
    // Programs find their own libraries through /proc, which is missing too.
    builder.environment().put("LD_LIBRARY_PATH", inside + "/runtime/lib");
    Outcome outcome = RealCommand.finish(builder);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("results and figures in /few"), outcome.out());
    for (String name : List.of("similarity.svg", "spectrum.png")) {
      assertTrue(Files.size(folder.resolve("few").resolve(name)) > 0, name);
    }
    try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** The image, as far as it can be made without an engine: the steps of its last stage. */
  @Test
  void theDockerfileMakesAnImageOfIt() throws IOException {
    Path chroot = Path.of("/usr/sbin/chroot");
    assumeTrue(
        Files.isExecutable(chroot) && Files.isWritable(Path.of("/")),
        "skipped: only root may change the root folder, by " + chroot);
    String file = Files.readString(RealCommand.root().resolve("Dockerfile"));
    List<String> stages = List.of(file.split("(?m)^FROM ")).subList(1, 3);
    assertTrue(stages.get(0).contains("\nRUN ./spanmatch bundle --out /opt/spanmatch\n"), file);
    copyProgramsAndLibraries();
    Files.createDirectories(folder.resolve("usr/local/bin"));
    Map<String, String> steps = new LinkedHashMap<>();
    stages
        .get(1)
        .lines()
        .skip(1)
        .map(line -> line.split(" ", 2))
        .forEach(step -> steps.put(step[0], step[1]));
    assertEquals(
        List.of("COPY", "RUN", "WORKDIR", "ENTRYPOINT", "CMD"), List.copyOf(steps.keySet()));
    assertEquals("--from=build /opt/spanmatch /opt/spanmatch", steps.get("COPY"));
    Files.createDirectories(folder.resolve("opt"));
    Outcome copy =
        RealCommand.finish(
            new ProcessBuilder("cp", "-al", bundle.toString(), folder + "/opt/spanmatch"));
    assertEquals(0, copy.exitCode(), copy.err());
    Outcome run = inImage(chroot, "sh", "-c", steps.get("RUN"));
    assertEquals("spanmatch 1.0.0\n", run.out(), run.err());
    assertEquals("[\"spanmatch\"]", steps.get("ENTRYPOINT"));
    assertEquals("[\"help\"]", steps.get("CMD"));
    assertTrue(inImage(chroot, "spanmatch", "help").out().contains("Start with: spanmatch demo"));
  }

  private static Outcome inImage(Path chroot, String... command) {
    ProcessBuilder builder = builder(chroot, folder, "sh", "-c", "exec \"$@\"", "sh");
    builder.command().addAll(List.of(command));
    builder.environment().put("PATH", "/usr/local/bin:/" + tools.getFileName());
    builder.environment().put("LD_LIBRARY_PATH", "/opt/spanmatch/runtime/lib");
    return RealCommand.finish(builder);
  }

  /** What its launcher calls, and the libraries of that and of its Java. */
  private static void copyProgramsAndLibraries() throws IOException {
    Path runtime = bundle.resolve("runtime");
    List<Path> programs = new ArrayList<>(List.of(runtime.resolve("bin/java")));
    try (Stream<Path> tool = Files.list(tools);
        Stream<Path> library = Files.walk(runtime)) {
      tool.forEach(programs::add);
      library.filter(file -> file.toString().endsWith(".so")).forEach(programs::add);
    }
    for (Path program : programs) {
      if (program.startsWith(tools)) {
        copyIntoFolder(Files.readSymbolicLink(program));
      }
      Matcher library = LIBRARY.matcher(ldd(program));
      while (library.find()) {
        if (!library.group(1).startsWith(runtime.toString())) {
          copyIntoFolder(Path.of(library.group(1)));
        }
      }
    }
    Files.createDirectories(folder.resolve("dev"));
    if (Files.notExists(folder.resolve("dev/null"))) {
      Files.createFile(folder.resolve("dev/null"));
      // Every container has them. Without both Java makes its threads a source of random numbers,
      // which takes ten seconds.
      byte[] random = new byte[1 << 16];
      new Random(1).nextBytes(random);
      Files.write(folder.resolve("dev/random"), random);
      Files.write(folder.resolve("dev/urandom"), random);
    }
  }

  private static String ldd(Path program) {
    return RealCommand.finish(new ProcessBuilder("ldd", program.toString())).out();
  }

  /** Copies a file to where it is when the folder is the root of all. */
  private static void copyIntoFolder(Path file) throws IOException {
    Path copy = folder.resolve(file.toString().substring(1));
    if (Files.notExists(copy)) {
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
  }

  @Test
  void isNoSourceOfBundles() {
    Outcome outcome = start(bundle.resolve("spanmatch"), "bundle");
    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.err().contains(bundle + " is a bundle itself"), outcome.err());
  }

  @Test
  void checksTellHowTheyAreUsed() throws IOException {
    Path script = bundle.resolve("gpu-check.sh");
    Outcome outcome = RealCommand.finish(new ProcessBuilder(script.toString(), "--help"));
    assertEquals(2, outcome.exitCode());
    assertTrue(outcome.err().contains("gpu-check.sh [--out DIR]"), outcome.err());
    assertEquals("--out", documented("spanmatch-bundle/gpu-check.sh").get(1));
    Outcome outside =
        RealCommand.finish(
            new ProcessBuilder(
                RealCommand.root().resolve("kernel-cuda").resolve("gpu-check.sh").toString()));
    assertEquals(2, outside.exitCode());
    assertTrue(outside.err().contains("spanmatch bundle --with-checks"), outside.err());
  }
}
