package org.spanmatch.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/spark.md says can be done as it stands, from a model to the figure. */
@Tag("once") // on one JDK: SubmitIT runs the program on others
class SparkPageIT {
  private static final Path ROOT = Path.of(System.getProperty("spanmatch.root"));
  private static final Pattern BLOCK = Pattern.compile("```(python|sh)\n(.*?)```", Pattern.DOTALL);
  private static final String MODEL =
      """
      import torch
      for seed in 0, 1:
          torch.manual_seed(seed)
          model = torch.nn.Sequential(torch.nn.Linear(6, 12), torch.nn.ReLU(), torch.nn.Linear(12, 4))
          torch.manual_seed(7)
          batches = [torch.randn(50, 6) for _ in range(8)]
          save_shards(model, ["1", "2"], batches, f"acts/seed{seed}")
      """;

  private static String page;

  @TempDir Path folder;

  @BeforeAll
  static void read() throws IOException {
    page = Files.readString(ROOT.resolve("docs/spark.md"));
  }

  private static List<String> blocks(String language) {
    Matcher matcher = BLOCK.matcher(page);
    return matcher
        .results()
        .filter(block -> block.group(1).equals(language))
        .map((MatchResult block) -> block.group(2))
        .toList();
  }

  private String run(String... command) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder
        .environment()
        .merge("PATH", folder.toString(), (path, own) -> own + File.pathSeparator + path);
    Process process = builder.start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "it does not end");
    String text = Files.readString(output);
    assertEquals(0, process.exitValue(), text);
    return text;
  }

  private static boolean hasTorch() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "-c", "import torch").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** A spark-submit as it is in Spark's bin, and what else the page has in the folder. */
  private void prepare() throws IOException {
    Path home = TestSpark.home();
    TestSpark.linkJars(home);
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.add(System.getProperty("spanmatch.submit.jvm"));
    java.add("-cp '" + home.resolve("jars") + "/*' org.apache.spark.deploy.SparkSubmit");
    java.add("--master 'local[2]' --conf spark.ui.enabled=false \"$@\"");
    script("spark-submit", String.join(" ", java));
    script("spanmatch", "'" + ROOT.resolve("spanmatch") + "' \"$@\"");
    Files.copy(Submit.jar(), folder.resolve(Submit.jar().getFileName()));
  }

  private void script(String name, String command) throws IOException {
    Path script = Files.writeString(folder.resolve(name), "#!/bin/sh\nexec " + command + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void fromAModelToTheFigure() throws Exception {
    if (!hasTorch()) {
      String message = "SKIPPED: no PyTorch, so the capture is not tried";
      System.err.println(message);
      Assumptions.abort(message);
    }
    prepare();
    Files.writeString(folder.resolve("save.py"), blocks("python").get(0) + "\n\n" + MODEL);
    run("python3", "save.py");
    assertTrue(Files.exists(folder.resolve("acts/seed1/part-00007.npz")));
    String added = run("sh", "-c", blocks("sh").get(0));
    assertTrue(added.contains("2 pairs of layers of 8 shards on Spark"), added);
    String matched = run("sh", "-c", blocks("sh").get(1));
    assertTrue(matched.lines().anyMatch(line -> line.matches("1 +12/12 .* 400 .*")), matched);
    assertTrue(Files.exists(folder.resolve("result/report.html")));
    assertTrue(Files.exists(folder.resolve("result/similarity.svg")));
  }
}
