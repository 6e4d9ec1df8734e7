package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import org.spanmatch.activations.Layer.BlockReader;

/**
 * A layer restricted to some of its samples, in their order. The others are read over, to the end
 * of the layer, since the checksum of an archive covers them too.
 *
 * <p>Long runs of samples are passed on as they were read. Short ones are gathered in rows of the
 * stored type, lest one block become many.
 */
abstract class SelectedActivations extends Layer.Forwarding {
  private static final int GATHERED_VALUES = 1 << 18;
  private static final int LONG_RUN_BYTES = 1 << 16;

  /**
   * Creates a layer that forwards to another one.
   *
   * @param layer the layer to select from
   */
  SelectedActivations(Layer layer) {
    super(layer);
  }

  /** Finds the selected samples of a layer, in one pass. */
  interface Selection {
    /**
     * Returns the first selected sample from some sample on. There is one, and {@code from} never
     * descends.
     */
    long next(long from);

    /** Returns the end, exclusive, of the samples selected one after the other from one on. */
    long end(long selected);
  }

  /** Starts a pass over the selected samples. */
  abstract Selection select();

  /** Returns the layer that is read, beneath all selections. */
  Layer whole() {
    return layer() instanceof SelectedActivations selected ? selected.whole() : layer();
  }

  @Override
  public PrimitiveIterator.OfLong examples() {
    PrimitiveIterator.OfLong examples = layer().examples();
    Selection selection = select();
    long selected = samples();
    return new PrimitiveIterator.OfLong() {
      private long given;
      private long position; // of the next one of all examples

      @Override
      public boolean hasNext() {
        return given < selected;
      }

      @Override
      public long nextLong() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        for (long next = selection.next(position); position < next; position++) {
          examples.nextLong();
        }
        given++;
        position++;
        return examples.nextLong();
      }
    };
  }

  @Override
  public BlockReader open() {
    return new Reader();
  }

  private final class Reader implements BlockReader {
    private final long selected = samples();
    private final long all = layer().samples();
    private final int mostRows =
        (int) Math.max(1, Math.min(selected, GATHERED_VALUES / Math.max(1, neurons())));
    private final Selection selection = select();
    private final BlockReader reader = layer().open();
    private ByteBuffer rows;
    private Block block;
    private long blockStart;
    private long position; // of the first sample that was neither given nor left out
    private long given;

    @Override
    public Block next() {
      int filled = 0;
      while (filled < mostRows && given < selected) {
        long sample = selection.next(position);
        readTo(sample);
        int first = (int) (sample - blockStart);
        int end = (int) Math.min(block.samples(), selection.end(sample) - blockStart);
        boolean isPassedOn = mayPassOn(first, end);
        if (isPassedOn && filled > 0) {
          break;
        }
        int count = isPassedOn ? end - first : Math.min(end - first, mostRows - filled);
        position = sample + count;
        given += count;
        if (isPassedOn) {
          return block.part(first, end);
        }
        block.putRows(first, count, rows, filled);
        filled += count;
      }
      if (filled == 0) {
        return null;
      }
      Block gathered = Block.rows(block.type(), rows, neurons(), filled);
      if (given == selected) {
        readTo(all - 1); // whoever has all samples does not ask for more
      }
      return gathered;
    }

    /** Reads on to the block that holds a sample. */
    private void readTo(long sample) {
      while (block == null || sample >= blockStart + block.samples()) {
        blockStart += block == null ? 0 : block.samples();
        block = reader.next();
        if (block == null) {
          throw new ActivationsException(description() + " ended before sample " + sample);
        }
        if (rows == null) {
          int rowBytes = Math.multiplyExact(neurons(), block.type().bytes());
          rows = ByteBuffer.allocate(Math.multiplyExact(mostRows, rowBytes));
          rows.order(block.data().order());
        }
      }
    }

    /** Whether samples of the block can be given as they lie in it, and it need not change. */
    private boolean mayPassOn(int first, int end) {
      boolean isLast = given + (end - first) == selected;
      boolean isRead = blockStart + block.samples() == all;
      return (isRead || !isLast) && block.hasPart(first, end, LONG_RUN_BYTES);
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
