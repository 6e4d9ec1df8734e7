package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.PrimitiveIterator;
import java.util.SplittableRandom;

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
    long count = examples(layer);
    long begin = count == 0 ? 0 : Math.floorMod(examples, count);
    return begin == 0 ? layer : new RotatedActivations(layer, firstSample(layer, begin));
  }

  /** The number of examples of which a layer has samples. */
  private static long examples(Layer layer) {
    return layer.masked() == 0 ? layer.sampleAxes().get(0) : begins(layer, Long.MAX_VALUE).count;
  }

  private static long firstSample(Layer layer, long example) {
    return layer.masked() == 0
        ? layer.samples() / layer.sampleAxes().get(0) * example
        : begins(layer, example).sample;
  }

  /**
   * Where an example begins.
   *
   * @param count the examples before it
   * @param sample its first sample
   */
  private record Begin(long count, long sample) {}

  /** Looks for an example by its number among those that have samples, or else for the end. */
  private static Begin begins(Layer layer, long example) {
    PrimitiveIterator.OfLong examples = layer.examples();
    long count = 0;
    long before = -1;
    for (long sample = 0; sample < layer.samples(); sample++) {
      long next = examples.nextLong();
      if (next != before && count == example) {
        return new Begin(count, sample);
      }
      count += next == before ? 0 : 1;
      before = next;
    }
    return new Begin(count, layer.samples());
  }

  /** See {@link Layers#shuffled}. */
  static Layer shuffled(Layer layer, long seed) {
    if (layer instanceof SampledActivations sampled) {
      return sampled.of(shuffled(sampled.layer(), seed));
    }
    long examples = examples(layer);
    long least = Math.max(1, examples / 4);
    long most = examples - least;
    return of(layer, least >= most ? least : new SplittableRandom(seed).nextLong(least, most + 1));
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
            return to - from == count ? block : part(block, from, to);
          }
        }
      }
    }

    private static Block part(Block block, int from, int to) {
      if (block.hasPart(from, to, 0)) {
        return block.part(from, to);
      }
      int count = to - from;
      int bytes = Math.multiplyExact(count, block.neurons() * block.type().bytes());
      ByteBuffer rows = ByteBuffer.allocate(bytes).order(block.data().order());
      block.putRows(from, count, rows, 0);
      return Block.rows(block.type(), rows, block.neurons(), count);
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
