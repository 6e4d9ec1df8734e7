package org.spanmatch.compare;

import java.util.List;
import java.util.stream.IntStream;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Block;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layer.BlockReader;
import org.spanmatch.similarity.Split;

/** Reads a layer once, and deals its examples to parts in memory. */
final class Dealer implements AutoCloseable {
  private final Layer layer;
  private final Split.Deal deal;
  private final Split.Draw draw;
  private final ExampleSizes sizes;
  private final BlockReader reader;
  private Block block; // null before the first
  private int used; // samples of the block
  private long dealt; // examples

  Dealer(Layer layer, Split.Deal deal) {
    this.layer = layer;
    this.deal = deal;
    this.draw = deal.draw();
    this.sizes = new ExampleSizes(layer);
    this.reader = layer.open();
  }

  /**
   * Deals the next examples.
   *
   * @return what each part received
   * @throws ActivationsException if the data ends early or can't be read
   */
  List<DealtLayer> deal(long examples) {
    List<DealtLayer> parts =
        IntStream.range(0, deal.sizes().size())
            .mapToObj(part -> new DealtLayer(layer, deal, part, dealt))
            .toList();
    for (long i = 0; i < examples; i++) {
      DealtLayer part = parts.get(draw.next());
      part.beginExample();
      add(sizes.nextLong(), part);
    }
    dealt += examples;
    return parts;
  }

  private void add(long samples, DealtLayer part) {
    for (long left = samples; left > 0; ) {
      if (block == null || used == block.samples()) {
        block = reader.next();
        used = 0;
        if (block == null) {
          throw new ActivationsException(
              layer.description() + " ended before its " + layer.samples() + " samples");
        }
      }
      int some = (int) Math.min(left, block.samples() - used);
      part.add(block, used, some);
      used += some;
      left -= some;
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
