package org.spanmatch.kernel.textbook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.GramPair.NormProducts;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.GramErrors;
import org.spanmatch.kernel.backend.GramPass;
import org.spanmatch.kernel.backend.HeapMemory;
import org.spanmatch.kernel.backend.RecomputingTable;
import org.spanmatch.kernel.backend.SampleRows;
import org.spanmatch.kernel.backend.ScaledLayer;
import org.spanmatch.kernel.backend.UnitGram;

/**
 * A small backend that keeps every promise of standard precision, to show how one is made: plain
 * loops add up inner products, and a fresh pivoted Cholesky factorisation answers each question.
 *
 * <p>It writes two things itself: {@link #addUp}, called with scales where activations are of
 * extreme size, and {@code project} and {@code rank} of its table. {@link GramPass} checks the
 * layers, {@link UnitGram} scales to unit norm and numbers the living neurons, {@link
 * RecomputingTable} keeps track of removals, and {@link GramErrors} has the error bounds. A {@link
 * org.spanmatch.kernel.KernelProvider} named in {@code META-INF/services} would offer it to every
 * program, and the tests beside it are those of any backend.
 */
final class TextbookKernel implements ProjectionKernel {
  private boolean closed;
  private final ProjectionKernel.Info info;

  TextbookKernel(String reason) {
    info =
        new ProjectionKernel.Info(
            "textbook", "CPU", 1, "float64, Gram matrix and Cholesky", reason);
  }

  @Override
  public ProjectionKernel.Info info() {
    return info;
  }

  @Override
  public long heapBytes(int xNeurons, int yNeurons, long samples, Precision precision) {
    return bytes((double) xNeurons + yNeurons);
  }

  /** The blocks of a Gram matrix, the cosines of all pairs, and a Cholesky factor. */
  private static long bytes(double neurons) {
    return (long) (2.5 * Double.BYTES * neurons * neurons);
  }

  @Override
  public Optional<String> declines(int xNeurons, int yNeurons, long samples, Precision precision) {
    return precision == Precision.HIGH ? Optional.of("no high precision") : Optional.empty();
  }

  @Override
  public Gram gram(List<? extends Layer> layers, Collection<GramPair> pairs, GramOptions options) {
    requireOpen();
    GramPass.require(layers, pairs);
    requireStandard(options.precision());
    HeapMemory.require(bytes((double) layers.stream().mapToLong(Layer::neurons).sum()), layers);
    return GramPass.of(layers, pairs, options, scaled -> addUp(scaled, pairs, options));
  }

  private static void requireStandard(Precision precision) {
    if (precision != Precision.STANDARD) {
      throw new IllegalArgumentException("the textbook backend has no high precision");
    }
  }

