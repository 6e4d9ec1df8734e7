package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.activations.Layout;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComputingOptions;
import org.spanmatch.cli.options.InputOptions;
import org.spanmatch.cli.options.LayerSelection;
import org.spanmatch.cli.options.UsageException;

/**
 * The options of {@code spanmatch layers}.
 *
 * @param files the files, at least one
 * @param layouts what the axes of arrays mean
 * @param shards the layers that are stored in numbered parts
 * @param deadThreshold the norm up to which neurons are dead
 * @param quiet no progress
 */
record LayersOptions(
    List<Path> files,
    List<Layout> layouts,
    LayerSelection shards,
    double deadThreshold,
    boolean quiet) {
  static List<Option> definitions() {
    return List.of(
        InputOptions.LAYOUT,
        InputOptions.SHARDS,
        ComputingOptions.DEAD_THRESHOLD,
        CommonOptions.QUIET);
  }

  /**
   * Checks that no option is given that is for activations only.
   *
   * @throws UsageException if one is
   */
  static void requireForGram(Arguments arguments) {
    arguments.requireWithout(
        List.of(InputOptions.LAYOUT, InputOptions.SHARDS, ComputingOptions.DEAD_THRESHOLD),
        "is for activations, which a Gram file no longer has");
  }

  static LayersOptions of(Arguments arguments) {
    List<Layout> layouts = InputOptions.layouts(arguments);
    return new LayersOptions(
        arguments.paths(1, Integer.MAX_VALUE),
        layouts,
        InputOptions.shards(arguments),
        ComputingOptions.deadThreshold(arguments),
        arguments.has(CommonOptions.QUIET));
  }
}
