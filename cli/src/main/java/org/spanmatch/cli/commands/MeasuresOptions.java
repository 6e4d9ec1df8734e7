package org.spanmatch.cli.commands;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.ChoiceOption;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.ComparingOptions;
import org.spanmatch.cli.options.LabelOptions;
import org.spanmatch.cli.options.PairOptions;
import org.spanmatch.cli.options.Spelling;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.JsonTarget;
import org.spanmatch.cli.output.ResultFolder;
import org.spanmatch.similarity.Measure;

/**
 * The options of {@code spanmatch measures}.
 *
 * @param comparing what is compared, and how
 * @param measures what to compute, in the order of all measures; at least one
 * @param labels what the networks are called
 * @param out where results and figures go, if anywhere
 * @param json where the JSON goes
 */
record MeasuresOptions(
    ComparingOptions comparing,
    List<Measure> measures,
    LabelOptions labels,
    Optional<ResultFolder> out,
    JsonTarget json) {
  private static final ChoiceOption<Measure> MEASURES =
      ChoiceOption.several(
          "measures",
          "name,…",
          "only these, such as linearCka,r2X; default all",
          Measure.all(),
          Measure::name);

  static List<Option> definitions() {
    return ComparingOptions.definitions(
        PairOptions.PAIRS,
        PairOptions.PAIR,
        MEASURES,
        LabelOptions.NAMES,
        LabelOptions.TITLE,
        LabelOptions.SPREAD,
        CommonOptions.describe(
            CommonOptions.OUT,
            "write result.json, measures.csv, measures.svg and .png, and report.html, a page for"
                + " the browser, there"));
  }

  static MeasuresOptions of(Arguments arguments) {
    List<Measure> measures = measures(arguments);
    Optional<ResultFolder> out = arguments.path(CommonOptions.OUT).map(ResultFolder::new);
    ComparingOptions comparing = ComparingOptions.ofMany(arguments);
    LabelOptions labels = LabelOptions.of(arguments, comparing.input().networks());
    return new MeasuresOptions(comparing, measures, labels, out, NetworkFile.json(arguments));
  }

  /**
   * The measures that are asked for.
   *
   * @throws UsageException if there is none of a name
   */
  static List<Measure> measures(Arguments arguments) {
    List<Measure> all = Measure.all();
    List<String> names = arguments.items(MEASURES).orElse(null);
    if (names == null) {
      return all;
    }
    for (String name : names) {
      if (all.stream().noneMatch(measure -> measure.name().equals(name))) {
        throw unknown(name, all.stream().map(Measure::name).toList());
      }
    }
    return all.stream().filter(measure -> names.contains(measure.name())).toList();
  }

  private static UsageException unknown(String typed, List<String> names) {
    List<String> lower = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    String part = typed.toLowerCase(Locale.ROOT);
    return new UsageException(
        "--measures: there is no measure '"
            + typed
            + "'"
            + Spelling.nearest(typed, lower)
                .or(() -> lower.stream().filter(name -> name.contains(part)).findFirst())
                .filter(near -> !part.isEmpty())
                .map(near -> " (did you mean " + names.get(lower.indexOf(near)) + "?)")
                .orElse(", only " + String.join(", ", names)));
  }
}
