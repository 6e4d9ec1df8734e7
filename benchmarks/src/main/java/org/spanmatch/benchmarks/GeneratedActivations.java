package org.spanmatch.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;

/**
 * Synthetic activations of any number of samples, generated as they are read: ReLUs of hidden
 * features that all networks share plus noise of each network, both taken from a pool at positions
 * that depend on the sample.
 */
record GeneratedActivations(String name, int neurons, long samples) implements Layer {
  private static final int POOL = 1 << 16;
  private static final int BLOCK_BYTES = 1 << 20;
  private static final float NOISE = 0.3f;

  @Override
  public String source() {
    return "made up";
  }

  @Override
  public ElementType type() {
    return ElementType.FLOAT32;
  }

  @Override
  public List<Long> sampleAxes() {
    return List.of(samples);
  }

  @Override
  public BlockReader open() {
    float[] pool = new float[POOL];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < POOL; i++) {
      pool[i] = (float) random.nextDouble(-1, 1);
    }
    int rows = Math.max(1, BLOCK_BYTES / (neurons * Float.BYTES));
    ByteBuffer bytes =
        ByteBuffer.allocate(rows * neurons * Float.BYTES).order(ByteOrder.nativeOrder());
    FloatBuffer values = bytes.asFloatBuffer();
    return new BlockReader() {
      private long position;

      @Override
      public Block next() {
        int count = (int) Math.min(rows, samples - position);
        if (count == 0) {
          return null;
        }
        for (int row = 0; row < count; row++) {
          // Positions in the pool, from the upper bits, which are mixed best.
          long sample = position + row + 1;
          int feature = (int) ((sample * 0x9e3779b97f4a7c15L) >>> 48);
          int noise = (int) (((sample + name.hashCode()) * 0xd1342543de82ef95L) >>> 48);
          for (int i = 0; i < neurons; i++) {
            float value = pool[(feature + i) % POOL] + NOISE * pool[(noise + i) % POOL];
            values.put(row * neurons + i, Math.max(0, value));
          }
        }
        position += count;
        return Block.rows(ElementType.FLOAT32, bytes, neurons, count);
      }

      @Override
      public void close() {}
    };
  }
}
