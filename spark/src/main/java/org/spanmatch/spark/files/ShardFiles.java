package org.spanmatch.spark.files;

import java.util.Collection;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.spanmatch.activations.Layout;
import org.spanmatch.compare.LayerArrays;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.gram.Progress;
import org.spanmatch.spark.Shard;
import org.spanmatch.spark.ShardedPair;

/**
 * Files of the activations of two networks, of which the first of one and the first of the other
 * are on the same samples, and so on.
 */
public final class ShardFiles {
  private ShardFiles() {}

  /**
   * What to read.
   *
   * @param x files of the first network: patterns as Hadoop's file systems have them ({@code *},
   *     {@code ?}, {@code [a-c]}, {@code {a,b}}), files, and folders, which stand for all their
   *     files
   * @param y files of the second network
   * @param layers the layers to take, by name
   * @param layouts what the axes of arrays mean; see {@link
   *     org.spanmatch.activations.format.StoredArray#layer}
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
   * @throws org.spanmatch.activations.ActivationsException if files are missing, damaged, or don't
   *     fit each other
   */
  public static ShardFiles open(JavaSparkContext spark, Request request, Progress progress) {
    throw new UnsupportedOperationException("not yet");
  }

  /** {@return the pairs of layers, at least one} */
  public List<ShardedPair> pairs() {
    throw new UnsupportedOperationException("not yet");
  }

  /** {@return the shards, in the order of their samples, at least one} */
  public List<Shard> shards() {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * {@return the number of samples of each shard}
   *
   * @param pair the number of the pair, whose layers may have more samples per example than others
   */
  public List<Long> samples(int pair) {
    throw new UnsupportedOperationException("not yet");
  }

  /** {@return what the files hold beside the layers, judging by the first shard} */
  public List<LayerArrays.LeftOut> leftOut() {
    throw new UnsupportedOperationException("not yet");
  }
}
