package org.spanmatch.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.logging.ConsoleHandler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.cli.commands.BackendsCommand;
import org.spanmatch.cli.commands.BenchCommand;
import org.spanmatch.cli.commands.BundleCommand;
import org.spanmatch.cli.commands.Command;
import org.spanmatch.cli.commands.DemoCommand;
import org.spanmatch.cli.commands.DistancesCommand;
import org.spanmatch.cli.commands.GramCommand;
import org.spanmatch.cli.commands.HelpCommand;
import org.spanmatch.cli.commands.LayersCommand;
import org.spanmatch.cli.commands.MatchCommand;
import org.spanmatch.cli.commands.MeasuresCommand;
import org.spanmatch.cli.commands.MergeCommand;
import org.spanmatch.cli.commands.ReportCommand;
import org.spanmatch.cli.commands.SimpleCommand;
import org.spanmatch.cli.commands.SpectrumCommand;
import org.spanmatch.cli.commands.ValidateCommand;
import org.spanmatch.cli.commands.ValidationFailedException;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.cli.output.HomeFolder;
import org.spanmatch.cli.output.OutputException;
import org.spanmatch.cli.output.RegressionException;
import org.spanmatch.cli.output.Version;
import org.spanmatch.cli.terminal.Console;
import org.spanmatch.cli.terminal.StandardOutput;
import org.spanmatch.gram.GramException;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.kernel.NotEnoughMemoryException;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.report.page.PageException;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.report.text.TerminalStream;
import org.spanmatch.tuning.BenchmarkException;

/** Starts the {@code spanmatch} command. */
public final class Main {
  /** The system property in which the launcher passes the width of the terminal for progress. */
  static final String COLUMNS_PROPERTY = "spanmatch.terminal.columns";

  /** The width for results, where standard output is a terminal. */
  static final String TABLE_PROPERTY = "spanmatch.terminal.table";

  private static final String DEBUG = "--" + CommonOptions.DEBUG.getLongOpt();
  private static final Set<String> VERSION = Set.of("--version", "-v", "-V");
  private static final String MORE_HEAP = "give it more with SPANMATCH_JAVA_OPTS=";

  // A strong reference: the log manager holds loggers weakly. The report says what was chosen.
  private static final Logger LOGGER = Logger.getLogger("org.spanmatch");

  // True after an interruption; later failures are its consequence.
  private static volatile boolean ending;

  private Main() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    prepare();
    StandardOutput output = new StandardOutput();
    // Tables and messages hold ε and ×, whatever the platform's own encoding is.
    int width = Integer.getInteger(TABLE_PROPERTY, 0);
    PrintStream out =
        width > 0
            ? new TerminalStream(output, width)
            : new PrintStream(output, true, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    int code = run(args, new Console(out, err, Integer.getInteger(COLUMNS_PROPERTY, 0)));
    out.flush();
    if (output.hasNoReader() && code == ExitCode.OK) {
      code = ExitCode.NO_READER;
    } else if (output.problem().isPresent() && code == ExitCode.OK) {
      err.println("spanmatch: standard output can't be written: " + output.problem().get());
      code = ExitCode.OTHER;
    }
    System.exit(code);
  }

