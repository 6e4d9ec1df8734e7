package org.spanmatch.kernel.vector.gram;

import static org.spanmatch.kernel.vector.gemm.MicroKernel.KC;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.kernel.backend.GramErrors;
import org.spanmatch.kernel.backend.ScaledLayer;
import org.spanmatch.kernel.vector.gemm.MicroKernel;
import org.spanmatch.kernel.vector.gemm.MicroKernels;
import org.spanmatch.kernel.vector.gemm.WorkerPool;

/**
 * Adds up the inner products, sums and fourth powers of some layers' activations in one pass over
 * the samples.
 *
 * <p>With d samples, a block of n × n′ inner products costs 2·d·n·n′ operations (half of that for a
 * layer with itself) and 8·n·n′ bytes. Two steps of packed samples take further memory: while one
 * is multiplied, the next is read and packed. The order of every sum depends neither on the number
 * of threads nor on the other layers, so results are bitwise reproducible.
 */
public final class GramAccumulator {
  private final List<ScaledLayer> layers;
  private final GramOptions options;
  private final MicroKernels kernels;
  private final int nr;
  private final int[] firstPanel; // by layer, and the number of panels
  private final List<TiledBlock> blocks = new ArrayList<>();
  private final double[] sums; // by column, like the next two
  private final double[] fourthPowers;
  private final double[] active;
  private final double[][] normProducts; // by pair of layers; null if not requested
  private final double[][][] normSums; // by layer and by layer of the norms, one element per column
  private final long samples;

  private GramAccumulator(
      List<ScaledLayer> layers,
      Collection<GramPair> pairs,
      GramOptions options,
      MicroKernels kernels) {
    this.layers = layers;
    this.options = options;
    this.kernels = kernels;
    this.nr = kernels.nr();
    this.samples = layers.get(0).layer().samples();
    this.firstPanel = new int[layers.size() + 1];
    for (int i = 0; i < layers.size(); i++) {
      firstPanel[i + 1] = firstPanel[i] + panels(layers.get(i).neurons(), nr);
    }
    int columns = firstPanel[layers.size()] * nr;
    sums = new double[columns];
    fourthPowers = new double[columns];
    active = new double[columns];
    for (GramPair pair : withSelves(layers.size(), pairs)) {
      blocks.add(
          new TiledBlock(
              pair,
              firstPanel[pair.first()],
              firstPanel[pair.first() + 1],
              firstPanel[pair.second()],
              firstPanel[pair.second() + 1],
              nr));
    }
    normProducts = options.normProducts() ? new double[layers.size()][layers.size()] : null;
    normSums = options.normProducts() ? new double[layers.size()][layers.size()][] : null;
    for (TiledBlock block : normSums == null ? List.<TiledBlock>of() : blocks) {
      int first = block.pair.first();
      int second = block.pair.second();
      normSums[first][second] = new double[(block.lastRow - block.firstRow) * nr];
      normSums[second][first] = new double[(block.lastColumn - block.firstColumn) * nr];
    }
  }

  private static Set<GramPair> withSelves(int layers, Collection<GramPair> pairs) {
    TreeSet<GramPair> all = new TreeSet<>(pairs);
    for (int i = 0; i < layers; i++) {
      all.add(new GramPair(i, i));
    }
    return all;
  }

  private static int panels(int neurons, int nr) {
    return (int) ((neurons + nr - 1L) / nr);
  }

  /**
   * Reads all layers once and returns their Gram matrix.
   *
   * @param layers at least one, with the same samples
   * @param pairs the pairs of layers to add up
   */
  public static GramMatrix of(
      List<ScaledLayer> layers,
      Collection<GramPair> pairs,
      GramOptions options,
      MicroKernels kernels,
      WorkerPool workers) {
    GramAccumulator accumulator = new GramAccumulator(layers, pairs, options, kernels);
    accumulator.read(workers);
    return accumulator.result();
  }

  /**
   * Returns the memory needed, in bytes: the tiles, the blocks that they are copied to, and two
   * steps of packed samples.
   *
   * @param neurons number of neurons of each layer
   */
  public static double bytes(
      List<Integer> neurons, Collection<GramPair> pairs, long samples, int nr) {
    double elements = 0;
    long panels = 0;
    for (GramPair pair : withSelves(neurons.size(), pairs)) {
      double rows = (double) panels(neurons.get(pair.first()), nr) * nr;
      double columns = (double) panels(neurons.get(pair.second()), nr) * nr;
      elements += pair.first() == pair.second() ? rows * (columns + nr) / 2 : rows * columns;
    }
    for (int count : neurons) {
      panels += panels(count, nr);
    }
    return 2 * Double.BYTES * elements + 2 * PackedSamples.bytes(nr, panels, samples);
  }

  private void read(WorkerPool workers) {
    if (firstPanel[layers.size()] == 0) {
      return;
    }
    for (TiledBlock block : blocks) {
      kernels.expect(2.0 * block.values.length * samples);
    }
    List<LayerPacker> packers = new ArrayList<>();
    try {
      for (int i = 0; i < layers.size(); i++) {
        packers.add(new LayerPacker(layers.get(i), i, firstPanel[i], kernels));
      }
      Pass pass = new Pass(packers);
      long done = 0;
      do {
        workers.run(pass.tasks(samples - done));
        done += pass.multiplied;
        options.progress().update("compress", done, samples);
      } while (pass.swap() > 0);
    } finally {
      packers.forEach(LayerPacker::close);
    }
  }

