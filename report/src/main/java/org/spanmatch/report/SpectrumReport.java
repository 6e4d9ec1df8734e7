package org.spanmatch.report;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.spanmatch.compare.Warning;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.figures.SpectrumFigure;
import org.spanmatch.report.results.LayerLevels;

/** Writes the match levels of layers. */
public final class SpectrumReport {
  private static final String CSV = "spectrum.csv";
  private static final String SVG = "spectrum.svg";
  private static final String PNG = "spectrum.png";

  /** The files that {@link #write} writes. */
  public static final List<String> FILES = List.of(CSV, SVG, PNG);

  private SpectrumReport() {}

  /**
   * Writes the levels and their figure.
   *
   * @param centred whether each neuron's mean was subtracted
   */
  public static void write(List<LayerLevels> layers, boolean centred, ResultFiles files) {
    files.write(CSV, out -> Csv.writeSpectrum(layers, out));
    SpectrumFigure figure =
        new SpectrumFigure(
            "Maximum matching similarity at every ε" + (centred ? ", centred" : ""),
            layers.stream().map(SpectrumReport::curve).toList());
    files.write(SVG, figure::writeSvg);
    files.write(PNG, figure::writePng);
  }

  private static SpectrumFigure.Curve curve(LayerLevels layer) {
    return new SpectrumFigure.Curve(
        layer.names().name(),
        living(layer.levels()),
        layer.levels().x().size() + layer.levels().y().size(),
        Warning.codes(layer.warnings()),
        layer.chanceLevels() == null ? List.of() : living(layer.chanceLevels()));
  }

  private static List<Double> living(PerGroup<List<Double>> levels) {
    return Stream.concat(levels.x().stream(), levels.y().stream())
        .filter(Objects::nonNull)
        .toList();
  }
}
