package org.spanmatch.spark;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.text.DisplayName;
import org.spanmatch.spark.files.ShardFiles;
import org.spanmatch.spark.gram.SparkGrams;
import org.spanmatch.spark.rows.KeyedRows;
import org.spanmatch.spark.rows.KeyedRows.Network;

/**
 * One run of the program on a cluster.
 *
 * @param session the cluster, for rows
 * @param spark the cluster, for shards
 * @param options what to do
 * @param match whether to print matches
 * @param out receives results
 * @param err receives notes
 */
record Job(
    SparkSession session,
    JavaSparkContext spark,
    MainOptions options,
    boolean match,
    PrintStream out,
    PrintStream err) {
  /**
   * Adds up, writes and matches.
   *
   * @param start when the program began, by {@link System#nanoTime}
   */
  void run(long start) {
    if (!options.out().isEmpty()) {
      file(options.each() ? "check" + GramFile.SUFFIX : "").check();
    }
    List<Gram> kept = new ArrayList<>();
    MatchTable table = match ? new MatchTable(options) : null;
    Consumer<Gram> receiver =
        gram -> {
          if (table != null) {
            table.add(gram);
          }
          if (options.each()) {
            write(file(name(kept.size(), gram)), List.of(gram));
            kept.add(Gram.empty()); // for the number of the next one
          } else if (!options.out().isEmpty()) {
            kept.add(gram);
          }
        };
    String added = options.key().isEmpty() ? addShards(receiver) : addRows(receiver);
    if (table != null) {
      table.print(out, options.quiet() ? null : err);
    }
    if (!options.each() && !options.out().isEmpty()) {
      write(file(""), kept);
    }
    if (!options.quiet()) {
      out.printf(
          Locale.ROOT,
          "%s on Spark (%s), %.1f s%n",
          added,
          spark.master(),
          (System.nanoTime() - start) / 1e9);
    }
    if (!options.out().isEmpty()) {
      out.println("Gram matrices in " + DisplayName.printable(options.out()));
    }
  }

  private String addShards(Consumer<Gram> receiver) {
    ShardFiles files =
        ShardFiles.open(
            spark,
            new ShardFiles.Request(
                options.x(), options.y(), options.layers(), options.layouts(), options.pairing()),
            Progress.NONE);
    if (!options.quiet()) {
      for (LayerArrays.LeftOut leftOut : files.leftOut()) {
        err.println("note: " + DisplayName.printable(leftOut.message()));
      }
      noteSkipped("first", files.skipped().x());
      noteSkipped("second", files.skipped().y());
    }
    SparkGrams.add(
        spark,
        files.shards(),
        files.samples(0),
        files.pairs(),
        PerGroup.of(String.join(",", options.x()), String.join(",", options.y())),
        options.sums(),
        receiver);
    return counted(files.pairs().size(), "pair of layers", "pairs of layers")
        + " of "
        + counted(files.shards().size(), "shard", "shards");
  }

  private void noteSkipped(String network, List<String> layers) {
    if (!layers.isEmpty()) {
      err.println("note: only in the " + network + " network: " + DisplayName.list(layers));
    }
  }

  private String addRows(Consumer<Gram> receiver) {
    KeyedRows rows =
        KeyedRows.of(
            Network.parquet(session, options.x()),
            Network.parquet(session, options.y()),
            options.key(),
            options.layers(),
            options.pairing());
    rows.add(options.sums(), receiver);
    return counted(rows.pairs().size(), "pair of layers", "pairs of layers")
        + " of "
        + rows.samples()
        + " rows";
  }

  private static String counted(int count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }

  private StoredFile file(String name) {
    Path path = name.isEmpty() ? new Path(options.out()) : new Path(options.out(), name);
    Configuration configuration = spark.hadoopConfiguration();
    return new StoredFile(path, configuration);
  }

  private static void write(StoredFile file, List<Gram> grams) {
    file.write(stream -> GramFile.write(grams, stream));
  }

  /** A name of a file for a pair, in the order of the pairs; other characters become '_'. */
  private static String name(int number, Gram gram) {
    List<String> layers = gram.layers().stream().map(GramLayer::name).distinct().toList();
    return String.format(Locale.ROOT, "%03d-", number)
        + String.join("-", layers).replaceAll("[^A-Za-z0-9._-]", "_")
        + GramFile.SUFFIX;
  }
}