  private static GramMatrix addUp(
      List<ScaledLayer> layers, Collection<GramPair> pairs, GramOptions options) {
    int count = layers.size();
    long samples = layers.get(0).layer().samples();
    Map<GramPair, double[]> blocks = new TreeMap<>();
    List<double[][]> moments = new ArrayList<>(); // by layer: Σz, Σz² and Σz⁴
    List<long[]> active = new ArrayList<>();
    List<SampleRows> readers = new ArrayList<>();
    for (GramPair pair : pairs) {
      int first = layers.get(pair.first()).neurons();
      blocks.put(pair, new double[first * layers.get(pair.second()).neurons()]);
    }
    for (int i = 0; i < count; i++) {
      int neurons = layers.get(i).neurons();
      blocks.put(new GramPair(i, i), new double[neurons * (neurons + 1) / 2]);
      moments.add(new double[3][neurons]);
      active.add(new long[neurons]);
    }
    Norms norms = new Norms(layers, options.normProducts() ? blocks.keySet() : List.of());
    try {
      layers.forEach(layer -> readers.add(new SampleRows(layer.layer())));
      for (long sample = 0; sample < samples; sample++) {
        double[][] row = new double[count][];
        for (int i = 0; i < count; i++) {
          row[i] = new double[layers.get(i).neurons()];
          readers.get(i).read(row[i], 1);
          double[] values = row[i];
          layers.get(i).scales().ifPresent(s -> Arrays.setAll(values, n -> values[n] * s[n]));
          addMoments(values, moments.get(i), active.get(i));
        }
        blocks.forEach((pair, block) -> addProducts(pair, row, block));
        norms.add(row);
        options.progress().update("compress", sample + 1, samples);
      }
    } finally {
      readers.forEach(SampleRows::close);
    }
    List<GramLayer> described = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double[][] sums = moments.get(i);
      described.add(layers.get(i).describe(i, sums[0], sums[1], sums[2], active.get(i)));
    }
    boolean scaled = layers.stream().anyMatch(layer -> layer.scales().isPresent());
    return new GramMatrix(
        described,
        samples,
        options.deadThreshold(),
        GramErrors.ofSums(samples, Integer.MAX_VALUE), // in one chain
        blocks,
        scaled ? Map.of() : norms.products());
  }

  private static void addMoments(double[] row, double[][] sums, long[] active) {
    for (int n = 0; n < row.length; n++) {
      double square = row[n] * row[n];
      sums[0][n] += row[n];
      sums[1][n] += square;
      sums[2][n] += square * square;
      active[n] += row[n] == 0 ? 0 : 1;
    }
  }

  private static void addProducts(GramPair pair, double[][] row, double[] block) {
    boolean triangle = pair.first() == pair.second();
    double[] columns = row[pair.second()];
    int next = 0;
    for (int m = 0; m < row[pair.first()].length; m++) {
      for (int n = triangle ? m : 0; n < columns.length; n++) {
        block[next++] += row[pair.first()][m] * columns[n];
      }
    }
  }

  /** Products with the squared norms of samples, which debiased CKA needs; see NormProducts. */
  private static final class Norms {
    private final Map<GramPair, double[][]> sums = new TreeMap<>(); // aᵀb, Xᵀb and Yᵀa

    Norms(List<ScaledLayer> layers, Collection<GramPair> pairs) {
      for (GramPair pair : pairs) {
        int first = layers.get(pair.first()).neurons();
        int second = layers.get(pair.second()).neurons();
        sums.put(pair, new double[][] {{0}, new double[first], new double[second]});
      }
    }

    void add(double[][] row) {
      sums.forEach(
          (pair, sum) -> {
            double a = Arrays.stream(row[pair.first()]).map(z -> z * z).sum();
            double b = Arrays.stream(row[pair.second()]).map(z -> z * z).sum();
            sum[0][0] += a * b;
            Arrays.setAll(sum[1], n -> sum[1][n] + row[pair.first()][n] * b);
            Arrays.setAll(sum[2], n -> sum[2][n] + row[pair.second()][n] * a);
          });
    }

    Map<GramPair, NormProducts> products() {
      Map<GramPair, NormProducts> products = new TreeMap<>();
      sums.forEach((pair, sum) -> products.put(pair, new NormProducts(sum[0][0], sum[1], sum[2])));
      return products;
    }
  }

  @Override
  public ProjectionTable table(Gram gram, int x, int y) {
    requireOpen();
    gram.requirePair(x, y);
    requireStandard(gram.precision());
    HeapMemory.require(
        bytes((double) gram.layers().get(x).neurons() + gram.layers().get(y).neurons()),
        gram,
        x,
        y);
    return new Table(UnitGram.of((GramMatrix) gram, x, y));
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the kernel is closed");
    }
  }

  private static final class Table extends RecomputingTable {
    private final UnitGram gram;

    Table(UnitGram gram) {
      super(gram.pair());
      this.gram = gram;
    }

    private Table(Table other) {
      super(other);
      this.gram = other.gram;
    }

    @Override
    public Precision precision() {
      return Precision.STANDARD;
    }

    @Override
    public Optional<ProjectionTable> copy() {
      return Optional.of(new Table(this));
    }

    @Override
    protected Distances project(int[] projected, int[] projectedColumns, int[] spanningColumns) {
      Span span = new Span(gram.rows(), spanningColumns, projectedColumns);
      double[] distances = new double[projected.length];
      double[] errorBounds = new double[projected.length];
      double[] coefficientNorms = new double[projected.length];
      double inverseTrace = span.inverseTrace();
      for (int i = 0; i < projected.length; i++) {
        int row = spanningColumns.length + i;
        distances[i] = Math.sqrt(Math.max(0, Math.min(1, span.squares[row])));
        coefficientNorms[i] = Arrays.stream(span.solve(span.lower[row])).map(Math::abs).sum();
        double bound =
            GramErrors.ofDistance(
                gram.error(),
                distances[i],
                coefficientNorms[i],
                span.rank,
                inverseTrace,
                span.rank < spanningColumns.length);
        errorBounds[i] = span.rank == 0 ? 0 : bound < 1 ? bound : 1; // also where it is no number
      }
      return new Distances(
          projected, distances, errorBounds, coefficientNorms, gram.pair().storageRoundoff());
    }

    @Override
    protected int rank(int[] spanningColumns) {
      return new Span(gram.rows(), spanningColumns, new int[0]).rank;
    }
  }

  /**
   * L with LLᵀ = G for a largest independent subset of what spans, the farthest vector always next,
   * and a row for each of the other vectors: its coordinates in an orthonormal basis of the span.
   */
  private static final class Span {
    final double[][] lower; // a row per spanning vector, then per projected one
    final double[] squares; // what is left of the squared norms
    final int[] pivots; // the rows of the independent ones
    int rank;

    Span(double[][] gram, int[] spanning, int[] projected) {
      int[] columns = Arrays.copyOf(spanning, spanning.length + projected.length);
      System.arraycopy(projected, 0, columns, spanning.length, projected.length);
      lower = new double[columns.length][spanning.length];
      squares = new double[columns.length];
      pivots = new int[spanning.length];
      Arrays.fill(squares, 1);
      for (; rank < spanning.length; rank++) {
        int pivot = 0;
        for (int i = 1; i < spanning.length; i++) {
          pivot = squares[i] > squares[pivot] ? i : pivot;
        }
        double square = squares[pivot];
        if (square <= Precision.GRAM_FLOOR * Precision.GRAM_FLOOR) {
          return;
        }
        pivots[rank] = pivot;
        for (int i = 0; i < columns.length; i++) {
          double value = gram[columns[i]][columns[pivot]];
          for (int j = 0; j < rank; j++) {
            value -= lower[i][j] * lower[pivot][j];
          }
          lower[i][rank] = i == pivot ? Math.sqrt(square) : value / Math.sqrt(square);
          squares[i] -= lower[i][rank] * lower[i][rank];
        }
        squares[pivot] = 0; // never again
      }
    }

    /** L⁻ᵀ times a vector: the coefficients of a projection from its coordinates. */
    double[] solve(double[] coordinates) {
      double[] coefficients = new double[rank];
      for (int i = rank - 1; i >= 0; i--) {
        double value = coordinates[i];
        for (int j = i + 1; j < rank; j++) {
          value -= lower[pivots[j]][i] * coefficients[j];
        }
        coefficients[i] = value / lower[pivots[i]][i];
      }
      return coefficients;
    }

    /** The trace of (LLᵀ)⁻¹ = ‖L⁻ᵀ‖²_F. */
    double inverseTrace() {
      double trace = 0;
      for (int i = 0; i < rank; i++) {
        double[] unit = new double[rank];
        unit[i] = 1;
        trace += Arrays.stream(solve(unit)).map(c -> c * c).sum();
      }
      return trace;
    }
  }
}
