package org.spanmatch.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PTX that ships is that of the source, and GPUs can run it: the stand-in does not read it. */
class ShippedCodeTest {
  private static final Path SOURCE = NativeTools.MODULE.resolve("src/main/cuda/spanmatch.cu");
  private static final Path JAVA =
      NativeTools.MODULE.resolve("src/main/java/org/spanmatch/kernel/cuda");

  // What built the committed PTX; others put the same code in other words.
  private static final String COMPILER = "release 13.0";

  private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(([^)]*)\\)");
  private static final Pattern LAUNCH =
      Pattern.compile("\\blaunch(?:On\\(\\s*\\w+,|\\()\\s*\"(\\w+)\",");
  private static final Pattern IN_ONE_BLOCK = Pattern.compile("\"(\\w+)\",\\s*Grid.oneBlock");
  private static final Pattern BOUNDED =
      Pattern.compile("\\.visible \\.entry (\\w+)\\([^)]*\\)\\s*\\.maxntid 1024");

  @Test
  void hasTheChecksumOfTheSource() throws IOException, NoSuchAlgorithmException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(SOURCE));
    assertEquals(
        "// sha256 of spanmatch.cu: " + HexFormat.of().formatHex(digest),
        ptx().lines().skip(1).findFirst().orElseThrow(),
        "spanmatch.cu has changed: run build-ptx.sh");
  }

  /** Only where that compiler is; there is no test to skip without. */
  @Test
  void isWhatTheCompilerMakesOfTheSource() throws IOException {
    if (hasCompiler()) {
      NativeTools.run(
          List.of("sh", NativeTools.MODULE.resolve("build-ptx.sh").toString(), "--check"));
    }
  }

  private static boolean hasCompiler() throws IOException {
    boolean found =
        Folders.inPath(System.getenv("PATH")).stream()
            .anyMatch(folder -> Files.isExecutable(folder.resolve("nvcc")));
    return found && NativeTools.run(List.of("nvcc", "--version")).contains(COMPILER);
  }

  @Test
  void isAssembledForOldAndNewGpus(@TempDir Path temporary) throws IOException {
    NativeTools.assumeCommands();
    String output =
        NativeTools.run(PtxCompilingProgram.command(temporary, "sm_75", "sm_80", "sm_90"));
    for (String architecture : List.of("sm_75", "sm_80", "sm_90")) {
      assertTrue(
          Pattern.compile("^" + architecture + ": [1-9][0-9]{4,} bytes$", Pattern.MULTILINE)
              .matcher(output)
              .find(),
          output);
    }
  }

  @Test
  void hasTheKernelsThatAreLaunchedWithAsManyArguments() throws IOException {
    Map<String, Integer> parameters = new TreeMap<>();
    Matcher entries = ENTRY.matcher(ptx());
    while (entries.find()) {
      parameters.put(entries.group(1), entries.group(2).split(",").length);
    }
    Map<String, Integer> launched = new TreeMap<>();
    try (Stream<Path> files = Files.list(JAVA)) {
      for (Path file : files.toList()) {
        String code = Files.readString(file);
        Matcher launches = LAUNCH.matcher(code);
        while (launches.find()) {
          String kernel = launches.group(1);
          // The first argument is the grid.
          int arguments = arguments(code.substring(launches.end())) - 1;
          assertEquals(parameters.get(kernel), arguments, kernel + " in " + file.getFileName());
          launched.put(kernel, arguments);
        }
      }
    }
    assertTrue(launched.size() > 20, launched.toString());
    assertEquals(new TreeSet<>(parameters.keySet()), launched.keySet());
  }

  /** Without a bound a kernel may take more registers than a block of 1024 threads has. */
  @Test
  void kernelsOfOneBlockBoundTheirRegisters() throws IOException {
    TreeSet<String> bounded = new TreeSet<>();
    BOUNDED.matcher(ptx()).results().forEach(found -> bounded.add(found.group(1)));
    TreeSet<String> launched = new TreeSet<>();
    try (Stream<Path> files = Files.list(JAVA)) {
      for (Path file : files.toList()) {
        IN_ONE_BLOCK
            .matcher(Files.readString(file))
            .results()
            .forEach(found -> launched.add(found.group(1)));
      }
    }
    assertTrue(launched.size() >= 4, launched.toString());
    assertTrue(bounded.containsAll(launched), launched + ", but bounds have " + bounded);
  }

  /** How many arguments there are up to the end of a call. */
  private static int arguments(String code) {
    int depth = 0;
    int count = 1;
    for (int i = 0; i < code.length(); i++) {
      char c = code.charAt(i);
      if (c == '(') {
        depth++;
      } else if (c == ')' && depth-- == 0) {
        break;
      } else if (c == ',' && depth == 0) {
        count++;
      }
    }
    return count;
  }

  private static String ptx() {
    String image = new String(DeviceCode.image(), StandardCharsets.US_ASCII);
    return image.substring(0, image.length() - 1);
  }
}
