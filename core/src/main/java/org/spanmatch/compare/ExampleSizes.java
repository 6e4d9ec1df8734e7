package org.spanmatch.compare;

import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import org.spanmatch.activations.Layer;

/** How many samples each example of a layer has, in order; those without any are left out. */
final class ExampleSizes implements PrimitiveIterator.OfLong {
  private final PrimitiveIterator.OfLong examples;
  private long left;
  private long next; // the example of the next sample

  ExampleSizes(Layer layer) {
    examples = layer.examples();
    left = layer.samples();
    next = left > 0 ? examples.nextLong() : 0;
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  @Override
  public long nextLong() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    long example = next;
    long size = 0;
    while (left > 0 && next == example) {
      size++;
      left--;
      next = left > 0 ? examples.nextLong() : 0;
    }
    return size;
  }
}
