package org.spanmatch.kernel.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spanmatch.kernel.cuda.driver.CudaSource.Variable;
import org.spanmatch.kernel.cuda.loading.NativeTools;

/** The code that ships is that of the source, and GPUs can run it: the stand-in does not. */
@Tag("once") // on one JDK: compilers for GPUs do not depend on which
class ShippedCodeTest {
  private static final Path JAVA =
      NativeTools.MODULE.resolve("src/main/java/org/spanmatch/kernel/cuda");

  private static final Path RESOURCES =
      NativeTools.MODULE.resolve("src/main/resources/org/spanmatch/kernel/cuda");

  // What built the committed PTX; others put the same code in other words.
  private static final String COMPILER = "release 13.0";

  private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(([^)]*)\\)");
  // A launch up to its arguments, which are a chain of calls.
  private static final Pattern LAUNCH =
      Pattern.compile(
          "\\blaunch\\(\\s*\"(\\w+)\",[^\"]*?\\barguments\\(\\)((?:\\s*\\.\\w+\\(\\w+\\))+)\\)");
  private static final Pattern MODULE = Pattern.compile("\\bcode\\(DeviceModule\\.(\\w+)\\)");
  private static final Pattern ARGUMENT = Pattern.compile("\\.(\\w+)\\((\\w+)\\)");
  private static final Pattern ANY_LAUNCH = Pattern.compile("\\blaunch\\(\\s*\"");
  private static final Map<String, String> TYPES =
      Map.of(
          "address", "*", "int32", "int", "flag", "int", "int64", "long long", "float64", "double");
  private static final Pattern IN_ONE_BLOCK = Pattern.compile("\"(\\w+)\",\\s*Grid.oneBlock");
  private static final Pattern BOUNDED =
      Pattern.compile("\\.visible \\.entry (\\w+)\\([^)]*\\)\\s*\\.maxntid 1024");

  // What a test reads that is not built.
  private static final Pattern SOURCES =
      Pattern.compile("\\bCudaSource\\.|\\bNativeTools\\.MODULE\\.resolve\\((?!\"target)");

  @ParameterizedTest
  @EnumSource(DeviceModule.class)
  void hasTheChecksumOfTheSource(DeviceModule module) throws IOException, NoSuchAlgorithmException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (Path file : CudaSource.files(module)) {
      text.write(Files.readAllBytes(file));
    }
    assertEquals(
        "// sha256 of the source and the headers: " + sha256(text.toByteArray()),
        ptx(module).lines().skip(1).findFirst().orElseThrow(),
        module.source() + ".cu or a header has changed: run build-ptx.sh");
  }

  /** gpu-check.sh runs the tests where there are no sources. */
  @Test
  void theCheckOfGpusLeavesOutTheTestsThatReadSources() throws IOException {
    Matcher excluded =
        Pattern.compile("--exclude-classname '[^(']*\\(([^)]*)\\)'")
            .matcher(Files.readString(NativeTools.MODULE.resolve("gpu-check.sh")));
    assertTrue(excluded.find());
    Set<String> readers = new TreeSet<>();
    try (Stream<Path> files = Files.walk(NativeTools.MODULE.resolve("src/test/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
        String code = Files.readString(file);
        if (SOURCES.matcher(code).find()) {
          readers.add(file.getFileName().toString().replace(".java", ""));
        }
      }
    }
    assertEquals(readers, new TreeSet<>(List.of(excluded.group(1).split("[|]"))));
  }

  /** A line for each binary and no other: its checksum, and that of the PTX it was made from. */
  @Test
  void binariesAreThoseOfThePtx() throws IOException, NoSuchAlgorithmException {
    Set<String> expected = new TreeSet<>();
    for (DeviceModule module : DeviceModule.values()) {
      String ptx = sha256(ptx(module).getBytes(StandardCharsets.US_ASCII));
      for (String folder : binaryFolders()) {
        String name = folder + "/" + module.source() + ".cubin";
        Path file = RESOURCES.resolve(name);
        expected.add(name + " " + sha256(Files.readAllBytes(file)) + " from PTX " + ptx);
      }
    }
    assertEquals(
        expected,
        new TreeSet<>(Files.readAllLines(NativeTools.MODULE.resolve("src/main/cuda/cubins.txt"))),
        "a binary or a PTX has changed: run build-ptx.sh");
  }

  private static List<String> binaryFolders() throws IOException {
    try (Stream<Path> all = Files.list(RESOURCES)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("sm_"))
          .sorted()
          .toList();
    }
  }

  /** Those of the folder, and what they say of themselves. */
  @Test
  void binariesAreForTheGpusThatTheyAreChosenFor() throws IOException {
    Set<String> chosen = new TreeSet<>();
    for (int capability = 70; capability < 130; capability++) {
      DeviceImage.architecture(capability / 10, capability % 10, 13_000).ifPresent(chosen::add);
    }
    assertEquals(chosen, new TreeSet<>(binaryFolders()));
    for (String folder : chosen) {
      for (DeviceModule module : DeviceModule.values()) {
        Cubin cubin = Cubin.read(RESOURCES.resolve(folder).resolve(module.source() + ".cubin"));
        assertEquals("sm_" + cubin.architecture(), folder, module.source());
        assertEquals(launches(module).keySet(), cubin.kernels(), folder + " " + module.source());
      }
    }
  }

  @Test
  void hasAModuleForEachSource() throws IOException {
    try (Stream<Path> files = Files.list(NativeTools.MODULE.resolve("src/main/cuda"))) {
      assertEquals(
          Arrays.stream(DeviceModule.values())
              .map(module -> module.source() + ".cu")
              .collect(Collectors.toSet()),
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".cu"))
              .collect(Collectors.toSet()));
    }
  }

  /** Only where that compiler is; there is no test to skip without. */
  @Test
  void isWhatTheCompilerMakesOfTheSource() throws IOException {
    if (hasCompiler() && NativeTools.hasCommand("ptxas")) {
      NativeTools.run(
          List.of("sh", NativeTools.MODULE.resolve("build-ptx.sh").toString(), "--check"));
    }
  }

  private static boolean hasCompiler() throws IOException {
    return NativeTools.hasCommand("nvcc")
        && NativeTools.run(List.of("nvcc", "--version")).contains(COMPILER);
  }

  @Test
  void isAssembledForOldAndNewGpus(@TempDir Path temporary) throws IOException {
    NativeTools.assumeCommands();
    String output =
        NativeTools.run(PtxCompilingProgram.command(temporary, "sm_75", "sm_80", "sm_90"));
    for (DeviceModule module : DeviceModule.values()) {
      for (String architecture : List.of("sm_75", "sm_80", "sm_90")) {
        String line = "^" + module.source() + " " + architecture + ": [1-9][0-9]{4,} bytes$";
        assertTrue(Pattern.compile(line, Pattern.MULTILINE).matcher(output).find(), output);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DeviceModule.class)
  void hasTheKernelsThatAreLaunchedWithAsManyArguments(DeviceModule module) throws IOException {
    Map<String, Integer> parameters = new TreeMap<>();
    Matcher entries = ENTRY.matcher(ptx(module));
    while (entries.find()) {
      parameters.put(entries.group(1), entries.group(2).split(",").length);
    }
    Map<String, Integer> launched = new TreeMap<>();
    launches(module).forEach((kernel, arguments) -> launched.put(kernel, arguments.size()));
    assertTrue(launched.size() > 3, launched.toString());
    assertEquals(parameters, launched);
  }

  /** Whatever has another type, or stands in another's place, has another name too. */
  @ParameterizedTest
  @EnumSource(DeviceModule.class)
  void launchesNameTheParametersOfTheSourceInTheirOrderWithTheirTypes(DeviceModule module)
      throws IOException {
    assertEquals(CudaSource.read(module).functions(), launches(module));
  }

  /** The arguments of each launch of a module by the name of the kernel, with the types of C. */
  private static Map<String, List<Variable>> launches(DeviceModule module) throws IOException {
    Map<String, List<Variable>> launched = new TreeMap<>();
    for (String code : javaFiles()) {
      if (modules(code).equals(Set.of(module))) {
        addLaunches(code, launched);
      }
    }
    return launched;
  }

  /** A class that launches takes its functions from one module. */
  @Test
  void launchesAreFromOneModule() throws IOException {
    for (String code : javaFiles()) {
      if (ANY_LAUNCH.matcher(code).find()) {
        assertEquals(1, modules(code).size(), code);
      }
    }
  }

  private static Set<DeviceModule> modules(String code) {
    return MODULE
        .matcher(code)
        .results()
        .map(found -> DeviceModule.valueOf(found.group(1)))
        .collect(Collectors.toSet());
  }

  private static void addLaunches(String code, Map<String, List<Variable>> launched) {
    Matcher launches = LAUNCH.matcher(code);
    int found = 0;
    while (launches.find()) {
      found++;
      List<Variable> arguments = new ArrayList<>();
      Matcher argument = ARGUMENT.matcher(launches.group(2));
      while (argument.find()) {
        arguments.add(new Variable(TYPES.get(argument.group(1)), argument.group(2), 1));
      }
      assertNull(launched.put(launches.group(1), arguments), "twice: " + launches.group(1));
    }
    assertEquals(ANY_LAUNCH.matcher(code).results().count(), found, code);
  }

  private static List<String> javaFiles() throws IOException {
    List<String> code = new ArrayList<>();
    try (Stream<Path> files = Files.walk(JAVA)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        code.add(Files.readString(file));
      }
    }
    return code;
  }

  @Test
  void oneBlockIsAsLargeAsTheBound() throws IOException {
    assertEquals(CudaSource.read().number("MAX_THREADS"), Grid.MAX_THREADS);
    assertEquals(Grid.MAX_THREADS, Grid.oneBlock(Long.MAX_VALUE).threadsX());
  }

  /** Without a bound a kernel may take more registers than a block of 1024 threads has. */
  @Test
  void kernelsOfOneBlockBoundTheirRegisters() throws IOException {
    TreeSet<String> bounded = new TreeSet<>();
    for (DeviceModule module : DeviceModule.values()) {
      BOUNDED.matcher(ptx(module)).results().forEach(found -> bounded.add(found.group(1)));
    }
    TreeSet<String> launched = new TreeSet<>();
    for (String code : javaFiles()) {
      IN_ONE_BLOCK.matcher(code).results().forEach(found -> launched.add(found.group(1)));
    }
    assertEquals(Set.of("answer", "choosePivot", "startErrors"), launched);
    assertTrue(bounded.containsAll(launched), launched + ", but bounds have " + bounded);
  }

  private static String sha256(byte[] data) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
  }

  private static String ptx(DeviceModule module) {
    String image = new String(DeviceImage.ptx(module), StandardCharsets.US_ASCII);
    return image.substring(0, image.length() - 1);
  }
}
