package org.spanmatch.validation;

import java.util.ArrayList;
import java.util.List;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.ElementType;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;

/**
 * A layer that repeats the samples of another one: any number of samples in no more memory, with
 * the same distances.
 *
 * @param pattern the repeated layer, which fits in one block
 * @param repetitions number of repetitions, at least 1
 */
record RepeatedLayer(Layer pattern, long repetitions) implements Layer {
  @Override
  public String name() {
    return pattern.name();
  }

  @Override
  public String source() {
    return pattern.source();
  }

  @Override
  public ElementType type() {
    return pattern.type();
  }

  @Override
  public int neurons() {
    return pattern.neurons();
  }

  @Override
  public List<Long> sampleAxes() {
    List<Long> axes = new ArrayList<>(List.of(repetitions));
    axes.addAll(pattern.sampleAxes());
    return axes;
  }

  @Override
  public BlockReader open() {
    BlockReader once = pattern.open();
    Block block = once.next();
    return new BlockReader() {
      private long left = repetitions;

      @Override
      public Block next() {
        return left-- > 0 ? block : null;
      }

      @Override
      public void close() {
        once.close();
      }
    };
  }
}
