package org.spanmatch.tuning;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How fast the machine ran, and what else it did, at some moment.
 *
 * @param processorMegahertz the frequency of each processor, as the system reports it; empty where
 *     it doesn't
 * @param load how many processes wanted to run, as a mean over a minute; below 0 if unknown
 * @param gpus a line for each NVIDIA GPU: the clock of its multiprocessors and its highest, the
 *     clock of its memory, and its power, by {@code nvidia-smi}; empty without one
 */
public record Clocks(List<Double> processorMegahertz, double load, List<String> gpus) {
  private static final Path DEVICES = Path.of("/sys/devices/system/cpu");
  private static final Pattern CPUINFO =
      Pattern.compile("^cpu MHz\\s*:\\s*([0-9.]+)", Pattern.MULTILINE);
  private static final int ANSWER_SECONDS = 10;

  /** Copies the lists. */
  public Clocks {
    processorMegahertz = List.copyOf(processorMegahertz);
    gpus = List.copyOf(gpus);
  }

  /** Returns those of this moment. */
  public static Clocks now() {
    return new Clocks(
        processors(DEVICES, Path.of("/proc/cpuinfo")),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        gpuClocks());
  }

  /** Returns the frequencies that the kernel sets, or else those of {@code /proc/cpuinfo}. */
  static List<Double> processors(Path devices, Path cpuinfo) {
    List<Double> set = List.of();
    try (Stream<Path> files = Files.list(devices)) {
      set =
          files
              .filter(folder -> folder.getFileName().toString().matches("cpu\\d+"))
              .map(folder -> folder.resolve("cpufreq").resolve("scaling_cur_freq"))
              .filter(Files::isReadable)
              .sorted()
              .map(Clocks::kilohertz)
              .toList();
    } catch (IOException | NumberFormatException e) {
      // The next source may know.
    }
    if (!set.isEmpty()) {
      return set;
    }
    try {
      return CPUINFO
          .matcher(Files.readString(cpuinfo))
          .results()
          .map(found -> Double.valueOf(found.group(1)))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static double kilohertz(Path file) {
    try {
      return Double.parseDouble(Files.readString(file).strip()) / 1000;
    } catch (IOException e) {
      throw new NumberFormatException(file + " can't be read");
    }
  }

  private static List<String> gpuClocks() {
    Process process;
    try {
      process =
          new ProcessBuilder(
                  "nvidia-smi",
                  "--format=csv,noheader",
                  "--query-gpu=clocks.sm,clocks.max.sm,clocks.mem,power.draw")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return List.of(); // no such program
    }
    try {
      process.getOutputStream().close();
      boolean ended = process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS);
      if (!ended || process.exitValue() != 0) {
        return List.of();
      }
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .toList();
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } finally {
      process.destroyForcibly();
    }
  }
}
