package org.spanmatch.cli.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.ProgressLine;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.gram.GramFile;
import org.spanmatch.kernel.backend.NeuronNorms;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TextTable;

/** {@code spanmatch layers}: what is in a file. */
public final class LayersCommand implements Command {
  @Override
  public String name() {
    return "layers";
  }

  @Override
  public String summary() {
    return "what is in a file: layers, shapes, dtypes, neurons, samples, dead neurons";
  }

  @Override
  public String arguments() {
    return "FILE…";
  }

  @Override
  public List<Option> options() {
    return LayersOptions.definitions();
  }

  @Override
  public String details() {
    return """
        Reads the files whole, since dead neurons are found only by looking at every value, and so
        checks them too. A layer that is damaged, or holds values that are not finite, is listed as
        unusable; the first such is then the error that the command ends with. What else a file
        holds, such as labels, a mask, or an entry that is no array, is listed as left out, with the
        reason.

        Of a Gram file it shows, for each layer, its network, numbered from 1, the neurons, samples
        and dead neurons, the precision, the layers that it was added up with, each with its
        network, and the files that the activations came from.

        Examples:
          spanmatch layers seed0.npz seed1.npz
          spanmatch layers seeds.gram.npz
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) {
    LayersOptions options = LayersOptions.of(arguments);
    List<ActivationFile> files =
        options.files().stream()
            .map(path -> NetworkFile.open(path, options.shards(), options.layouts()))
            .toList();
    if (files.stream().anyMatch(GramFile::isGramFile)) {
      LayersOptions.requireForGram(arguments);
    }
    NetworkFile.requireEachInParts(options.shards(), files);
    List<ActivationsException> problems = new ArrayList<>();
    for (ActivationFile file : files) {
      if (files.size() > 1) {
        console.out().println(DisplayName.printable(file.path().toString()) + ":");
      }
      if (GramFile.isGramFile(file)) {
        GramOutput.printLayers(Input.grams(file), console.out());
      } else {
        LayerArrays layers = LayerArrays.of(file, name -> true);
        table(file, layers, options, console, problems).print(console.out());
        for (LeftOut each : layers.leftOut()) {
          console
              .out()
              .println(DisplayName.printable("left out: " + each.name() + ": " + each.reason()));
        }
        Input.requireLayers(layers);
        List<String> inParts = file.evidentlySharded();
        if (!inParts.isEmpty() && !options.quiet()) {
          console.err().println("note: " + DisplayName.printable(Input.hint(inParts)));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw problems.get(0); // the others are in the table
    }
  }

  private static TextTable table(
      ActivationFile file,
      LayerArrays layers,
      LayersOptions options,
      Console console,
      List<ActivationsException> problems) {
    TextTable table =
        new TextTable(
            List.of("layer", "shape", "dtype", "order", "layout", "neurons", "samples", "dead"));
    List<Long> weights = file.arrays().stream().map(LayersCommand::weight).toList();
    try (ProgressLine progress =
        new ProgressLine(console, !options.quiet(), "layers", weights, List.of("read"))) {
      for (StoredArray array : file.arrays()) {
        progress.startLayer(array.name());
        List<String> cells = new ArrayList<>();
        cells.add(array.name());
        cells.add(array.shape().stream().map(String::valueOf).collect(Collectors.joining("×")));
        cells.add(array.dtype());
        cells.add(array.order());
        if (!layers.arrays().contains(array)) {
          cells.addAll(List.of("left out", "-", "-", "-"));
          table.add(cells);
          continue;
        }
        try {
          Layer layer = array.layer(options.layouts());
          NeuronNorms norms =
              NeuronNorms.of(layer, done -> progress.update("read", done, layer.samples()));
          cells.add(array.layout(options.layouts()).label());
          cells.add(Integer.toString(layer.neurons()));
          cells.add(Long.toString(layer.samples()));
          cells.add(Integer.toString(norms.dead(options.deadThreshold()).size()));
        } catch (ActivationsException e) {
          problems.add(e);
          cells.addAll(List.of("unusable", "-", "-", "-"));
        }
        table.add(cells);
      }
      progress.finish();
    }
    for (UnusableEntry entry : file.unusable()) {
      table.add(List.of(entry.name(), "-", "-", "-", "left out", "-", "-", "-"));
    }
    return table;
  }

  /** The number of values, for the progress line. */
  private static long weight(StoredArray array) {
    double values =
        array.shape().stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
    return Math.max(1, Math.round(values / 1e3));
  }
}
