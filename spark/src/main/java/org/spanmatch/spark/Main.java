package org.spanmatch.spark;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.sql.SparkSession;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.cli.ExitCode;
import org.spanmatch.cli.options.Arguments;
import org.spanmatch.cli.options.CommonOptions;
import org.spanmatch.cli.options.OptionTable;
import org.spanmatch.cli.options.UsageException;
import org.spanmatch.gram.GramException;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.spark.gram.SparkFailure;

/**
 * What {@code spark-submit} starts: Gram matrices of activations on a cluster, and their matches.
 */
public final class Main {
  private static final String HELP =
      """
      usage: spark-submit --class org.spanmatch.spark.Main spanmatch-spark-1.0.0-submit.jar gram|match
             --x FILES --y FILES [--out FILE] [options]

      gram adds up the activations of two networks in many shards and writes a Gram file, which
      every command of spanmatch takes; match also prints how much the layers have in common.

      The files of --x and --y are shards in the order of their names: .npy, .npz, .safetensors or
      .pt, with the same samples in the first of --x and the first of --y, and so on. With --key
      they are Parquet, and rows are joined.

      Examples:
        spark-submit … gram --x 's3a://acts/seed0/*.npz' --y 's3a://acts/seed1/*.npz' \\
          --out s3a://acts/seeds.gram.npz
        spark-submit … match --x seed0.parquet --y seed1.parquet --key id --epsilon 0.3,0.5

      Exit codes: 0 fine, 1 anything not named here, 2 wrong usage, 3 bad input data, 4 a backend
      that was asked for is unavailable.
      """;

  private Main() {}

  /**
   * Runs {@code gram} or {@code match}; ends the process if it fails.
   *
   * @param args the command and its options
   */
  public static void main(String[] args) {
    PrintStream out = utf8(FileDescriptor.out);
    int code = run(args, out, utf8(FileDescriptor.err));
    out.flush();
    // On success the process goes on: in some clusters it is not this program's.
    if (code != ExitCode.OK) {
      System.exit(code);
    }
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Runs a command; returns its exit code. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    boolean debug = Arrays.asList(args).contains("--" + CommonOptions.DEBUG.getLongOpt());
    try {
      dispatch(args, out, err);
      return ExitCode.OK;
    } catch (UsageException e) {
      return fail(e.getMessage() + "; see --help", ExitCode.USAGE, e, debug, err);
    } catch (ActivationsException | GramException e) {
      return fail(e.getMessage(), ExitCode.BAD_DATA, e, debug, err);
    } catch (KernelException.Unavailable e) {
      return fail(e.getMessage(), ExitCode.BACKEND_UNAVAILABLE, e, debug, err);
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      return fail(
          e.getMessage() == null ? e.toString() : e.getMessage(), ExitCode.OTHER, e, debug, err);
    }
  }

  private static int fail(
      String message, int code, Throwable error, boolean debug, PrintStream err) {
    err.println("spanmatch: " + DisplayName.printable(message));
    if (debug) {
      error.printStackTrace(err);
    }
    return code;
  }

  private static void dispatch(String[] args, PrintStream out, PrintStream err) throws IOException {
    String command = args.length == 0 ? "--help" : args[0];
    boolean match = command.equals("match");
    if (command.equals("--help") || command.equals("-h") || command.equals("help")) {
      printHelp(out);
      return;
    }
    if (!match && !command.equals("gram")) {
      throw new UsageException("expected gram or match, found '" + command + "'");
    }
    List<String> words = Arrays.asList(args).subList(1, args.length);
    Arguments arguments = Arguments.parse(MainOptions.definitions(match), words);
    if (arguments.has(CommonOptions.HELP)) {
      printHelp(out);
      return;
    }
    MainOptions options = MainOptions.of(arguments, match);
    long start = System.nanoTime();
    try (SparkSession session =
        SparkSession.builder()
            .appName("spanmatch " + command)
            // Others can't restore what is sent here, such as records.
            .config("spark.serializer", JavaSerializer.class.getName())
            .getOrCreate()) {
      JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
      new Job(session, spark, options, match, out, err).run(start);
    } catch (Exception e) { // Spark throws checked exceptions without declaring them.
      throw SparkFailure.cause(e);
    }
  }

  private static void printHelp(PrintStream out) throws IOException {
    out.println(HELP);
    out.println("Options (--epsilon of match alone):");
    OptionTable.print(MainOptions.definitions(true), out);
  }
}
