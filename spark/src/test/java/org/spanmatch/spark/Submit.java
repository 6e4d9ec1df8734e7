package org.spanmatch.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the program as {@code spark-submit} does: in a process, from its jar, with Spark's own. */
final class Submit {
  private static final long MOST_SECONDS = 300;
  private static final Path JAR = Path.of(System.getProperty("spanmatch.submit.jar"));

  private Submit() {}

  /**
   * What a run left.
   *
   * @param exitCode the exit code
   * @param out standard output
   * @param err standard error, without Spark's own log
   */
  record Outcome(int exitCode, String out, String err) {}

  static Path jar() {
    return JAR;
  }

  /**
   * Runs it.
   *
   * @param before a command that the rest is handed to; usually none
   * @param javaOptions options for the Java that it starts, but not for that of executors
   * @param folder where it runs, and what it may fill
   * @param master such as {@code local[2]}
   * @param conf settings of Spark, such as {@code spark.task.maxFailures=2}
   * @param arguments of the program
   */
  static Outcome run(
      List<String> before,
      List<String> javaOptions,
      Path folder,
      String master,
      List<String> conf,
      List<String> arguments)
      throws IOException, InterruptedException {
    Path home = TestSpark.home();
    TestSpark.linkJars(home);
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("spanmatch.submit.jvm").split(" ", -1)));
    command.addAll(javaOptions);
    command.addAll(List.of("-Xmx1g", "-cp", home.resolve("jars") + "/*"));
    command.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", master));
    List<String> all = new ArrayList<>(conf);
    all.addAll(List.of("spark.ui.enabled=false", "spark.driver.host=localhost"));
    all.forEach(setting -> command.addAll(List.of("--conf", setting)));
    command.addAll(List.of("--class", "org.spanmatch.spark.Main", JAR.toString()));
    command.addAll(arguments);
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("did not end: " + command + Files.readString(err));
    }
    List<String> own =
        Files.readString(err, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("spanmatch: ") || line.startsWith("note: "))
            .toList();
    return new Outcome(
        process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), String.join("\n", own));
  }
}
