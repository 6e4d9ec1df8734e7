package org.spanmatch.cli.commands;

import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.BenchReport;
import org.spanmatch.cli.output.OutputFile;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.report.page.BenchPage;
import org.spanmatch.report.page.ReportPage;

/** {@code spanmatch report}: the page of results that were written before. */
public final class ReportCommand implements Command {
  @Override
  public String name() {
    return "report";
  }

  @Override
  public String summary() {
    return "a page to look at results in a browser, of one result or of several together";
  }

  @Override
  public String arguments() {
    return "DIR…";
  }

  @Override
  public String requiredOptions() {
    return "--out FILE";
  }

  @Override
  public List<Option> options() {
    return ReportOptions.definitions();
  }

  @Override
  public String details() {
    return """
        Makes one file that any browser shows: the similarity at every ε, across layers and between
        all layers, with the similarity by chance, the coverage and the warnings, and the simple
        matches and measures of each layer. The file needs no network and no other file. match,
        spectrum, simple, measures and bench write one too, as report.html in their --out folder.

        Each argument is such a folder, or a file that --json has written, of match, spectrum, simple
        or measures. Results of the same two networks are laid together. Results of other networks
        become further comparisons, if they are of layers of the same names. A folder that bench has
        written makes a page by itself.

        Examples:
          spanmatch report result --out result.html
          spanmatch report matches simple measures --out all.html
          spanmatch report run1 run2 run3 --out runs.html --title 'Three runs'
          spanmatch report result.json --out result.html --names 'seed 0,seed 1'
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) {
    ReportOptions options = ReportOptions.of(arguments);
    OutputFile.check(options.out());
    List<Path> times = options.results().stream().filter(BenchReport::isIn).toList();
    if (!times.isEmpty()) {
      writeTimes(times.get(0), options, console);
      return;
    }
    ReportPage page = ReportPage.read(options.results());
    options.requireNames(page.networks());
    ReportPage titled = options.title().map(page::titled).orElse(page);
    ReportPage named = options.names().map(titled::named).orElse(titled);
    OutputFile.write(options.out(), named::write);
    console.out().println("report in " + options.out());
  }

  /** Writes the page of a folder of {@code spanmatch bench}, which goes with no other. */
  private static void writeTimes(Path folder, ReportOptions options, Console console) {
    if (options.results().size() > 1) {
      throw new UsageException(
          folder + ": 'spanmatch bench' wrote this folder, which makes a page by itself alone");
    }
    options.requireNoNames("are of networks, and " + folder + " has the times of backends");
    BenchPage page = BenchReport.read(folder).page().titled(options.title());
    OutputFile.write(options.out(), page::write);
    console.out().println("report in " + options.out());
  }
}
