package org.spanmatch.compare;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;

/** A layer that runs a clock while it is opened or read, decompression included. */
final class TimedActivations extends Layer.Forwarding {
  private final ReadClock clock;

  TimedActivations(Layer layer, ReadClock clock) {
    super(layer);
    this.clock = clock;
  }

  @Override
  public BlockReader open() {
    clock.begin();
    try {
      return new TimedReader(layer().open());
    } finally {
      clock.end();
    }
  }

  @Override
  public Optional<RangeReader> openRanges() {
    return layer().openRanges().map(TimedRanges::new);
  }

  private final class TimedRanges implements RangeReader {
    private final RangeReader reader;

    TimedRanges(RangeReader reader) {
      this.reader = reader;
    }

    @Override
    public int unit() {
      return reader.unit();
    }

    @Override
    public Block fill(long firstSample, int count, ByteBuffer target) {
      clock.begin();
      try {
        return reader.fill(firstSample, count, target);
      } finally {
        clock.end();
      }
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  private final class TimedReader implements BlockReader {
    private final BlockReader reader;

    TimedReader(BlockReader reader) {
      this.reader = reader;
    }

    @Override
    public Block next() {
      clock.begin();
      try {
        return reader.next();
      } finally {
        clock.end();
      }
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
