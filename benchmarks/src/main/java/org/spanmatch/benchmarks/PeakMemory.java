package org.spanmatch.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MatchSpectrum;

/**
 * The most memory that compressing and a spectrum take, by the number of samples: a program of its
 * own, which prints a Markdown table.
 *
 * <p>The activations are made up as they are read. Each number of samples gets a JVM of its own,
 * all with the same small heap. {@code heap} adds up the peaks of the heap's parts, {@code process}
 * is the most that was resident at once ({@code VmHWM}; Linux alone).
 */
public final class PeakMemory {
  private static final int NEURONS = 128;
  private static final long[] SAMPLES = {100_000, 10_000_000};
  private static final double MOST_GROWTH = 1.1;

  // A small young generation, so that garbage hardly counts.
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx256m", "-Xmn32m", "-XX:+UseSerialGC", "--add-modules", "jdk.incubator.vector");

  private PeakMemory() {}

  /** What one JVM took, in bytes. */
  record Peak(long samples, long heap, long process) {}

  /**
   * Measures the usual sizes.
   *
   * @param arguments none; a JVM that measures gets {@code neurons samples}
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length == 2) {
      System.out.println(here(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1])));
      return;
    }
    List<Peak> peaks = new ArrayList<>();
    for (long samples : SAMPLES) {
      peaks.add(measure(NEURONS, samples));
    }
    System.out.print(table(NEURONS, peaks));
  }

  /** Measures in a JVM of its own. */
  static Peak measure(int neurons, long samples) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(PeakMemory.class.getName(), "" + neurons, "" + samples));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String answer;
    try (BufferedReader answers = process.inputReader(StandardCharsets.UTF_8)) {
      answer = answers.readLine();
    }
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IllegalStateException("a JVM for " + samples + " samples ended with " + exit);
    }
    int space = answer.indexOf(' ');
    return new Peak(
        samples,
        Long.parseLong(answer.substring(0, space)),
        Long.parseLong(answer.substring(space + 1)));
  }

  /** Computes, and tells what this JVM took: heap and process, in bytes. */
  private static String here(int neurons, long samples) throws IOException {
    try (ProjectionKernel kernel = Kernels.open("java", KernelOptions.defaults());
        ProjectionTable table =
            kernel.compress(
                new GeneratedActivations("x", neurons, samples),
                new GeneratedActivations("y", neurons, samples),
                GramOptions.defaults())) {
      MatchSpectrum.of(table);
    }
    long heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(usage -> usage.getUsed())
            .sum();
    return heap + " " + resident();
  }

  private static long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("/proc/self/status does not tell VmHWM");
  }

  /** The peaks, and how they grew from the first to the last. */
  static String table(int neurons, List<Peak> peaks) {
    StringBuilder table = new StringBuilder();
    table.append("| neurons | samples | heap, MB | process, MB |\n| --- | --- | --- | --- |\n");
    for (Peak peak : peaks) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %d + %d | %,d | %.1f | %.1f |%n",
              neurons,
              neurons,
              peak.samples(),
              peak.heap() / 1e6,
              peak.process() / 1e6));
    }
    Peak first = peaks.get(0);
    Peak last = peaks.get(peaks.size() - 1);
    table.append(
        String.format(
            Locale.ROOT,
            "| | last / first | %s | %s |%n",
            growth(first.heap(), last.heap()),
            growth(first.process(), last.process())));
    return table.toString();
  }

  private static String growth(long first, long last) {
    double growth = (double) last / first;
    return String.format(
        Locale.ROOT,
        "%.2f (target ≤ %.1f: %s)",
        growth,
        MOST_GROWTH,
        growth <= MOST_GROWTH ? "met" : "missed");
  }
}
