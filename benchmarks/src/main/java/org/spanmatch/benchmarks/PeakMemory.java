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
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MatchSpectrum;

/**
 * A program that measures the peak memory of compressing and a spectrum, by number of samples, and
 * prints a Markdown table.
 *
 * <p>Activations are generated as they are read. Each number of samples gets a separate JVM with
 * the same small heap. {@code heap} adds up the peaks of the heap's parts; {@code process} is the
 * peak resident size ({@code VmHWM}; Linux only). Beside that it measures a larger layer, whose
 * table counts and not its activations, with little more heap than the kernel asks for; 8m² bytes
 * are those of the Gram matrix of all m neurons.
 */
public final class PeakMemory {
  private static final int NEURONS = 128;
  private static final long[] SAMPLES = {100_000, 10_000_000};
  private static final double MOST_GROWTH = 1.1;
  private static final long HEAP = 256L << 20;

  private static final int LARGE_NEURONS = 2048;
  private static final long LARGE_SAMPLES = 5000;

  // Of what the kernel estimates; beside it there are its blocks and the classes.
  private static final double ROOM = 1.2;
  private static final double MOST_TIMES = 6;
  private static final double LATER_MOST_TIMES = 3.5;

  // A small young generation, so that garbage hardly counts.
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmn32m", "-XX:+UseSerialGC", "--add-modules", "jdk.incubator.vector");

  private PeakMemory() {}

  /** The peaks of one JVM, in bytes. */
  record Peak(long samples, long heap, long process) {}

  /**
   * Measures the usual sizes.
   *
   * @param arguments none; a measuring JVM gets {@code neurons samples}
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length == 2) {
      System.out.println(here(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1])));
      return;
    }
    List<Peak> peaks = new ArrayList<>();
    for (long samples : SAMPLES) {
      peaks.add(measure(NEURONS, samples, HEAP));
    }
    System.out.print(table(NEURONS, peaks));
    long heap = HEAP / 2 + (long) (ROOM * estimate(LARGE_NEURONS, LARGE_SAMPLES));
    System.out.println();
    System.out.print(large(LARGE_NEURONS, heap, measure(LARGE_NEURONS, LARGE_SAMPLES, heap)));
  }

  private static long estimate(int neurons, long samples) {
    try (ProjectionKernel kernel = Kernels.open("java", KernelOptions.defaults())) {
      return kernel.heapBytes(neurons, neurons, samples, Precision.STANDARD);
    }
  }

  /** Measures one number of samples in a separate JVM with a heap of at most some bytes. */
  static Peak measure(int neurons, long samples, long heapBytes)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + (heapBytes >> 20) + "m");
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

  /** Computes, and returns the peaks of this JVM: heap and process, in bytes. */
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

  /** Returns the table of the peaks, and their growth from the first to the last. */
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

  /** Returns the table of a large layer's peak, relative to its Gram matrix. */
  static String large(int neurons, long heapBytes, Peak peak) {
    double times = peak.heap() / (8.0 * (2.0 * neurons) * (2.0 * neurons));
    return String.format(
        Locale.ROOT,
        """
        | neurons | samples | -Xmx, MB | heap, MB | process, MB | peak of the heap / 8m² |
        | --- | --- | --- | --- | --- | --- |
        | %d + %d | %,d | %d | %.1f | %.1f | %.2f (first target ≤ %.1f: %s; later target ≤ %.1f: %s) |
        """,
        neurons,
        neurons,
        peak.samples(),
        heapBytes >> 20,
        peak.heap() / 1e6,
        peak.process() / 1e6,
        times,
        MOST_TIMES,
        MarkdownTable.verdict(times <= MOST_TIMES),
        LATER_MOST_TIMES,
        MarkdownTable.verdict(times <= LATER_MOST_TIMES));
  }

  private static String growth(long first, long last) {
    double growth = (double) last / first;
    String target = String.format(Locale.ROOT, "≤ %.1f", MOST_GROWTH);
    return String.format(Locale.ROOT, "%.2f", growth)
        + MarkdownTable.target(target, growth <= MOST_GROWTH);
  }
}
