package org.spanmatch.cli.commands;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.bundle.Build;
import org.spanmatch.cli.bundle.Bundle;
import org.spanmatch.cli.bundle.BundleException;
import org.spanmatch.cli.bundle.Jdk;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.OutputException;
import org.spanmatch.cli.output.OutputFile;
import org.spanmatch.cli.terminal.Console;

/** {@code spanmatch bundle}: a folder that runs where there is neither Java nor a network. */
public final class BundleCommand implements Command {
  @Override
  public String name() {
    return "bundle";
  }

  @Override
  public String summary() {
    return "a folder with the command and a Java runtime, for machines without Java";
  }

  @Override
  public String arguments() {
    return "";
  }

  @Override
  public List<Option> options() {
    return BundleOptions.definitions();
  }

  @Override
  public String details() {
    return """
        Copy the folder to any machine of the same kind, such as a GPU node without Java, Maven and
        network, and start spanmatch in it. The Java run-time environment is made with jlink, of the
        newest JDK among the running one, those that JAVA_HOME and JDK…_HOME name, and those in
        /usr/lib/jvm. Works from the build of the repository alone.

        Examples:
          spanmatch bundle
          spanmatch bundle --small --out node/spanmatch
          spanmatch bundle --out node/spanmatch --jdk /usr/lib/jvm/java-21-openjdk --with-checks
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) {
    BundleOptions options = BundleOptions.of(arguments);
    Path folder = options.folder();
    try {
      Build build = Build.of(code());
      Jdk jdk = jdk(options);
      Bundle bundle =
          new Bundle(
              build,
              jdk,
              options.withChecks(),
              options.small(),
              step -> {
                if (!options.quiet()) {
                  console.err().println("spanmatch: " + step);
                }
              });
      List<String> lines = bundle.make(folder);
      PrintStream out = console.out();
      out.println("Bundle: " + folder);
      lines.forEach(line -> out.println("  " + line));
      out.println("Try it: " + folder.resolve("spanmatch") + " backends");
    } catch (BundleException e) {
      throw new OutputException(e.getMessage(), e);
    } catch (IOException e) {
      throw new OutputException(
          folder + ": the bundle can't be written: " + OutputFile.reason(e), e);
    }
  }

  private static Jdk jdk(BundleOptions options) {
    if (options.jdk().isPresent()) {
      Path home = options.jdk().get();
      return Jdk.at(home)
          .orElseThrow(
              () ->
                  new UsageException(
                      "--jdk: " + home + " is no JDK from 17 on with jlink and modules to link"));
    }
    return Jdk.newest(
            Path.of(System.getProperty("java.home")), System.getenv(), Path.of("/usr/lib/jvm"))
        .orElseThrow(
            () ->
                new OutputException(
                    "there is no JDK with jlink and modules to link; install for example"
                        + " Debian/Ubuntu 'apt install openjdk-17-jdk', or name one with --jdk",
                    null));
  }

  /** The jar or folder that this program runs from. */
  private static Path code() {
    URL location = BundleCommand.class.getProtectionDomain().getCodeSource().getLocation();
    if (location == null) {
      // Java 25 knows none for classes of an archive that was moved, as in a bundle.
      return Path.of(System.getProperty("java.class.path").split(File.pathSeparator, 2)[0]);
    }
    try {
      return Path.of(location.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
