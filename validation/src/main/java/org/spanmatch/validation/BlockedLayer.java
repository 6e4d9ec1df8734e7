package org.spanmatch.validation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;

/**
 * Activations in memory in any number format and in blocks of any shape, to test code that reads
 * layers.
 *
 * @param vectors the activation vector of each neuron; values are rounded to the format
 * @param samples the length of each vector
 * @param type the format
 * @param order the byte order
 * @param outer outer samples per block
 * @param inner inner samples per outer sample, a divisor of the number of samples; more than 1
 *     gives blocks like those of images, with the samples of a neuron side by side
 */
public record BlockedLayer(
    String name,
    List<double[]> vectors,
    long samples,
    ElementType type,
    ByteOrder order,
    int outer,
    int inner)
    implements Layer {
  @Override
  public String source() {
    return "blocks";
  }

  @Override
  public int neurons() {
    return vectors.size();
  }

  @Override
  public List<Long> sampleAxes() {
    return List.of(samples / inner, (long) inner);
  }

  @Override
  public BlockReader open() {
    // One buffer for all blocks, as in the readers of files.
    ByteBuffer buffer = ByteBuffer.allocate(outer * inner * neurons() * type.bytes()).order(order);
    return new BlockReader() {
      private int position;

      @Override
      public Block next() {
        if (position == samples) {
          return null;
        }
        int count = Math.min(outer, ((int) samples - position) / inner);
        buffer.clear();
        for (int i = 0; i < count; i++, position += inner) {
          for (double[] vector : vectors) {
            for (int j = 0; j < inner; j++) {
              type.put(buffer, vector[position + j]);
            }
          }
        }
        return new Block(type, buffer, neurons(), count, inner, inner, inner * neurons(), 1);
      }

      @Override
      public void close() {}
    };
  }
}
