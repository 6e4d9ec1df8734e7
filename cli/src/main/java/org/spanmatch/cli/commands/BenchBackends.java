package org.spanmatch.cli.commands;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.KernelProvider.Unavailable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.tuning.GridRun.LeftOut;
import org.spanmatch.tuning.Peers;

/** Which backends and peers {@code spanmatch bench} measures. */
final class BenchBackends {
  // So slow that it is measured only where it is asked for.
  private static final String REFERENCE = "reference";

  private BenchBackends() {}

  /**
   * The backends and peers to measure, in order, with what each runs on.
   *
   * @param leftOut takes those that can't run, unless they were asked for by name
   * @throws UsageException if there is no such name
   * @throws KernelException.Unavailable if one that was asked for by name can't run
   */
  static Map<String, String> chosen(BenchOptions options, List<LeftOut> leftOut) {
    List<KernelProvider> providers = Kernels.providers();
    List<String> known = providers.stream().map(KernelProvider::name).toList();
    List<String> asked = options.backends();
    boolean all = asked.equals(List.of(BackendNames.ALL));
    boolean byDefault = !options.backendsGiven();
    Map<String, String> chosen = new LinkedHashMap<>();
    for (KernelProvider provider : providers) {
      boolean byName = asked.contains(provider.name());
      if (byDefault ? !provider.name().equals(REFERENCE) : all || byName) {
        Optional<Unavailable> problem = provider.unavailable();
        String reason = problem.map(p -> p.reason() + "; " + p.cure()).orElse("");
        if (problem.isEmpty()) {
          chosen.put(provider.name(), Kernels.details(provider));
        } else if (byName) {
          throw new KernelException.Unavailable(
              "backend '" + provider.name() + "' is unavailable: " + reason);
        } else {
          leftOut.add(new LeftOut(provider.name(), reason, false));
        }
      }
    }
    if (options.peers() && Peers.names().isEmpty()) {
      throw new KernelException.Unavailable("--peers: " + Peers.MISSING);
    }
    for (String name : Peers.names()) {
      boolean byName = asked.contains(name);
      if (byName || options.peers()) {
        Optional<String> problem = Peers.unavailable(name);
        if (problem.isEmpty()) {
          chosen.put(name, "");
        } else if (byName) {
          throw new KernelException.Unavailable(
              "peer '" + name + "' is unavailable: " + problem.get());
        } else {
          leftOut.add(new LeftOut(name, problem.get(), false));
        }
      }
    }
    List<String> names = Stream.concat(known.stream(), Peers.names().stream()).toList();
    for (String name : asked) {
      if (!all && !names.contains(name)) {
        throw new UsageException(
            "--backends: expected all, "
                + String.join(", ", names)
                + ", found '"
                + name
                + "'"
                + (Peers.names().isEmpty() ? "; " + Peers.MISSING : ""));
      }
    }
    return chosen;
  }
}
