package org.spanmatch.spark.files;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layout;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.spark.files.Store.Access;
import org.spanmatch.spark.gram.Shard;
import org.spanmatch.spark.gram.ShardedPair;

/**
 * Files of the activations of two networks, of which the first of one and the first of the other
 * are on the same samples, and so on.
 */
public final class ShardFiles {
  private final List<ShardedPair> pairs;
  private final List<Header> headers;
  private final List<Shard> shards;
  private final List<LayerArrays.LeftOut> leftOut;
  private final PerGroup<List<String>> skipped;

  private ShardFiles(
      LayerPairs<LayerPair.OfActivations> pairs, List<Header> headers, Broadcast<Plan> plan) {
    this.pairs =
        pairs.pairs().stream()
            .map(
                pair ->
                    new ShardedPair(
                        pair.x().name(), pair.x().neurons(), pair.y().name(), pair.y().neurons()))
            .toList();
    this.headers = headers;
    this.shards = headers.stream().<Shard>map(header -> new FileShard(header, plan)).toList();
    this.leftOut = pairs.leftOut();
    this.skipped = PerGroup.of(pairs.onlyInX(), pairs.onlyInY());
  }

  /**
   * What to read.
   *
   * @param x files of the first network: patterns as Hadoop's file systems have them ({@code *},
   *     {@code ?}, {@code [a-c]}, {@code {a,b}}), files, and folders, which stand for all their
   *     files. The files of a pattern are in the order of the numbers in their names. Where each
   *     holds a single array, those whose names differ before the number are different layers.
   * @param y files of the second network
   * @param layers the layers to take, by name
   * @param layouts what the axes of arrays mean; see {@link StoredArray#layer}
   * @param pairing which layers make pairs
   */
  public record Request(
      List<String> x,
      List<String> y,
      LayerArrays.Filter layers,
      Collection<Layout> layouts,
      Pairing pairing) {}

  /**
   * Lists the files, and reads and compares all their headers on the executors.
   *
   * @param spark runs the job
   * @param request what to read
   * @param progress receives the number of shards whose headers were read
   * @return the shards
   * @throws ActivationsException if files are missing, damaged, or don't fit each other
   */
  public static ShardFiles open(JavaSparkContext spark, Request request, Progress progress) {
    Configuration configuration = spark.hadoopConfiguration();
    List<Layout> layouts = List.copyOf(request.layouts());
    NetworkFiles x = NetworkFiles.of(Patterns.files(request.x(), configuration), configuration);
    NetworkFiles y = NetworkFiles.of(Patterns.files(request.y(), configuration), configuration);
    requirePartners(x, y);
    ActivationFile firstX = first(x, configuration);
    ActivationFile firstY = first(y, configuration);
    for (Pairing.Names chosen : request.pairing().chosen()) {
      requireNamed(firstX, chosen.x());
      requireNamed(firstY, chosen.y());
    }
    LayerPairs<LayerPair.OfActivations> paired =
        LayerPairs.of(firstX, firstY, request.layers(), layouts, request.pairing());
    requirePairs(paired, firstX, firstY);
    Plan plan =
        new Plan(
            new SerializableConfiguration(configuration),
            layouts,
            side(firstX, x),
            side(firstY, y),
            paired.pairs().stream()
                .map(
                    pair ->
                        new Plan.Pair(
                            pair.name(), Plan.Expected.of(pair.x()), Plan.Expected.of(pair.y())))
                .toList());
    Broadcast<Plan> sent = spark.broadcast(plan);
    List<Header> unread = new ArrayList<>();
    for (int shard = 0; shard < x.files().size(); shard++) {
      unread.add(Header.unread(x.files().get(shard), y.files().get(shard)));
    }
    return new ShardFiles(paired, HeaderJob.read(spark, sent, unread, progress), sent);
  }

  private static void requirePartners(NetworkFiles x, NetworkFiles y) {
    NetworkFiles.requireSameOrder(x.firsts(), y.firsts());
    if (x.files().size() != y.files().size()) {
      boolean moreOfX = x.files().size() > y.files().size();
      List<String> longer = moreOfX ? x.firsts() : y.firsts();
      int shorter = Math.min(x.files().size(), y.files().size());
      throw new ActivationsException(
          "expected as many shards of both networks, found "
              + x.files().size()
              + " of the first and "
              + y.files().size()
              + " of the second; "
              + longer.get(shorter)
              + " has no partner");
    }
  }

  private static ActivationFile first(NetworkFiles network, Configuration configuration) {
    return NetworkFiles.open(
        network.files().get(0).stream()
            .map(file -> NetworkFiles.path(file, configuration, Access.HEADERS))
            .toList(),
        network.layers());
  }

  private static Plan.Side side(ActivationFile first, NetworkFiles network) {
    return new Plan.Side(
        first.path().toString(),
        network.layers(),
        first.arrays().stream().map(StoredArray::name).toList());
  }

  private static void requireNamed(ActivationFile file, String layer) {
    if (file.arrays().stream().noneMatch(array -> array.name().equals(layer))) {
      throw new ActivationsException(
          "no layer of " + file.path() + " is named '" + layer + "'; there are " + names(file));
    }
  }

  private static void requirePairs(
      LayerPairs<LayerPair.OfActivations> paired, ActivationFile x, ActivationFile y) {
    if (!paired.failed().isEmpty()) {
      throw paired.failed().get(0).cause();
    }
    if (paired.pairs().isEmpty()) {
      throw new ActivationsException(
          paired.leftOut().isEmpty()
              ? "no layer of "
                  + x.path()
                  + " makes a pair with one of "
                  + y.path()
                  + "; the first network has "
                  + names(x)
                  + ", the second "
                  + names(y)
              : paired.leftOut().get(0).message());
    }
  }

  private static String names(ActivationFile file) {
    return String.join(", ", file.arrays().stream().map(StoredArray::name).toList());
  }

  /** {@return the pairs of layers, at least one} */
  public List<ShardedPair> pairs() {
    return pairs;
  }

  /** {@return the shards, in the order of their samples, at least one} */
  public List<Shard> shards() {
    return shards;
  }

  /**
   * {@return the number of samples of each shard}
   *
   * @param pair the number of the pair, whose layers may have more samples per example than others
   */
  public List<Long> samples(int pair) {
    return headers.stream().map(header -> header.samples().get(pair)).toList();
  }

  /** {@return what the files hold beside the layers, judging by the first shard} */
  public List<LayerArrays.LeftOut> leftOut() {
    return leftOut;
  }

  /** {@return the layers of each network that are in no pair} */
  public PerGroup<List<String>> skipped() {
    return skipped;
  }
}
