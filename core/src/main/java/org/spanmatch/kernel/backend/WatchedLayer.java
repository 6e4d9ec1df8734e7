package org.spanmatch.kernel.backend;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.SplittableRandom;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.gram.GramLayer.Repetition;

/**
 * A layer that notices samples that repeat while a backend reads it. It looks at about a thousand
 * samples, so that a pass over many takes no longer, and hands on every block as it is.
 */
public final class WatchedLayer extends Layer.Forwarding {
  private static final int LOOKED_AT = 1024;
  private static final long SEED = 0x5EED;

  // Written when a reader has seen the last of the positions, read after the pass.
  private volatile Repetition found = Repetition.UNKNOWN;

  /**
   * Watches a layer.
   *
   * @param layer the layer to read
   */
  public WatchedLayer(Layer layer) {
    super(layer);
  }

  /** {@return what the latest complete pass has found; unknown before} */
  public Repetition repetition() {
    return found;
  }

  @Override
  public BlockReader open() {
    BlockReader reader = layer().open();
    return neurons() == 0 || samples() == 0 ? reader : new Watcher(reader);
  }

  @Override
  public Optional<RangeReader> openRanges() {
    return layer().openRanges().map(reader -> neurons() == 0 ? reader : new RangeWatcher(reader));
  }

  /**
   * The samples to look at, ascending: one in each of equal parts of the layer. They are random,
   * since regular ones would always meet the same place of sequences or images of one length.
   */
  private static final class Positions {
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int count;
    private final long size;
    private final long larger; // parts that have one sample more than the size
    private int part;
    private long start;
    private long position;

    Positions(long samples) {
      count = (int) Math.min(samples, LOOKED_AT);
      size = samples / count;
      larger = samples % count;
      position = draw();
    }

    int count() {
      return count;
    }

    boolean isEnd() {
      return part == count;
    }

    long next() {
      return position;
    }

    void advance() {
      start += part < larger ? size + 1 : size;
      part++;
      position = draw();
    }

    private long draw() {
      long length = part < larger ? size + 1 : size;
      // A random multiple of 2⁻⁶³ below 1 times the length; a remainder takes much longer.
      return start + Math.multiplyHigh(random.nextLong() >>> 1, 2 * length);
    }
  }

  private final class Watcher implements BlockReader {
    private final BlockReader reader;
    private final Positions positions = new Positions(samples());
    private final Tally tally = new Tally(positions.count());
    private StoredSamples some; // of the type of the last block
    private long passed; // samples of earlier blocks

    Watcher(BlockReader reader) {
      this.reader = reader;
    }

    @Override
    public Block next() {
      Block block = reader.next();
      if (block != null && !positions.isEnd()) {
        look(block);
      }
      return block;
    }

    private void look(Block block) {
      if (some == null || some.type() != block.type()) {
        some = new StoredSamples(block.type(), neurons());
      }
      long end = passed + block.samples();
      long signs = some.signs(block.data().order());
      while (!positions.isEnd() && positions.next() < end) {
        int count = 0;
        for (; count < some.capacity() && !positions.isEnd() && positions.next() < end; count++) {
          some.copy(block, (int) (positions.next() - passed), count);
          positions.advance();
        }
        for (int i = 0; i < count; i++) {
          tally.add(some.hash(i, signs));
        }
      }
      passed = end;
      if (positions.isEnd()) {
        found = tally.result();
      }
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Looks at the same samples, in whatever order they come. */
  private final class RangeWatcher implements RangeReader {
    private final RangeReader reader;
    private final long[] positions;
    private final BitSet seen = new BitSet();
    private final Tally tally;
    private final StoredSamples some = new StoredSamples(type(), neurons());

    RangeWatcher(RangeReader reader) {
      Positions all = new Positions(samples());
      this.reader = reader;
      positions = new long[all.count()];
      tally = new Tally(positions.length);
      for (int i = 0; i < positions.length; i++) {
        positions[i] = all.next();
        all.advance();
      }
    }

    @Override
    public int unit() {
      return reader.unit();
    }

    @Override
    public Block fill(long firstSample, int count, ByteBuffer target) {
      Block block = reader.fill(firstSample, count, target);
      look(block, firstSample);
      return block;
    }

    private synchronized void look(Block block, long first) {
      int at = Arrays.binarySearch(positions, first);
      long signs = some.signs(block.data().order());
      for (int i = at < 0 ? -1 - at : at; i < positions.length; i++) {
        if (positions[i] >= first + block.samples()) {
          break;
        }
        if (!seen.get(i)) {
          some.copy(block, (int) (positions[i] - first), 0);
          tally.add(some.hash(0, signs));
          seen.set(i);
        }
      }
      if (seen.cardinality() == positions.length) {
        found = tally.result();
      }
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  /** Counts equal hashes. */
  private static final class Tally {
    private final long[] hashes;
    private final short[] counts; // by hash
    private final short[] table; // with open addressing: the number of a hash, from 1; 0 if free
    private int silent;
    private int distinct; // number of hashes
    private int commonest;
    private long key;

    Tally(int looked) {
      hashes = new long[looked];
      counts = new short[looked];
      table = new short[4 * Integer.highestOneBit(looked)]; // at most half of it is taken
    }

    void add(long hash) {
      if (hash == 0) {
        silent++;
        return;
      }
      int slot = (int) (hash >>> 32) & table.length - 1;
      while (table[slot] != 0 && hashes[table[slot] - 1] != hash) {
        slot = slot + 1 & table.length - 1;
      }
      if (table[slot] == 0) {
        hashes[distinct++] = hash;
        table[slot] = (short) distinct;
      }
      int count = ++counts[table[slot] - 1];
      // Of equally frequent ones the smaller hash, for the same result in any order.
      if (count > commonest || (count == commonest && hash < key)) {
        commonest = count;
        key = hash;
      }
    }

    Repetition result() {
      return new Repetition(hashes.length, silent, commonest, key, distinct);
    }
  }
}
