package org.spanmatch.kernel.backend;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.gram.Repetition;

/**
 * A layer that notices samples that repeat while a backend reads it. It looks at about a thousand
 * samples, so that a pass over many takes no longer, and hands on every block as it is.
 */
final class WatchedLayer extends Layer.Forwarding {
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
   * Returns the positions of the samples to look at, ascending: one in each of equal parts. They
   * are random, since regular ones would always meet the same place of sequences or images of one
   * length.
   */
  private static long[] positions(long samples) {
    int count = (int) Math.min(samples, LOOKED_AT);
    SplittableRandom random = new SplittableRandom(SEED);
    long[] positions = new long[count];
    long start = 0;
    for (int i = 0; i < count; i++) {
      long end = start + samples / count + (i < samples % count ? 1 : 0);
      positions[i] = random.nextLong(start, end);
      start = end;
    }
    return positions;
  }

  private final class Watcher implements BlockReader {
    private final BlockReader reader;
    private final long[] positions;
    private final long[] hashes; // of samples that are not silent
    private final double[] values = new double[neurons()];
    private int active; // number of hashes so far
    private int next; // the first position not looked at
    private long passed; // samples of earlier blocks

    Watcher(BlockReader reader, long[] positions) {
      this.reader = reader;
      this.positions = positions;
      this.hashes = new long[positions.length];
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
        read(block, (int) (positions[next] - passed), values);
        long hash = hash(values);
        if (hash != 0) {
          hashes[active++] = hash;
        }
        next++;
      }
      passed += samples;
      if (next == positions.length) {
        found = result();
      }
    }

    private Repetition result() {
      Arrays.sort(hashes, 0, active);
      long key = 0;
      int commonest = 0;
      int distinct = 0;
      int start = 0; // of a run of equal hashes
      for (int i = 1; i <= active; i++) {
        if (i == active || hashes[i] != hashes[start]) {
          distinct++;
          // Of equally frequent ones the smaller hash, for the same result in any order.
          if (i - start > commonest) {
            commonest = i - start;
            key = hashes[start];
          }
          start = i;
        }
      }
      return new Repetition(positions.length, positions.length - active, commonest, key, distinct);
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Reads the activations of a sample. */
  private static void read(Block block, int sample, double[] values) {
    int index = block.index(sample);
    if (block.neuronStride() == 1) {
      block.type().decode(block.data(), index, values.length, values);
      return;
    }
    for (int neuron = 0; neuron < values.length; neuron++) {
      values[neuron] = block.type().get(block.data(), index);
      index += block.neuronStride();
    }
  }

  /**
   * Returns a hash of a sample's activations; 0 only if no neuron is active. Four chains of
   * multiplications run side by side, since one would wait for itself.
   */
  private static long hash(double[] values) {
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    long active = 0;
    int i = 0;
    for (; i + 3 < values.length; i += 4) {
      long first = bits(values[i]);
      long second = bits(values[i + 1]);
      long third = bits(values[i + 2]);
      long fourth = bits(values[i + 3]);
      active |= first | second | third | fourth;
      a = mixed(a, first);
      b = mixed(b, second);
      c = mixed(c, third);
      d = mixed(d, fourth);
    }
    for (; i < values.length; i++) {
      active |= bits(values[i]);
      a = mixed(a, bits(values[i]));
    }
    long hash = mixed(mixed(mixed(a, b), c), d);
    return active == 0 ? 0 : hash == 0 ? 1 : hash;
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value + 0.0); // adding 0 makes the two zeros equal
  }

  private static long mixed(long hash, long bits) {
    long product = (hash ^ bits) * 0x9E3779B97F4A7C15L;
    return product ^ (product >>> 32);
  }
}