  /** Does what every command needs first. */
  static void prepare() {
    LOGGER.setLevel(Level.WARNING);
    HomeFolder.settle();
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> ending = true));
    } catch (IllegalStateException e) {
      ending = true; // interrupted before there was anything to end
    }
    VectorModule.loadIfAsked();
  }

  /**
   * Runs the command.
   *
   * @return its exit code
   */
  static int run(String[] args, Console console) {
    boolean debug = Arrays.asList(args).contains(DEBUG);
    if (debug) {
      logEverything();
    }
    try {
      dispatch(withoutLeadingDebug(args), console);
      return ExitCode.OK;
    } catch (UsageException e) {
      return fail(e.getMessage(), ExitCode.USAGE, e, debug, console);
    } catch (ActivationsException | GramException | PageException e) {
      return fail(e.getMessage(), ExitCode.BAD_DATA, e, debug, console);
    } catch (KernelException.Unavailable e) {
      return fail(e.getMessage(), ExitCode.BACKEND_UNAVAILABLE, e, debug, console);
    } catch (ValidationFailedException | RegressionException e) {
      return fail(e.getMessage(), ExitCode.NOT_VALID, e, debug, console);
    } catch (OutputException | KernelException.Failed | BenchmarkException e) {
      return fail(e.getMessage(), ExitCode.OTHER, e, debug, console);
    } catch (NotEnoughMemoryException e) {
      return fail(message(e), ExitCode.OTHER, e, debug, console);
    } catch (OutOfMemoryError e) {
      return fail(message(NotEnoughMemoryException.of("", e)), ExitCode.OTHER, e, debug, console);
    } catch (IOException | RuntimeException | LinkageError e) {
      String message = "unexpected error: " + e + " (the option --debug shows where)";
      return fail(message, ExitCode.OTHER, e, debug, console);
    }
  }

  private static String message(NotEnoughMemoryException e) {
    return e.javaOption()
        .map(option -> e.problem() + "; " + MORE_HEAP + option)
        .orElse(e.getMessage());
  }

  /** Since --debug is for all commands, it may stand before the command too. */
  private static String[] withoutLeadingDebug(String[] args) {
    boolean leading = args.length > 0 && args[0].equals(DEBUG);
    return leading ? Arrays.copyOfRange(args, 1, args.length) : args;
  }

  private static void logEverything() {
    ConsoleHandler handler = new ConsoleHandler();
    handler.setLevel(Level.ALL);
    LOGGER.addHandler(handler);
    LOGGER.setUseParentHandlers(false);
    LOGGER.setLevel(Level.ALL);
  }

  private static void dispatch(String[] args, Console console) throws IOException {
    HelpCommand help =
        new HelpCommand(
            List.of(
                new MatchCommand(),
                new SimpleCommand(),
                new SpectrumCommand(),
                new DistancesCommand(),
                new MeasuresCommand(),
                new ReportCommand(),
                new GramCommand(),
                new MergeCommand(),
                new LayersCommand(),
                new BackendsCommand(),
                new ValidateCommand(Kernels::providers),
                new BenchCommand(),
                new DemoCommand(),
                new BundleCommand()));
    String first = args.length == 0 ? "--help" : args[0];
    if (VERSION.contains(first)) {
      console.out().println("spanmatch " + Version.TEXT);
      return;
    }
    boolean asksForHelp = first.equals("--help") || first.equals("-h");
    try {
      Command command = asksForHelp ? help : help.command(first);
      List<String> words = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
      Arguments arguments = Arguments.parse(command.allOptions(), words);
      if (arguments.has(CommonOptions.HELP)) {
        help.run(Arguments.parse(List.of(), List.of(command.name())), console);
      } else {
        command.run(arguments, console);
      }
    } catch (UsageException e) {
      String about =
          help.nearest(first).filter(name -> !name.equals(help.name())).map(" "::concat).orElse("");
      throw new UsageException(e.getMessage() + "; see 'spanmatch help" + about + "'", e);
    }
  }

  /** A line of a stack trace, with its own tabs: its messages hold the same names. */
  private static String printableLine(String line) {
    return Arrays.stream(line.split("\t", -1))
        .map(DisplayName::printable)
        .collect(Collectors.joining("\t"));
  }

  private static int fail(
      String message, int code, Throwable error, boolean debug, Console console) {
    if (ending) {
      return code;
    }
    // One line, even where a name from a file holds line breaks.
    console.err().println("spanmatch: " + DisplayName.printable(message));
    if (debug) {
      StringWriter trace = new StringWriter();
      error.printStackTrace(new PrintWriter(trace));
      trace.toString().lines().map(Main::printableLine).forEach(console.err()::println);
    }
    return code;
  }
}
