package org.spanmatch.spark.gram;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramPair;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.backend.SampleRows;
import org.spanmatch.kernel.backend.WatchedLayer;
import org.spanmatch.kernel.selection.Kernels;

/**
 * What a task does: adds up the tiles of one stripe over a run of shards, one shard after the
 * other.
 *
 * @param number the number of the pair among those that shards open
 * @param pair the layers
 * @param sources where the samples of both layers come from, for the result
 * @param plan how their Gram matrix is cut
 * @param stripe the number of the stripe
 * @param options how to add up
 */
record RunSum(
    int number,
    ShardedPair pair,
    PerGroup<String> sources,
    GramPlan plan,
    int stripe,
    SumOptions options) {
  // A chunk of both layers takes 128 MiB. Fewer samples would cost more in adding up matrices than
  // in products.
  private static final int CHUNK_VALUES = 1 << 24;
  private static final int LEAST_CHUNK = 256;
  private static final int MOST_CHUNK = 8192;

  /** Adds up shards; returns the Gram matrix of each tile, in the order of the plan. */
  List<Gram> of(Iterator<Shard> shards) {
    Gram sum = Gram.empty();
    try (ProjectionKernel kernel = kernel()) {
      while (shards.hasNext()) {
        Gram part = gram(shards.next(), kernel);
        sum = sum.plus(part);
      }
    }
    if (plan.isWhole() || sum.isEmpty()) {
      return List.of(sum);
    }
    List<Integer> slices = slices();
    List<Gram> tiles = new ArrayList<>();
    for (GramPair tile : plan.stripes().get(stripe)) {
      tiles.add(
          ((GramMatrix) sum)
              .restrictedTo(slices.indexOf(tile.first()), slices.indexOf(tile.second())));
    }
    return tiles;
  }

  /** On the cores and the GPU that Spark gave to the task. */
  private ProjectionKernel kernel() {
    TaskContext task = TaskContext.get();
    int threads = task == null ? 1 : task.cpus();
    return Kernels.open(options.backend(), new KernelOptions(threads, device()));
  }

  /** The number of the GPU that Spark gave to the task, or the first one. */
  static String device() {
    TaskContext task = TaskContext.get();
    ResourceInformation gpu = task == null ? null : task.resourcesJMap().get("gpu");
    return gpu == null ? KernelOptions.FIRST_DEVICE : gpu.addresses()[0];
  }

  private Gram gram(Shard shard, ProjectionKernel kernel) {
    PerGroup<Layer> layers = shard.open(number);
    requireNeurons(layers.x(), pair.xNeurons());
    requireNeurons(layers.y(), pair.yNeurons());
    Layer.requireSameSamples(layers.x(), layers.y());
    if (layers.x().samples() == 0) {
      return Gram.empty();
    }
    return plan.isWhole()
        ? labelled(
            kernel.gram(List.of(layers.x(), layers.y()), GramPair.all(2), options.gram()), false)
        : sliced(layers, kernel);
  }

  private static void requireNeurons(Layer layer, int expected) {
    if (layer.neurons() != expected) {
      throw new ActivationsException(
          layer.description() + ": expected " + expected + " neurons, found " + layer.neurons());
    }
  }

  /** Labels every slice as the layer that it is of. */
  private Gram labelled(Gram gram, boolean isSliced) {
    List<Integer> slices = isSliced ? slices() : List.of(0, 1);
    List<GramLayer> labelled = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      boolean isX = slices.get(i) < plan.xWidths().size();
      GramLayer layer = gram.layers().get(i);
      labelled.add(
          new GramLayer(
              isX ? 0 : 1,
              isX ? pair.x() : pair.y(),
              List.of(isX ? sources.x() : sources.y()),
              layer.sampleAxes(),
              layer.storageRoundoff(),
              layer.moments(),
              layer.masked()));
    }
    return gram.withLabels(labelled);
  }

  /** The slices that the stripe's tiles are of, ascending. */
  private List<Integer> slices() {
    TreeSet<Integer> slices = new TreeSet<>();
    for (GramPair tile : plan.stripes().get(stripe)) {
      slices.add(tile.first());
      slices.add(tile.second());
    }
    return List.copyOf(slices);
  }

  /** Adds up a shard in chunks of samples, since its slices are read together. */
  private Gram sliced(PerGroup<Layer> layers, ProjectionKernel kernel) {
    PerGroup<WatchedLayer> watched = layers.map(WatchedLayer::new);
    int neurons = pair.xNeurons() + pair.yNeurons();
    int capacity = Math.max(LEAST_CHUNK, Math.min(MOST_CHUNK, CHUNK_VALUES / neurons));
    PerGroup<Chunk> chunks = watched.map(layer -> new Chunk(layer, capacity));
    PerGroup<double[]> rows = watched.map(layer -> new double[capacity * layer.neurons()]);
    List<Integer> slices = slices();
    List<Layer> sliceLayers = slices.stream().map(slice -> slice(slice, chunks)).toList();
    List<GramPair> pairs =
        plan.stripes().get(stripe).stream()
            .map(tile -> new GramPair(slices.indexOf(tile.first()), slices.indexOf(tile.second())))
            .toList();
    Gram sum = Gram.empty();
    try (SampleRows x = new SampleRows(watched.x());
        SampleRows y = new SampleRows(watched.y())) {
      long done = 0;
      for (int count = x.read(rows.x(), capacity); count > 0; count = x.read(rows.x(), capacity)) {
        y.read(rows.y(), count);
        requireFinite(layers.x(), rows.x(), count, done);
        requireFinite(layers.y(), rows.y(), count, done);
        chunks.x().fill(rows.x(), count);
        chunks.y().fill(rows.y(), count);
        sum = sum.plus(labelled(kernel.gram(sliceLayers, pairs, options.gram()), true));
        done += count;
      }
      y.read(rows.y(), capacity); // to the end of the pass, where checksums are verified
    }
    return sum.describedAsWhole(
        slices.stream().map(slice -> of(slice, watched).repetition()).toList(),
        slices.stream().map(slice -> of(slice, layers).masked()).toList());
  }

  private <T> T of(int slice, PerGroup<T> both) {
    return slice < plan.xWidths().size() ? both.x() : both.y();
  }

  private Layer slice(int slice, PerGroup<Chunk> chunks) {
    int ofX = plan.xWidths().size();
    List<Integer> widths = slice < ofX ? plan.xWidths() : plan.yWidths();
    int position = slice < ofX ? slice : slice - ofX;
    int from = widths.subList(0, position).stream().mapToInt(Integer::intValue).sum();
    return of(slice, chunks).slice(from, widths.get(position));
  }

  /** Named here by the layer's neuron; a kernel would name that of the slice. */
  private static void requireFinite(Layer layer, double[] rows, int count, long done) {
    int neurons = layer.neurons();
    for (int i = 0; i < count * neurons; i++) {
      if (!(Math.abs(rows[i]) <= Double.MAX_VALUE)) {
        throw ActivationsException.notFinite(layer, rows[i], i % neurons, done + i / neurons);
      }
    }
  }
}
