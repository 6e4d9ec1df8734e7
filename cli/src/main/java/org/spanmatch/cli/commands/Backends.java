package org.spanmatch.cli.commands;

import java.util.Optional;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.output.UserProfile;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.selection.CostProfile;
import org.spanmatch.kernel.selection.Kernels;

/** Opens what computes. */
final class Backends {
  private Backends() {}

  /** Opens the backend; the automatic choice goes by the user's profile, if there is one. */
  static ProjectionKernel open(ComputingOptions options, Console console) {
    Optional<CostProfile> profile =
        options.backend().equals(Kernels.AUTO)
            ? UserProfile.load(
                note -> {
                  if (!options.quiet()) {
                    console.err().println("note: " + note);
                  }
                })
            : Optional.empty();
    return profile
        .map(costs -> Kernels.open(options.backend(), options.kernel(), costs))
        .orElseGet(() -> Kernels.open(options.backend(), options.kernel()));
  }
}
