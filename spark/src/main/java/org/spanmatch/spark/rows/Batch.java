package org.spanmatch.spark.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.spark.gram.Shard;

/** Some samples of a pair of layers in memory. */
final class Batch implements Shard {
  private static final long serialVersionUID = 1;

  private final Samples layout;
  private final List<SampleValues> values = new ArrayList<>();
  private final List<List<Object>> keys = new ArrayList<>();

  /** Makes room for samples. */
  Batch(Samples layout) {
    this.layout = layout;
    for (int i = 0; i < layout.layers().size(); i++) {
      values.add(SampleValues.of(layout.layers().get(i), layout.neurons().get(i), layout.batch()));
    }
  }

  boolean isFull() {
    return keys.size() == layout.batch();
  }

  /** Begins a sample, whose rows are {@link #put} next. */
  void begin(List<Object> key) {
    keys.add(key);
  }

  /** Copies a layer at the latest sample. */
  void put(int layer, InternalRow row) {
    values.get(layer).put(row, layout.ordinal(layer), keys.size() - 1);
  }

  /** Opens both layers; there is one pair. */
  @Override
  public PerGroup<Layer> open(int pair) {
    return PerGroup.of(new KeyedLayer(values.get(0)), new KeyedLayer(values.get(1)));
  }

  /** Names samples by their keys. */
  private final class KeyedLayer extends Layer.Forwarding {
    private final SampleValues of;

    KeyedLayer(SampleValues of) {
      super(of.layer(keys.size()));
      this.of = of;
    }

    @Override
    public String source() {
      return of.source();
    }

    @Override
    public String sampleName(long position) {
      return layout.key().name(keys.get((int) position));
    }

    @Override
    public Optional<RangeReader> openRanges() {
      return layer().openRanges();
    }
  }
}
