package org.spanmatch.spark.gram;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;

/**
 * Some samples of a layer in memory, of which slices of neurons are layers too. They hold the
 * chunk's next samples once it is filled anew.
 */
final class Chunk {
  private final Layer layer;
  private final ByteBuffer rows;
  private int samples;

  /**
   * Takes memory.
   *
   * @param layer the layer that the samples are of
   * @param capacity the largest number of samples
   */
  Chunk(Layer layer, int capacity) {
    this.layer = layer;
    this.rows =
        ByteBuffer.allocate(
                Math.multiplyExact(Double.BYTES, Math.multiplyExact(capacity, layer.neurons())))
            .order(ByteOrder.nativeOrder());
  }

  /** Takes the first samples of some rows. */
  void fill(double[] values, int count) {
    rows.asDoubleBuffer().put(values, 0, count * layer.neurons());
    samples = count;
  }

  /**
   * Returns a layer of some neurons; what is not by neuron or sample is that of the whole layer.
   *
   * @param from the first neuron
   * @param width number of neurons
   */
  Layer slice(int from, int width) {
    return new Slice(from, width);
  }

  private final class Slice extends Layer.Forwarding {
    private final int from;
    private final int width;

    Slice(int from, int width) {
      super(layer);
      this.from = from;
      this.width = width;
    }

    @Override
    public int neurons() {
      return width;
    }

    @Override
    public ElementType type() {
      return ElementType.FLOAT64;
    }

    @Override
    public List<Long> sampleAxes() {
      return List.of((long) samples);
    }

    /** None: the shard counts them once for all of its chunks. */
    @Override
    public long masked() {
      return 0;
    }

    @Override
    public BlockReader open() {
      return new BlockReader() {
        private boolean isRead;

        @Override
        public Block next() {
          if (isRead || samples == 0) {
            return null;
          }
          isRead = true;
          int neurons = layer.neurons();
          int begin = Double.BYTES * from;
          int end = Double.BYTES * ((samples - 1) * neurons + from + width);
          ByteBuffer data = rows.slice(begin, end - begin).order(rows.order());
          return new Block(ElementType.FLOAT64, data, width, samples, 1, 1, neurons, 0);
        }

        @Override
        public void close() {
          // There is nothing to free.
        }
      };
    }
  }
}
