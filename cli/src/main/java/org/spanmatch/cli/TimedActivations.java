package org.spanmatch.cli;

import java.util.List;
import org.spanmatch.data.ActivationBlock;
import org.spanmatch.data.BlockReader;
import org.spanmatch.data.ElementType;
import org.spanmatch.data.LayerActivations;

/** A layer that measures how long reading it takes. */
final class TimedActivations implements LayerActivations {
  private final LayerActivations layer;
  private long nanos;

  TimedActivations(LayerActivations layer) {
    this.layer = layer;
  }

  /** Seconds spent so far in opening and reading, by all passes together. */
  synchronized double seconds() {
    return nanos / 1e9;
  }

  private synchronized void add(long start) {
    nanos += System.nanoTime() - start;
  }

  @Override
  public String name() {
    return layer.name();
  }

  @Override
  public String source() {
    return layer.source();
  }

  @Override
  public ElementType type() {
    return layer.type();
  }

  @Override
  public int neurons() {
    return layer.neurons();
  }

  @Override
  public List<Long> sampleAxes() {
    return layer.sampleAxes();
  }

  @Override
  public long samplePosition(long sample) {
    return layer.samplePosition(sample);
  }

  @Override
  public BlockReader open() {
    long start = System.nanoTime();
    BlockReader reader = layer.open();
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
