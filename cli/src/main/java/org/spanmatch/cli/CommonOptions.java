package org.spanmatch.cli;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.data.NeuronNorms;
import org.spanmatch.kernel.KernelOptions;

/** The options that several commands share. */
final class CommonOptions {
  static final Option LAYERS =
      valued(
          "layers",
          "name,…|pattern",
          "only these layers; * and ? stand for any characters, ? for a comma in a name");
  static final Option EPSILON =
      valued("epsilon", "ε,…", "distances up to which neurons match, in [0, 1]; default %s");
  static final Option BACKEND =
      valued(
          "backend", "name", "auto (default), reference, java or cuda; see 'spanmatch backends'");
  static final String ALL_BACKENDS = "all";
  static final Option BACKENDS =
      valued("backends", "name,…|all", "what to validate; default all that are available");
  static final Option BENCH_BACKENDS =
      valued(
          "backends",
          "name,…|all",
          "what to measure: backends, and peers by name; default all that are available, but not"
              + " reference");
  static final Option NEURONS =
      valued(
          "neurons", "N,…", "neurons of each network; default 64,256,1024, with --full 64 to 4096");
  static final Option BENCH_SAMPLES =
      valued(
          "samples",
          "N,…",
          "samples; default 2500,10000,50000, with --full 1000 to 1000000, but not fewer than twice the"
              + " neurons");
  static final Option QUICK =
      flag("quick", "at most 3 minutes for the processor on 2 cores; the default");
  static final Option FULL = flag("full", "more sizes, and longer, for results to be published");
  static final Option PEERS =
      flag("peers", "beside other libraries: OpenBLAS, EJML, ojAlgo, netlib, and numpy");
  static final Option SAVE_PROFILE =
      flag("save-profile", "store what the backends cost here, for '--backend auto'");
  static final Option COMPARE =
      valued("compare", "OLD.json", "show what became slower or faster since; 5 if slower");
  static final Option REPORT =
      valued(
          "report",
          "DIR",
          "measure nothing: make tables and figures again in the --out folder of an earlier run");
  static final Option LEVEL =
      valued("level", "name", "quick (default), full or exhaustive: how many problems");
  static final Option CASE =
      valued("case", "name|pattern", "only these problems; * and ? stand for any characters");
  static final Option CHECK_LIMIT =
      valued(
          "time-limit",
          "time",
          "after which a check that is still running has failed, such as 90s or 10m; default 60s"
              + " for the built-in problems of level quick, else 10m");
  static final Option BREAKING_POINTS =
      flag(
          "breaking-points",
          "find how near to dependent, how badly scaled and how many samples activations must be for"
              + " the error bounds of each backend to exceed 1e-3");
  static final Option JUNIT =
      valued("junit", "FILE", "write the results as JUnit's XML, as CI services read it");
  static final Option LAYOUT =
      valued(
          "layout",
          "name,…",
          "meaning of the axes: nf (default) or fn for 2, ntf for 3, nchw (default) or nhwc for 4"
              + " axes; n samples, f and c neurons");
  static final Option SAMPLES =
      valued("samples", "N", "use N of the samples, spread over the test set; default all");
  static final Option DEAD_THRESHOLD =
      valued(
          "dead-threshold",
          "norm",
          "neurons with at most this norm are dead; default " + NeuronNorms.DEFAULT_DEAD_THRESHOLD);
  static final Option THREADS =
      valued("threads", "N", "threads that compute; default one for each processor");
  static final Option DEVICE =
      valued(
          "device",
          "N|all",
          "which GPU the cuda backend uses, as 'spanmatch backends' numbers them, or all; default "
              + KernelOptions.FIRST_DEVICE);
  static final Option PRECISION =
      valued(
          "precision",
          "name",
          "standard, high, or auto (default): high for the layers whose result needs it");
  static final Option MIN_SIZE =
      valued("min-size", "K", "also show the smallest ε with K matched neurons in each network");
  static final Option NEURON =
      valued(
          "neuron",
          "x:12,y:7|all",
          "only the minimal matches of these neurons, by network and position; default all");
  static final Option ORDER =
      valued(
          "order",
          "name",
          "in which order neurons are tried: index (default), level or random; it decides which of"
              + " several minimal matches of a neuron is found");
  static final Option SEED =
      valued("seed", "S", "chooses the random numbers, a whole number; default " + Arguments.SEED);
  static final Option EXHAUSTIVE =
      flag("exhaustive", "all minimal matches of each neuron, and not only one");
  static final Option LIMIT =
      valued(
          "limit",
          "K",
          "with --exhaustive, at most K minimal matches of each neuron; default "
              + Arguments.LIMIT);
  static final Option TIME_LIMIT =
      valued(
          "time-limit",
          "time",
          "end after so long, such as 90s, 10m or 1.5h, with what was found; default never");
  static final Option OUT = valued("out", "DIR", "%s");
  static final Option JSON =
      valued("json", "FILE|-", "write the results as JSON; - is standard output");
  static final Option SPECTRUM =
      flag("spectrum", "find the match level of every neuron too; default for java and cuda");
  static final Option NO_SPECTRUM =
      flag("no-spectrum", "only the matches; default for the other backends");
  static final Option QUIET = flag("quiet", "no progress and no notes");
  static final Option VERBOSE =
      flag("verbose", "say how much memory each layer takes and how long each step took");
  static final Option DEBUG =
      flag("debug", "show the stack trace of an error, and why backends can't run");
  static final Option HELP = Option.builder("h").longOpt("help").desc("show this help").get();

  private CommonOptions() {}

  private static Option valued(String name, String argument, String description) {
    return Option.builder().longOpt(name).hasArg().argName(argument).desc(description).get();
  }

  private static Option flag(String name, String description) {
    return Option.builder().longOpt(name).desc(description).get();
  }

  /** The options of a command that compares two networks, and its own among them. */
  static List<Option> comparing(Option... own) {
    List<Option> options = new ArrayList<>(List.of(LAYERS));
    options.addAll(List.of(own));
    options.addAll(
        List.of(
            BACKEND,
            LAYOUT,
            SAMPLES,
            DEAD_THRESHOLD,
            THREADS,
            DEVICE,
            PRECISION,
            JSON,
            VERBOSE,
            QUIET));
    return options;
  }

  /** The option with its description completed, where commands differ in it. */
  static Option describe(Option option, String detail) {
    return valued(
        option.getLongOpt(), option.getArgName(), option.getDescription().formatted(detail));
  }
}
