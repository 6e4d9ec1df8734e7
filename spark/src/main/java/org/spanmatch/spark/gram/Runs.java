package org.spanmatch.spark.gram;

import java.util.ArrayList;
import java.util.List;

/** Divides shards into runs, each of which one task adds up. */
final class Runs {
  // Where there are enough samples, adding up a run then takes a hundred times longer than sending
  // its Gram matrix.
  private static final long SAMPLES_PER_NEURON = 64;
  // Work for many cores, also of few samples; and not more than a driver plans at once.
  private static final int LEAST = 128;
  private static final int MOST = 4096;

  private Runs() {}

  /**
   * Chooses the number of runs by the data alone, so that the bits of the result depend on nothing
   * else.
   *
   * @param samples number of samples in all
   * @param neurons number of neurons of the largest pair
   */
  static int count(long samples, int neurons) {
    long repaid = samples / (SAMPLES_PER_NEURON * Math.max(1, neurons));
    return (int) Math.max(LEAST, Math.min(MOST, repaid));
  }

  /**
   * Cuts a list of shards into at most some runs of about as many samples.
   *
   * @param samples the number of samples of each shard
   * @param most the largest number of runs, at least 1
   * @return the end of each run, exclusive; none is empty
   */
  static List<Integer> ends(List<Long> samples, int most) {
    double all = samples.stream().mapToDouble(Long::doubleValue).sum();
    List<Integer> ends = new ArrayList<>();
    double before = 0;
    double part = 0;
    for (int i = 0; i < samples.size(); i++) {
      before += samples.get(i);
      boolean isLast = i == samples.size() - 1;
      // The shard ends a run if the next one begins in another part of all samples.
      double next = Math.floor(before / all * most);
      if (isLast || next > part) {
        ends.add(i + 1);
      }
      part = next;
    }
    return ends;
  }
}
