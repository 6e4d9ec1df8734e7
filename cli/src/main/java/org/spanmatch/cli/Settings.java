package org.spanmatch.cli;

import java.util.List;
import java.util.Optional;
import org.spanmatch.data.NeuronNorms;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.Kernels;
import org.spanmatch.kernel.Precision;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.cost.CostProfile;

/**
 * What is computed with, and how.
 *
 * @param backend a backend's name, or "auto"
 * @param options how many threads may compute, and on which device
 * @param deadThreshold the norm up to which neurons are dead
 * @param precision how layers are compressed; empty for as precisely as each one's result needs
 * @param quiet no progress and no notes
 * @param verbose what each layer takes, in memory and time, instead of progress
 */
record Settings(
    String backend,
    KernelOptions options,
    double deadThreshold,
    Optional<Precision> precision,
    boolean quiet,
    boolean verbose) {
  static Settings of(Arguments arguments) {
    requireKnownBackend(arguments.backend());
    arguments.requireOneAtMost(CommonOptions.QUIET, CommonOptions.VERBOSE);
    return new Settings(
        arguments.backend(),
        new KernelOptions(arguments.threads(), arguments.device()),
        arguments.deadThreshold(),
        arguments.precision(),
        arguments.has(CommonOptions.QUIET),
        arguments.has(CommonOptions.VERBOSE));
  }

  private static void requireKnownBackend(String backend) {
    List<String> names = Kernels.providers().stream().map(KernelProvider::name).toList();
    if (!backend.equals(Kernels.AUTO) && !names.contains(backend)) {
      throw new UsageException(
          "--backend: expected auto, " + String.join(", ", names) + ", found '" + backend + "'");
    }
  }

  static Settings defaults(boolean quiet) {
    return new Settings(
        Kernels.AUTO,
        KernelOptions.defaults(),
        NeuronNorms.DEFAULT_DEAD_THRESHOLD,
        Optional.empty(),
        quiet,
        false);
  }

  /** Opens the backend; the automatic choice goes by the user's profile, if there is one. */
  ProjectionKernel openKernel(Console console) {
    Optional<CostProfile> profile =
        backend.equals(Kernels.AUTO)
            ? UserProfile.load(note -> tell("note: " + note, console))
            : Optional.empty();
    return profile
        .map(costs -> Kernels.open(backend, options, costs))
        .orElseGet(() -> Kernels.open(backend, options));
  }

  private void tell(String note, Console console) {
    if (!quiet) {
      console.err().println(note);
    }
  }
}
