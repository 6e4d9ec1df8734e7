package org.spanmatch.kernel.selection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A machine, as far as it decides how long a computation takes on its processor.
 *
 * @param processor the processor's name
 * @param processors number of processors that Java may use
 * @param system operating system and architecture
 * @param java the virtual machine and its version
 */
public record Machine(String processor, int processors, String system, String java) {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** {@return this machine} */
  public static Machine here() {
    return new Machine(
        processorName(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " on " + System.getProperty("os.arch"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
  }

  private static String processorName() {
    if (Files.isReadable(PROCESSORS)) {
      try (Stream<String> lines = Files.lines(PROCESSORS)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(unnamed());
      } catch (IOException e) {
        return unnamed();
      }
    }
    return unnamed();
  }

  private static String unnamed() {
    return "unnamed " + System.getProperty("os.arch") + " processor";
  }
}
