package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A layer that begins with another example and has those before it at the end.
 *
 * <p>Nothing is held but a block: a pass skips what comes first, and reads it in a second opening,
 * so that it reads up to twice as much.
 */
final class RotatedActivations extends Layer.Forwarding {
  private final long first; // the sample to begin with

  private RotatedActivations(Layer layer, long first) {
    super(layer);
    this.first = first;
  }

  /** See {@link Layers#rotated}. */
  static Layer of(Layer layer, long examples) {
    Objects.requireNonNull(layer, "layer");
    if (layer instanceof SampledActivations sampled) {
      return sampled.of(of(sampled.layer(), examples));
    }
    long count = layer.sampleAxes().get(0);
    long begin = count == 0 ? 0 : Math.floorMod(examples, count);
    return begin == 0 ? layer : new RotatedActivations(layer, layer.samples() / count * begin);
  }

  @Override
  public long samplePosition(long sample) {
    long left = samples() - first;
    return layer().samplePosition(sample < left ? sample + first : sample - left);
  }

  @Override
  public BlockReader open() {
    return new Reader();
  }

  private final class Reader implements BlockReader {
    private BlockReader reader = layer().open();
    private long read; // samples since the latest opening
    private boolean isAtEnd; // reads the first examples, which come last

    @Override
    public Block next() {
      while (true) {
        Block block = isAtEnd && read >= first ? null : reader.next();
        if (block == null && isAtEnd) {
          return null;
        }
        if (block == null) {
          reader.close();
          reader = layer().open();
          read = 0;
          isAtEnd = true;
        } else {
          int count = block.samples();
          int from = isAtEnd ? 0 : (int) Math.min(count, Math.max(0, first - read));
          int to = isAtEnd ? (int) Math.min(count, first - read) : count;
          read += count;
          if (to > from) {
            return to - from == count ? block : part(block, from, to - from);
          }
        }
      }
    }

    private static Block part(Block block, int from, int count) {
      double[] values = new double[Math.multiplyExact(count, block.neurons())];
      block.copyRows(from, count, values, 0);
      ByteBuffer buffer =
          ByteBuffer.allocate(Math.multiplyExact(Double.BYTES, values.length))
              .order(ByteOrder.nativeOrder());
      buffer.asDoubleBuffer().put(values);
      return Block.rows(ElementType.FLOAT64, buffer, block.neurons(), count);
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
