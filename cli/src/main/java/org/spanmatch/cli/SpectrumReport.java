package org.spanmatch.cli;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.spanmatch.cli.report.Csv;
import org.spanmatch.cli.report.LayerLevels;
import org.spanmatch.cli.report.SpectrumFigure;

/** Stores the match levels of the layers. */
final class SpectrumReport {
  private static final String CSV = "spectrum.csv";
  private static final String SVG = "spectrum.svg";
  private static final String PNG = "spectrum.png";

  /** What {@link #write} writes. */
  static final List<String> FILES = List.of(CSV, SVG, PNG);

  private SpectrumReport() {}

  /** Writes the levels and their figure. */
  static void write(List<LayerLevels> layers, ResultFolder folder) {
    folder.write(CSV, out -> Csv.writeSpectrum(layers, out));
    SpectrumFigure figure =
        new SpectrumFigure(
            "Maximum matching similarity at every ε",
            layers.stream().map(SpectrumReport::curve).toList());
    folder.write(SVG, figure::writeSvg);
    folder.write(PNG, figure::writePng);
  }

  private static SpectrumFigure.Curve curve(LayerLevels layer) {
    List<Double> x = layer.levels().x();
    List<Double> y = layer.levels().y();
    return new SpectrumFigure.Curve(
        layer.layer(),
        Stream.concat(x.stream(), y.stream()).filter(Objects::nonNull).toList(),
        x.size() + y.size());
  }
}
