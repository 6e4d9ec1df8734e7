package org.spanmatch.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.gram.Progress;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.backend.HeapMemory;
import org.spanmatch.kernel.backend.WatchedLayer;
import org.spanmatch.similarity.Parts;
import org.spanmatch.similarity.Split;

/**
 * Adds up the parts of two layers in one pass over both: whole examples are copied to a layer per
 * part in memory, many at a time, and a kernel adds up each of these. With d samples, m neurons and
 * n parts it takes the d·m² operations of one pass, and 4·n·m² bytes beside what is in memory.
 */
final class PartsPass {
  // What a kernel spends on a call and on the sum of its result, O(m²), is then small.
  private static final long LEAST_CHUNK_BYTES = 64L << 20;
  private static final int CHUNKS_IN_HEAP = 8;

  private final LayerPair.OfActivations pair;
  private final ProjectionKernel kernel;
  private final GramOptions options;
  private final Split.Deal deal;

  private PartsPass(
      LayerPair.OfActivations pair, ProjectionKernel kernel, GramOptions options, Split.Deal deal) {
    this.pair = pair;
    this.kernel = kernel;
    this.options = options;
    this.deal = deal;
  }

  /**
   * Adds up two layers, as a whole and by parts. Parts are of standard precision whatever is asked
   * for; high precision of the whole takes a second pass.
   *
   * @throws ActivationsException if there are too few examples, or data can't be read
   * @throws org.spanmatch.kernel.NotEnoughMemoryException if the heap can't hold the parts
   */
  static LayerPair.OfGram of(
      LayerPair.OfActivations pair, ProjectionKernel kernel, GramOptions options, Split split) {
    Split.Deal deal = split.deal(examples(pair, split));
    WatchedLayer x = new WatchedLayer(pair.x());
    WatchedLayer y = new WatchedLayer(pair.y());
    GramOptions ofParts = options.withPrecision(Precision.STANDARD);
    Parts parts = new PartsPass(pair, kernel, ofParts, deal).run(x, y);
    Gram all =
        options.precision() == Precision.STANDARD
            ? Gram.sum(parts.grams())
                .describedAsWhole(
                    List.of(x.repetition(), y.repetition()), List.of(x.masked(), y.masked()))
            : pair.gram(kernel, options).gram();
    return new LayerPair.OfGram(pair.name(), all, 0, 1, Optional.of(parts));
  }

  /** Returns the number of examples of two layers, if they can be divided. */
  static long examples(LayerPair.OfActivations pair, Split split) {
    long examples = 0;
    for (ExampleSizes sizes = new ExampleSizes(pair.x()); sizes.hasNext(); examples++) {
      sizes.nextLong();
    }
    if (examples < split.leastExamples()) {
      throw new ActivationsException(
          pair.description()
              + ": expected at least "
              + split.leastExamples()
              + " examples to divide, found "
              + examples);
    }
    return examples;
  }

  private Parts run(Layer x, Layer y) {
    long chunk = chunkBytes();
    HeapMemory.require(heapBytes(chunk), List.of(x, y));
    List<Gram> grams = new ArrayList<>(Collections.nCopies(deal.sizes().size(), Gram.empty()));
    long examples = deal.examples();
    long together = Math.max(1, (long) (examples * (chunk / (double) dataBytes())));
    long samples = 0;
    try (Dealer xs = new Dealer(x, deal);
        Dealer ys = new Dealer(y, deal)) {
      for (long dealt = 0; dealt < examples; dealt += together) {
        long some = Math.min(together, examples - dealt);
        List<DealtLayer> ofX = xs.deal(some);
        List<DealtLayer> ofY = ys.deal(some);
        for (int part = 0; part < grams.size(); part++) {
          if (ofX.get(part).samples() > 0) {
            Gram gram = gram(ofX.get(part), ofY.get(part), samples);
            grams.set(part, grams.get(part).plus(gram));
            samples += gram.samples();
          }
        }
      }
    }
    return new Parts(grams, deal, options.shifted());
  }

  private Gram gram(Layer x, Layer y, long before) {
    Progress all =
        (step, done, total) -> options.progress().update(step, before + done, pair.samples());
    return kernel.gram(List.of(x, y), GramPair.all(2), options.withProgress(all));
  }

  /** The activations that are in memory at one time: whole examples. */
  private long chunkBytes() {
    long most = Math.max(LEAST_CHUNK_BYTES, Runtime.getRuntime().maxMemory() / CHUNKS_IN_HEAP);
    return Math.max(dataBytes() / deal.examples(), Math.min(dataBytes(), most));
  }

  private long dataBytes() {
    return Math.max(1, bytes(pair.x()) + bytes(pair.y()));
  }

  private static long bytes(Layer layer) {
    return (long) ((double) layer.samples() * layer.neurons() * layer.type().bytes());
  }

  /** An upper estimate: the parts, what a kernel takes beside them, and what becomes of them. */
  private long heapBytes(long chunk) {
    double neurons = (double) pair.neurons().x() + pair.neurons().y();
    double gramBytes = Double.BYTES * neurons * (neurons + 1) / 2;
    // A sum has both of its terms beside it; halving a jackknife's parts keeps one per halving.
    double sums = deal.sizes().size() + 3 + Math.log(deal.sizes().size()) / Math.log(2);
    long table =
        kernel.heapBytes(
            pair.neurons().x(), pair.neurons().y(), pair.samples(), Precision.STANDARD);
    return (long) (table + sums * gramBytes + chunk);
  }
}
