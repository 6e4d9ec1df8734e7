package org.spanmatch.activations;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.kernel.backend.SampleRows;

/**
 * Activations in memory in any format, in blocks whose sizes are drawn at random.
 *
 * @param rows a row of values per sample, which the type holds exactly
 * @param form the order of values within a block
 * @param most the most examples of a block
 */
record RandomBlocks(
    String source,
    List<double[]> rows,
    List<Long> sampleAxes,
    ElementType type,
    ByteOrder order,
    Form form,
    int most)
    implements Layer {
  RandomBlocks(
      String source,
      double[][] rows,
      List<Long> sampleAxes,
      ElementType type,
      ByteOrder order,
      Form form,
      int most) {
    this(source, List.of(rows), sampleAxes, type, order, form, most);
  }

  /** The order of values within a block. */
  enum Form {
    /** All neurons of a sample side by side; blocks end anywhere. */
    ROWS,
    /** All samples of a neuron within an example side by side. */
    IMAGES,
    /** Samples at equal places of different examples side by side. */
    COLUMNS
  }

  /** Small whole numbers and halves, of which no sum is rounded. */
  static double[][] values(int samples, int neurons, Random random) {
    double[][] rows = new double[samples][neurons];
    for (double[] row : rows) {
      for (int neuron = 0; neuron < neurons; neuron++) {
        row[neuron] = (random.nextInt(200) - 100) / 2.0;
      }
    }
    return rows;
  }

  /** Reads a layer of any kind to its end. */
  static double[][] read(Layer layer) {
    double[][] rows = new double[(int) layer.samples()][layer.neurons()];
    try (SampleRows reader = new SampleRows(layer)) {
      for (double[] row : rows) {
        if (reader.read(row, 1) != 1) {
          throw new AssertionError("expected " + rows.length + " samples, found fewer");
        }
      }
      if (reader.read(new double[layer.neurons()], 1) != 0) {
        throw new AssertionError("expected " + rows.length + " samples, found more");
      }
    }
    return rows;
  }

  @Override
  public String name() {
    return "layer";
  }

  @Override
  public int neurons() {
    return rows.get(0).length;
  }

  private int positions() {
    return rows.size() / sampleAxes.get(0).intValue();
  }

  @Override
  public BlockReader open() {
    Random random = new Random(rows.size() + most);
    int inner = form == Form.ROWS ? 1 : positions();
    ByteBuffer buffer = ByteBuffer.allocate(most * positions() * neurons() * type.bytes());
    buffer.order(order);
    return new BlockReader() {
      private int position;

      @Override
      public Block next() {
        if (position == rows.size()) {
          return null;
        }
        int left = (rows.size() - position) / inner;
        int outer = Math.min(left, 1 + random.nextInt(most * positions() / inner));
        Block block = block(outer, inner);
        for (int i = 0; i < outer * inner; i++) {
          for (int neuron = 0; neuron < neurons(); neuron++) {
            int place = block.index(i) + neuron * block.neuronStride();
            type.put(buffer.position(place * type.bytes()), rows.get(position + i)[neuron]);
          }
        }
        position += outer * inner;
        return block;
      }

      private Block block(int outer, int inner) {
        int n = neurons();
        return switch (form) {
          case ROWS -> Block.rows(type, buffer, n, outer);
          case IMAGES -> new Block(type, buffer, n, outer, inner, inner, n * inner, 1);
          case COLUMNS -> new Block(type, buffer, n, outer, inner, outer, 1, n * outer);
        };
      }

      @Override
      public void close() {}
    };
  }
}
