package org.spanmatch.cli;

import org.spanmatch.data.ActivationBlock;
import org.spanmatch.data.BlockReader;
import org.spanmatch.data.ForwardingActivations;
import org.spanmatch.data.LayerActivations;

/** A layer that measures how long reading it takes. */
final class TimedActivations extends ForwardingActivations {
  private long nanos;

  TimedActivations(LayerActivations layer) {
    super(layer);
  }

  /** Seconds spent so far in opening and reading, by all passes together. */
  synchronized double seconds() {
    return nanos / 1e9;
  }

  private synchronized void add(long start) {
    nanos += System.nanoTime() - start;
  }

  @Override
  public BlockReader open() {
    long start = System.nanoTime();
    BlockReader reader = layer().open();
    add(start);
    return new BlockReader() {
      @Override
      public ActivationBlock next() {
        long from = System.nanoTime();
        ActivationBlock block = reader.next();
        add(from);
        return block;
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }
}
