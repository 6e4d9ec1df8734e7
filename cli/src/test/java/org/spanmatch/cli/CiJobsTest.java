package org.spanmatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spanmatch.cli.RealCommand.Outcome;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The jobs in docs/ci.md that others paste, and the workflow of this repository. */
@Tag("once") // on one JDK: nothing here depends on which
class CiJobsTest {
  private static final Path ROOT = RealCommand.root();

  // A version by its hash, which nobody can move, and its name for those who read it.
  private static final Pattern PINNED = Pattern.compile("actions/[a-z-]+@[0-9a-f]{40} # v[0-9.]+");

  @TempDir Path folder;

  @BeforeEach
  void unpackTheRelease() throws IOException {
    Path start = Files.createDirectory(folder.resolve("spanmatch-1.0.0")).resolve("spanmatch");
    DocumentationTest.writeCommand(start);
  }

  private static Map<?, ?> yaml(String text) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
  }

  /** The jobs of the page in its order: GitHub Actions, GitLab. */
  private static List<String> jobs() throws IOException {
    String page = Files.readString(ROOT.resolve("docs").resolve("ci.md"));
    List<String> jobs =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
            .matcher(page)
            .results()
            .map(block -> block.group(1))
            .toList();
    assertEquals(2, jobs.size());
    return jobs;
  }

  private static List<?> list(Map<?, ?> map, String... names) {
    Object value = map;
    for (String name : names) {
      value = ((Map<?, ?>) value).get(name);
    }
    return (List<?>) value;
  }

  /** The shell steps of a job of GitHub Actions. */
  private static List<String> runs(List<?> steps) {
    return steps.stream()
        .map(step -> ((Map<?, ?>) step).get("run"))
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .toList();
  }

  private Outcome run(String script) {
    ProcessBuilder builder = new ProcessBuilder("bash", "-e", "-c", script);
    builder.directory(folder.toFile());
    builder.environment().put("SPANMATCH_JAVA_OPTS", String.join(" ", BenchCommandTest.QUICK));
    return RealCommand.finish(builder);
  }

  /** The second finds the times of the first; whether it is slower is up to the machine. */
  @Test
  void jobsOfBothForgesRun() throws IOException {
    List<String> github = runs(list(yaml(jobs().get(0)), "jobs", "spanmatch", "steps"));
    assertEquals(3, github.size());
    assertTrue(github.get(0).startsWith("curl "), github.get(0));
    for (String step : github.subList(1, 3)) {
      Outcome outcome = run(step);
      assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
    }
    assertTrue(Files.readString(folder.resolve("validate.xml")).contains("<testsuite "));
    Files.delete(folder.resolve("validate.xml"));
    List<?> gitlab = list(yaml(jobs().get(1)), "spanmatch", "script");
    Outcome outcome = run(gitlab.stream().map(Object::toString).collect(Collectors.joining("\n")));
    assertTrue(outcome.exitCode() == 0 || outcome.exitCode() == 5, outcome.err());
    assertTrue(outcome.out().contains(" (machine)"), outcome.out());
    assertTrue(Files.exists(folder.resolve("validate.xml")));
  }

  @Test
  void theWorkflowRunsWhatAnyoneCan() throws IOException {
    Map<?, ?> workflow = yaml(Files.readString(ROOT.resolve(".github/workflows/ci.yml")));
    List<String> runs = runs(list(workflow, "jobs", "verify", "steps"));
    String last = runs.get(runs.size() - 1);
    assertTrue(
        last.endsWith(" .ci/run") && last.contains("JDK17_HOME=") && last.contains("JDK25_HOME="));
    assertTrue(Files.isExecutable(ROOT.resolve(".ci/run")));
    String script = Files.readString(ROOT.resolve(".ci/run"));
    assertTrue(
        script.contains("JDK$1_HOME"), "the JDKs that the workflow names are not looked for");
  }

  @Test
  void actionsArePinned() throws IOException {
    StringBuilder all = new StringBuilder(jobs().get(0));
    try (Stream<Path> workflows = Files.list(ROOT.resolve(".github/workflows"))) {
      for (Path workflow : workflows.toList()) {
        all.append('\n').append(Files.readString(workflow));
      }
    }
    List<String> uses =
        all.toString()
            .lines()
            .filter(line -> line.contains("uses: "))
            .map(line -> line.split("uses: ", -1)[1])
            .toList();
    assertTrue(uses.size() >= 6, uses.toString());
    assertEquals(List.of(), uses.stream().filter(use -> !PINNED.matcher(use).matches()).toList());
  }
}
