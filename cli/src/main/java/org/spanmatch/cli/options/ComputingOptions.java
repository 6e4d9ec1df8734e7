package org.spanmatch.cli.options;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.KernelOptions.GramMethod;
import org.spanmatch.kernel.KernelProvider;
import org.spanmatch.kernel.selection.Kernels;

/**
 * What is computed with, and how.
 *
 * @param backend a backend's name, or "auto"
 * @param kernel how many threads may compute, on which device, and how it multiplies
 * @param deadThreshold the norm up to which neurons are dead
 * @param precision how layers are compressed; empty for as precisely as each one's result needs
 * @param centred whether each neuron's mean is subtracted
 * @param quiet no progress and no notes
 * @param verbose what each layer takes, in memory and time, instead of progress
 */
public record ComputingOptions(
    String backend,
    KernelOptions kernel,
    double deadThreshold,
    Optional<Precision> precision,
    boolean centred,
    boolean quiet,
    boolean verbose) {
  /** The norm up to which neurons are dead. */
  public static final Option DEAD_THRESHOLD =
      CommonOptions.valued(
          "dead-threshold",
          "norm",
          "neurons with at most this norm are dead; default " + GramOptions.DEFAULT_DEAD_THRESHOLD);

  /** How many threads compute. */
  public static final Option THREADS =
      CommonOptions.valued("threads", "N", "threads that compute; default one for each processor");

  /** The GPU. */
  public static final Option DEVICE =
      CommonOptions.valued(
          "device",
          "N|all",
          "which GPU the cuda backend uses, as 'spanmatch backends' numbers them, or all; default "
              + KernelOptions.FIRST_DEVICE);

  /** How the GPU multiplies activations. */
  public static final ChoiceOption<GramMethod> GRAM =
      ChoiceOption.one(
          "gram",
          "method",
          "how the cuda backend multiplies activations: float64, sliced, or auto (default): sliced"
              + " where float64 is slow; see 'spanmatch backends'",
          List.of(GramMethod.values()),
          GramMethod::toString);

  /** What computes. */
  public static final ChoiceOption<String> BACKEND =
      ChoiceOption.one(
          "backend",
          "name",
          "what computes: auto (default), reference, java or cuda; see 'spanmatch backends'",
          ComputingOptions::backends);

  static final ChoiceOption<Optional<Precision>> PRECISION =
      ChoiceOption.one(
          "precision",
          "name",
          "standard, high, or auto (default): high for the layers whose result needs it",
          List.of(Optional.empty(), Optional.of(Precision.STANDARD), Optional.of(Precision.HIGH)),
          choice -> choice.map(Precision::toString).orElse("auto"));

  /** Whether means are subtracted. */
  public static final Option CENTER =
      CommonOptions.flag(
          "center",
          "subtract each neuron's mean first, so that a mean that neurons have in common counts for"
              + " nothing");

  /** What each step takes. */
  public static final Option VERBOSE =
      Option.builder("v")
          .longOpt("verbose")
          .desc("say how much memory each layer takes and how long each step took")
          .get();

  /**
   * Reads them.
   *
   * @throws UsageException if a value can't be understood, or there is no such backend
   */
  public static ComputingOptions of(Arguments arguments) {
    String backend = arguments.choice(BACKEND).orElse(Kernels.AUTO);
    arguments.requireOneAtMost(CommonOptions.QUIET, VERBOSE);
    return new ComputingOptions(
        backend,
        kernel(arguments),
        deadThreshold(arguments),
        arguments.choice(PRECISION).orElse(Optional.empty()),
        arguments.has(CENTER),
        arguments.has(CommonOptions.QUIET),
        arguments.has(VERBOSE));
  }

  /** The automatic choice and the defaults of everything. */
  public static ComputingOptions defaults(boolean quiet) {
    return new ComputingOptions(
        Kernels.AUTO,
        KernelOptions.defaults(),
        GramOptions.DEFAULT_DEAD_THRESHOLD,
        Optional.empty(),
        false,
        quiet,
        false);
  }

  private static List<String> backends() {
    return Stream.concat(
            Stream.of(Kernels.AUTO), Kernels.providers().stream().map(KernelProvider::name))
        .toList();
  }

  /** The values of {@link #THREADS}, {@link #DEVICE} and {@link #GRAM}. */
  public static KernelOptions kernel(Arguments arguments) {
    GramMethod gram = arguments.choice(GRAM).orElse(GramMethod.AUTO);
    return new KernelOptions(threads(arguments), device(arguments), gram);
  }

  /** The value of {@link #THREADS}. */
  public static int threads(Arguments arguments) {
    return arguments
        .wholeNumber(THREADS, 1, Integer.MAX_VALUE)
        .map(Long::intValue)
        .orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }

  private static String device(Arguments arguments) {
    String device = arguments.value(DEVICE).map(String::strip).orElse(KernelOptions.FIRST_DEVICE);
    if (!KernelOptions.isDevice(device)) {
      throw Arguments.unexpected(
          DEVICE, "a whole number of at least 0, or " + KernelOptions.ALL_DEVICES, device);
    }
    return device;
  }

  /** The value of {@link #DEAD_THRESHOLD}. */
  public static double deadThreshold(Arguments arguments) {
    return arguments
        .number(DEAD_THRESHOLD, "of at least 0", norm -> norm >= 0 && norm <= Double.MAX_VALUE)
        .orElse(GramOptions.DEFAULT_DEAD_THRESHOLD);
  }
}
