package org.spanmatch.cli.commands;

import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.output.OutputFile;
import org.spanmatch.cli.terminal.Console;
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
  public List<Option> options() {
    return ReportOptions.definitions();
  }

  @Override
  public String details() {
    return """
        Makes one file that any browser shows: the similarity at every ε, across layers and between
        all layers, with the similarity by chance, the coverage and the warnings. The file needs no
        network and no other file. A command with --out DIR writes it too, as DIR/report.html.

        Each argument is such a folder, or a file that --json has written, of match or spectrum.
        Results of the same two networks are laid together. Results of other networks become further
        comparisons, if they are of layers of the same names.

        Examples:
          spanmatch report result --out result.html
          spanmatch report run1 run2 run3 --out runs.html --title 'Three runs'
          spanmatch report result.json --out result.html --names 'seed 0,seed 1'
        """;
  }

  @Override
  public void run(Arguments arguments, Console console) {
    ReportOptions options = ReportOptions.of(arguments);
    OutputFile.check(options.out());
    ReportPage page = ReportPage.read(options.results());
    options.requireNames(page.networks());
    ReportPage titled = options.title().map(page::titled).orElse(page);
    ReportPage named = options.names().map(titled::named).orElse(titled);
    OutputFile.write(options.out(), named::write);
    console.out().println("report in " + options.out());
  }
}
