package org.spanmatch.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;

/**
 * What all commands have in common that compare two networks.
 *
 * @param input the two networks, as activations or in a Gram file
 * @param computing how to compute
 */
public record ComparingOptions(InputOptions input, ComputingOptions computing) {
  /**
   * Reads them.
   *
   * @throws UsageException if a value can't be understood
   */
  public static ComparingOptions of(Arguments arguments) {
    ComputingOptions computing = ComputingOptions.of(arguments);
    return new ComparingOptions(InputOptions.orGram(arguments), computing);
  }

  /**
   * Reads them, for a command that takes more than two networks.
   *
   * @throws UsageException if a value can't be understood
   */
  public static ComparingOptions ofMany(Arguments arguments) {
    ComputingOptions computing = ComputingOptions.of(arguments);
    return new ComparingOptions(InputOptions.ofMany(arguments), computing);
  }

  /** All common layers of two files, and the defaults of everything else. */
  public static ComparingOptions defaults(Path x, Path y, boolean quiet) {
    return new ComparingOptions(InputOptions.all(x, y), ComputingOptions.defaults(quiet));
  }

  /** Their definitions, and a command's own among them, in the order in which help shows them. */
  public static List<Option> definitions(Option... own) {
    List<Option> options = new ArrayList<>(List.of(InputOptions.LAYERS, InputOptions.EXCLUDE));
    options.addAll(List.of(own));
    options.addAll(
        List.of(
            ComputingOptions.BACKEND,
            InputOptions.LAYOUT,
            InputOptions.SHARDS,
            InputOptions.MASK,
            InputOptions.POOL,
            InputOptions.SAMPLES,
            ComputingOptions.CENTER,
            ComputingOptions.DEAD_THRESHOLD,
            ComputingOptions.THREADS,
            ComputingOptions.DEVICE,
            ComputingOptions.GRAM,
            ComputingOptions.PRECISION,
            CommonOptions.JSON,
            ComputingOptions.VERBOSE,
            CommonOptions.QUIET));
    return options;
  }
}
