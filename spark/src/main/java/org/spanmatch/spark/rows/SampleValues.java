package org.spanmatch.spark.rows;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.apache.spark.sql.catalyst.InternalRow;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;

/** A layer's activations on the samples of a batch, copied out of rows. */
abstract sealed class SampleValues implements Serializable {
  private static final long serialVersionUID = 1;

  private final LayerColumn column;
  private final int neurons;

  private SampleValues(LayerColumn column, int neurons) {
    this.column = column;
    this.neurons = neurons;
  }

  /** Makes room for samples of a layer. */
  static SampleValues of(LayerColumn column, int neurons, int samples) {
    int values = Math.multiplyExact(samples, neurons);
    return column.isDouble()
        ? new Doubles(column, neurons, values)
        : new Floats(column, neurons, values);
  }

  /** Copies a row, which has no {@linkplain LayerColumn#fault fault}. */
  final void put(InternalRow row, int ordinal, int sample) {
    copy(row, ordinal, column.isBinary(), sample * neurons, neurons);
  }

  abstract void copy(InternalRow row, int ordinal, boolean isBinary, int offset, int count);

  /** The layer on the first samples. */
  final Layer layer(int samples) {
    return layer(column.name(), samples, neurons);
  }

  abstract Layer layer(String name, int samples, int layerNeurons);

  final String source() {
    return column.source();
  }

  private static final class Floats extends SampleValues {
    private static final long serialVersionUID = 1;

    private final float[] values;

    Floats(LayerColumn column, int neurons, int count) {
      super(column, neurons);
      values = new float[count];
    }

    @Override
    void copy(InternalRow row, int ordinal, boolean isBinary, int offset, int count) {
      if (isBinary) {
        ByteBuffer bytes = ByteBuffer.wrap(row.getBinary(ordinal)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().get(values, offset, count);
      } else {
        System.arraycopy(row.getArray(ordinal).toFloatArray(), 0, values, offset, count);
      }
    }

    @Override
    Layer layer(String name, int samples, int layerNeurons) {
      FloatBuffer used = FloatBuffer.wrap(values, 0, samples * layerNeurons);
      return Layers.of(name, samples, layerNeurons, used);
    }
  }

  private static final class Doubles extends SampleValues {
    private static final long serialVersionUID = 1;

    private final double[] values;

    Doubles(LayerColumn column, int neurons, int count) {
      super(column, neurons);
      values = new double[count];
    }

    @Override
    void copy(InternalRow row, int ordinal, boolean isBinary, int offset, int count) {
      System.arraycopy(row.getArray(ordinal).toDoubleArray(), 0, values, offset, count);
    }

    @Override
    Layer layer(String name, int samples, int layerNeurons) {
      DoubleBuffer used = DoubleBuffer.wrap(values, 0, samples * layerNeurons);
      return Layers.of(name, samples, layerNeurons, used);
    }
  }
}