  /** The steps of a pass. Tasks are created once and reused, so that steps leave no garbage. */
  private final class Pass {
    private final List<Runnable> tasks = new ArrayList<>();
    private final int readers;
    private PackedSamples current = packedSamples();
    private PackedSamples next = packedSamples();
    private int multiplied; // samples in current; 0 before the first step
    private int packed; // samples to read into next

    Pass(List<LayerPacker> packers) {
      packers.forEach(packer -> tasks.add(() -> packer.fill(next, packed)));
      readers = tasks.size();
      for (TiledBlock block : blocks) {
        for (TiledBlock.Part part : block.parts(kernels.current())) {
          tasks.add(() -> multiply(part, current, multiplied));
        }
      }
      for (int i = 0; i < layers.size() && normProducts != null; i++) {
        int layer = i;
        tasks.add(() -> multiplyNorms(layer, current, multiplied));
      }
    }

    private PackedSamples packedSamples() {
      return new PackedSamples(
          nr, firstPanel[layers.size()], samples, normProducts == null ? 0 : layers.size());
    }

    /**
     * Returns the tasks of the next step.
     *
     * @param left number of samples not yet multiplied
     */
    List<Runnable> tasks(long left) {
      packed = (int) Math.min(next.capacity(), left - multiplied);
      return tasks.subList(packed > 0 ? 0 : readers, multiplied > 0 ? tasks.size() : readers);
    }

    /** Ends a step; returns the number of samples that the next one multiplies. */
    int swap() {
      PackedSamples read = next;
      next = current;
      current = read;
      multiplied = packed;
      return multiplied;
    }
  }

  /** Adds the products of one task's panels and, on the diagonal, the moments. */
  private void multiply(TiledBlock.Part part, PackedSamples packed, int count) {
    MicroKernel kernel = kernels.current();
    double[] data = packed.values();
    for (int slice = 0; slice * KC < count; slice++) {
      int depth = Math.min(KC, count - slice * KC);
      for (int row = part.firstRow; row < part.firstRow + part.rows(); row++) {
        if (part.hasOnDiagonal(row)) {
          // The multiplication has the panel in the cache.
          int panel = packed.offset(slice, row);
          kernel.addMoments(data, panel, depth, sums, fourthPowers, active, row * nr);
        }
      }
      int left = packed.offset(slice, part.firstRow);
      int right = packed.offset(slice, part.firstColumn);
      kernel.multiplyAdd(data, left, data, right, KC * nr, depth, part, false);
    }
  }

  /**
   * Adds the products of a layer's neurons with the squared norms of the layers that it is paired
   * with, and the norm products of those pairs in which it comes first.
   */
  private void multiplyNorms(int layer, PackedSamples packed, int count) {
    int[] partners =
        IntStream.range(0, layers.size()).filter(i -> normSums[layer][i] != null).toArray();
    double[][] norms = new double[partners.length][];
    double[][] totals = new double[partners.length][];
    for (int i = 0; i < partners.length; i++) {
      norms[i] = packed.squaredNorms(partners[i]);
      totals[i] = normSums[layer][partners[i]];
      if (partners[i] >= layer) {
        normProducts[layer][partners[i]] += product(packed.squaredNorms(layer), norms[i], count);
      }
    }
    for (int slice = 0; slice * KC < count; slice++) {
      int depth = Math.min(KC, count - slice * KC);
      for (int panel = firstPanel[layer]; panel < firstPanel[layer + 1]; panel++) {
        int offset = packed.offset(slice, panel);
        int to = (panel - firstPanel[layer]) * nr;
        kernels
            .current()
            .addProducts(packed.values(), offset, depth, norms, slice * KC, totals, to);
      }
    }
  }

  private static double product(double[] one, double[] other, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }

  private GramMatrix result() {
    List<GramLayer> described = new ArrayList<>();
    Map<GramPair, double[]> products = new TreeMap<>();
    for (TiledBlock block : blocks) {
      GramPair pair = block.pair;
      products.put(
          pair,
          block.isTriangle()
              ? block.triangle(layers.get(pair.first()).neurons())
              : block.rectangle(
                  layers.get(pair.first()).neurons(), layers.get(pair.second()).neurons()));
      block.release();
    }
    boolean scaled = false;
    for (int i = 0; i < layers.size(); i++) {
      scaled |= layers.get(i).scales().isPresent();
      described.add(describe(i, products.get(new GramPair(i, i))));
    }
    return new GramMatrix(
        described,
        samples,
        options.deadThreshold(),
        GramErrors.ofSums(samples, KC),
        products,
        scaled || normProducts == null ? Map.of() : normProducts());
  }

  private GramLayer describe(int layer, double[] triangle) {
    int neurons = layers.get(layer).neurons();
    int from = firstPanel[layer] * nr;
    double[] squares = new double[neurons];
    Arrays.setAll(squares, i -> triangle[GramMatrix.triangleRow(neurons, i) + i]);
    long[] counts = new long[neurons];
    Arrays.setAll(counts, i -> (long) active[from + i]);
    return layers
        .get(layer)
        .describe(
            layer,
            Arrays.copyOfRange(sums, from, from + neurons),
            squares,
            Arrays.copyOfRange(fourthPowers, from, from + neurons),
            counts);
  }

  private Map<GramPair, NormProducts> normProducts() {
    Map<GramPair, NormProducts> products = new TreeMap<>();
    for (TiledBlock block : blocks) {
      int first = block.pair.first();
      int second = block.pair.second();
      products.put(
          block.pair,
          new NormProducts(
              normProducts[first][second],
              Arrays.copyOf(normSums[first][second], layers.get(first).neurons()),
              Arrays.copyOf(normSums[second][first], layers.get(second).neurons())));
    }
    return products;
  }
}
