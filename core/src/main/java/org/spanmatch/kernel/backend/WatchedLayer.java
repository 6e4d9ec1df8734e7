package org.spanmatch.kernel.backend;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.BlockReader;
import org.spanmatch.activations.ForwardingLayer;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Repetition;

/**
 * A layer that notices samples that repeat while a backend reads it. It looks at about a thousand
 * samples, so that a pass over many takes no longer, and hands on every block as it is.
 */
final class WatchedLayer extends ForwardingLayer {
  private static final int LOOKED_AT = 1024;
  private static final long SEED = 0x5EED;

  // Written when a reader has seen the last of the positions, read after the pass.
  private volatile Repetition found = Repetition.UNKNOWN;

  WatchedLayer(Layer layer) {
    super(layer);
  }

  /** Returns what the latest complete pass has found; unknown before. */
  Repetition repetition() {
    return found;
  }

  @Override
  public BlockReader open() {
    BlockReader reader = layer().open();
    return neurons() == 0 ? reader : new Watcher(reader, positions(samples()));
  }

  /**
   * Returns the positions of the samples to look at, ascending. They are random, since regular ones
   * would always meet the same place of sequences or images of one length.
   */
  private static long[] positions(long samples) {
    return samples <= LOOKED_AT
        ? LongStream.range(0, samples).toArray()
        : new SplittableRandom(SEED).longs(LOOKED_AT, 0, samples).sorted().distinct().toArray();
  }

  private final class Watcher implements BlockReader {
    private final BlockReader reader;
    private final long[] positions;
    private final Map<Long, Integer> counts = new HashMap<>();
    private int silent;
    private int next; // the first position not looked at
    private long passed; // samples of earlier blocks

    Watcher(BlockReader reader, long[] positions) {
      this.reader = reader;
      this.positions = positions;
    }

    @Override
    public Block next() {
      Block block = reader.next();
      if (block != null && next < positions.length) {
        look(block);
      }
      return block;
    }

    private void look(Block block) {
      int samples = block.samples();
      while (next < positions.length && positions[next] - passed < samples) {
        long hash = hash(block, (int) (positions[next] - passed));
        if (hash == 0) {
          silent++;
        } else {
          counts.merge(hash, 1, Integer::sum);
        }
        next++;
      }
      passed += samples;
      if (next == positions.length) {
        found = result();
      }
    }

    private Repetition result() {
      long key = 0;
      int commonest = 0;
      for (Map.Entry<Long, Integer> entry : counts.entrySet()) {
        // Of equally frequent ones the smaller hash, for the same result in any order.
        if (entry.getValue() > commonest
            || (entry.getValue() == commonest && entry.getKey() < key)) {
          commonest = entry.getValue();
          key = entry.getKey();
        }
      }
      return new Repetition(positions.length, silent, commonest, key, counts.size());
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Returns a hash of a sample's activations; 0 only if no neuron is active. */
  private static long hash(Block block, int sample) {
    int index = block.index(sample);
    long hash = 0;
    boolean active = false;
    for (int neuron = 0; neuron < block.neurons(); neuron++) {
      double value = block.type().get(block.data(), index);
      active |= value != 0;
      // Adding 0 makes the two zeros equal.
      hash = (hash ^ Double.doubleToRawLongBits(value + 0.0)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
      index += block.neuronStride();
    }
    return !active ? 0 : hash == 0 ? 1 : hash;
  }
}
