package org.spanmatch.compare;

import org.spanmatch.data.ActivationBlock;
import org.spanmatch.data.BlockReader;
import org.spanmatch.data.ForwardingActivations;
import org.spanmatch.data.LayerActivations;

/** A layer that starts and stops a clock around being opened or read, inflating included. */
final class TimedActivations extends ForwardingActivations {
  private final ReadClock clock;

  TimedActivations(LayerActivations layer, ReadClock clock) {
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

  private final class TimedReader implements BlockReader {
    private final BlockReader reader;

    TimedReader(BlockReader reader) {
      this.reader = reader;
    }

    @Override
    public ActivationBlock next() {
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
