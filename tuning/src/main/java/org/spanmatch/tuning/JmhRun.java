package org.spanmatch.tuning;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs JMH measurements one by one, each in separate JVMs, and keeps the results. One that fails
 * does not affect the others.
 */
public final class JmhRun {
  // What JMH says of a JVM that did not start or was killed, and the error of a benchmark.
  private static final Pattern NOT_STARTED =
      Pattern.compile("<failed to invoke the VM, caught IOException: ([^\\n>]*)");
  private static final Pattern KILLED = Pattern.compile("<forked VM failed with exit code (\\d+)>");
  private static final Pattern ERROR =
      Pattern.compile("^(?:Caused by: )?[\\w.$]*(?:Exception|Error)(?:: (.*))?$");

  private static final String PARALLEL = "-XX:+UseParallelGC";
  private static final Pattern COLLECTOR = Pattern.compile("-XX:\\+Use\\w*GC");

  private final Effort effort;
  private final List<RunResult> results = new ArrayList<>();
  private final List<Measurement> measurements = new ArrayList<>();
  private final StringBuilder log = new StringBuilder();

  /** Creates a run without measurements. */
  public JmhRun(Effort effort) {
    this.effort = effort;
  }

  /**
   * Runs one measurement.
   *
   * @param benchmark class and method
   * @param parameters the values of the benchmark's parameters; all others have their defaults
   * @param threads number of JMH threads; empty for the benchmark's default
   * @param heapBytes the Java heap of the JVMs
   * @return why the measurement failed; empty if it did not
   * @throws BenchmarkException if JMH can't measure at all
   */
  public Optional<String> measure(
      String benchmark, Map<String, String> parameters, OptionalInt threads, long heapBytes) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Collection<RunResult> found;
    PrintStream err = System.err;
    try (PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8)) {
      // JMH forwards the output of its JVMs there; it belongs in the log.
      System.setErr(out);
      found =
          new Runner(
                  options(benchmark, parameters, threads, heapBytes),
                  OutputFormatFactory.createFormatInstance(out, VerboseMode.NORMAL))
              .run();
    } catch (RunnerException e) {
      throw new BenchmarkException(reason(e), e);
    } finally {
      System.setErr(err);
    }
    String output = text.toString(StandardCharsets.UTF_8);
    log.append(output);
    results.addAll(found);
    measurements.addAll(measurements(found));
    return found.isEmpty() ? Optional.of(failure(output)) : Optional.empty();
  }

  private Options options(
      String benchmark, Map<String, String> parameters, OptionalInt threads, long heapBytes) {
    long megabytes = Math.max(1, heapBytes >> 20);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + Pattern.quote(benchmark) + "$")
            .forks(effort.forks())
            .warmupIterations(effort.warmups())
            .warmupTime(effort.time())
            .measurementIterations(effort.iterations())
            .measurementTime(effort.time())
            .addProfiler(Speeds.class)
            .shouldFailOnError(false);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-Xms" + megabytes + "m",
                "-Xmx" + megabytes + "m",
                "--add-modules",
                "jdk.incubator.vector",
                "-Dspanmatch.vectors=always"));
    if (namesOtherCollector(ManagementFactory.getRuntimeMXBean().getInputArguments())) {
      // The JVMs that measure inherit it, and would refuse the one of the benchmark's annotation.
      options.jvmArgsPrepend("-XX:+AlwaysPreTouch");
    } else {
      arguments.add(PARALLEL);
    }
    options.jvmArgsAppend(arguments.toArray(String[]::new));
    parameters.forEach(options::param);
    threads.ifPresent(options::threads);
    return options.build();
  }

  /** Whether the user has Java use a garbage collector other than the parallel one. */
  static boolean namesOtherCollector(List<String> arguments) {
    return arguments.stream()
        .anyMatch(
            one ->
                COLLECTOR.matcher(one).matches()
                    && !one.equals(PARALLEL)
                    && !one.endsWith("SystemGC"));
  }

  private static String reason(RunnerException e) {
    String message = String.valueOf(e.getMessage());
    if (!message.contains("JMH lock")) {
      return "JMH can't measure: " + message.lines().findFirst().orElse("");
    }
    // JMH gives a cause where it failed, and none where the lock is taken.
    if (!(e.getCause() instanceof IOException cause)) {
      return "another benchmark with JMH is running on this machine, and both would be slower; wait"
          + " for its end";
    }
    String lock = System.getProperty("java.io.tmpdir") + "/jmh.lock";
    String problem = String.valueOf(cause.getMessage());
    return "the file that keeps two benchmarks with JMH from running at once can't be opened: "
        + (problem.startsWith(lock) ? problem : lock + " (" + problem + ")")
        + "; delete it if no benchmark of its owner is running, or name another folder for temporary"
        + " files with SPANMATCH_JAVA_OPTS=-Djava.io.tmpdir=DIR";
  }

  /** Returns the cause from JMH's output: that of the last error, which is the root cause. */
  static String failure(String output) {
    Matcher notStarted = NOT_STARTED.matcher(output);
    if (notStarted.find()) {
      return "its JVM can't be started: " + notStarted.group(1).strip();
    }
    Matcher killed = KILLED.matcher(output);
    if (killed.find()) {
      int code = Integer.parseInt(killed.group(1));
      return code > 128
          ? "its JVM was killed by signal " + (code - 128)
          : "its JVM ended with exit code " + code;
    }
    String cause = "it gave no result";
    for (String line : output.lines().toList()) {
      Matcher error = ERROR.matcher(line.strip());
      if (error.matches()) {
        cause = error.group(1) == null ? line.strip() : error.group(1);
      }
    }
    return cause;
  }

  /** Everything that JMH printed. */
  public String log() {
    return log.toString();
  }

  /** All results. */
  public List<Measurement> measurements() {
    return List.copyOf(measurements);
  }

  /** Writes all results as JMH's JSON, without closing the stream. */
  public void writeTo(OutputStream out) {
    write(results, out);
  }

  private static List<Measurement> measurements(Collection<RunResult> found) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    write(found, json);
    try {
      return Measurement.parse(json.toByteArray(), "JMH");
    } catch (IOException e) {
      throw new IllegalStateException(e); // JMH has just written it
    }
  }

  private static void write(Collection<RunResult> results, OutputStream out) {
    PrintStream text = new PrintStream(out, false, StandardCharsets.UTF_8);
    ResultFormatFactory.getInstance(ResultFormatType.JSON, text).writeOut(results);
    text.flush();
  }
}
