package org.spanmatch.cli.commands;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.output.UserProfile;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.KernelProvider.Unavailable;
import org.spanmatch.kernel.selection.CostProfile;
import org.spanmatch.kernel.selection.CostProfile.Machine;
import org.spanmatch.kernel.selection.Kernels;

/** {@code spanmatch backends}: what can compute here, and what can't and why. */
public final class BackendsCommand implements Command {
  @Override
  public String name() {
    return "backends";
  }

  @Override
  public String summary() {
    return "each backend: available or why not, and the cure";
  }

  @Override
  public String arguments() {
    return "";
  }

  @Override
  public List<Option> options() {
    return List.of();
  }

  @Override
  public String details() {
    return """
        Backends are listed in the order in which '--backend auto' tries them; it leaves layers that
        are too small for a GPU to the next, unless a profile of 'spanmatch bench --save-profile'
        names the fastest for each layer. One is forced with --backend NAME, or with
        SPANMATCH_JAVA_OPTS=-Dspanmatch.backend=NAME.
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) {
    arguments.paths(0, 0);
    Kernels.providers().forEach(provider -> print(provider, console.out()));
    UserProfile.load(console.out()::println)
        .ifPresent(
            profile ->
                console
                    .out()
                    .println(
                        "profile of "
                            + profile.date()
                            + ": "
                            + UserProfile.file()
                            + ", for "
                            + profile.threads()
                            + " threads on "
                            + profile.machine().processor()
                            + foreign(profile)));
  }

  /** Why a profile is of no use here, whatever threads and backends a command may take. */
  private static String foreign(CostProfile profile) {
    return profile
        .mismatch(Machine.here(), profile.threads(), Map.of())
        .map(why -> "; not used, " + why)
        .orElse("");
  }

  /** Prints a backend's name and state, with reason and cure. */
  static void print(KernelProvider provider, PrintStream out) {
    Optional<Unavailable> problem = provider.unavailable();
    out.println(
        provider.name()
            + ": "
            + (problem.isEmpty() ? "available" : "unavailable: " + problem.get().reason()));
    out.println("  " + provider.description());
    if (problem.isEmpty()) {
      provider.details().forEach(line -> out.println("    " + line));
    } else {
      out.println("  cure: " + problem.get().cure());
    }
  }
}
