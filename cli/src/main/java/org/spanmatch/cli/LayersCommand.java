package org.spanmatch.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.report.TextTable;
import org.spanmatch.data.ActivationFile;
import org.spanmatch.data.LayerActivations;
import org.spanmatch.data.Layout;
import org.spanmatch.data.NeuronNorms;
import org.spanmatch.data.StoredArray;

/** {@code spanmatch layers}: what is in a file. */
final class LayersCommand implements Command {
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
    return List.of(CommonOptions.LAYOUT, CommonOptions.DEAD_THRESHOLD, CommonOptions.QUIET);
  }

  @Override
  public String details() {
    return """
        Reads the files whole, since dead neurons are found only by looking at every value, and so
        checks them too: a value that is not finite is an error.

        Example:
          spanmatch layers seed0.npz seed1.npz
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) {
    List<Layout> layouts = arguments.layouts();
    List<ActivationFile> files =
        arguments.paths(1, Integer.MAX_VALUE).stream().map(ActivationFile::open).toList();
    for (ActivationFile file : files) {
      if (files.size() > 1) {
        console.out().println(file.path() + ":");
      }
      table(file, layouts, arguments, console).print(console.out());
    }
  }

  private static TextTable table(
      ActivationFile file, List<Layout> layouts, Arguments arguments, Console console) {
    TextTable table =
        new TextTable(
            List.of("layer", "shape", "dtype", "order", "layout", "neurons", "samples", "dead"));
    List<Long> weights =
        file.arrays().stream()
            .map(array -> array.shape().stream().reduce(1L, (a, b) -> Math.max(1, a * b)))
            .toList();
    try (ProgressLine progress =
        new ProgressLine(console, arguments.has(CommonOptions.QUIET), "layers", weights)) {
      for (StoredArray array : file.arrays()) {
        progress.startLayer(array.name());
        LayerActivations layer = array.layer(layouts);
        NeuronNorms norms =
            NeuronNorms.of(layer, done -> progress.update("read", done, layer.samples()));
        table.add(
            List.of(
                array.name(),
                array.shape().stream().map(String::valueOf).collect(Collectors.joining("×")),
                array.dtype(),
                array.fortranOrder() ? "Fortran" : "C",
                array.layout(layouts).label(),
                Integer.toString(layer.neurons()),
                Long.toString(layer.samples()),
                Integer.toString(norms.dead(arguments.deadThreshold()).size())));
      }
    }
    return table;
  }
}
