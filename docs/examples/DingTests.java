import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.similarity.LayerGrams;
import org.spanmatch.similarity.Measure;

/**
 * The tests of Ding, Denain and Steinhardt (2021) in small, for two networks that differ in their
 * seed: does a measure find a layer again in the other network, and how many principal components
 * of a layer can be deleted before it notices? Prints two tables.
 *
 * <pre>java -cp … DingTests.java A.npz B.npz [LAYER…]</pre>
 */
public class DingTests {
  private static final int STEPS = 20;
  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  private final ProjectionKernel kernel;

  private DingTests(ProjectionKernel kernel) {
    this.kernel = kernel;
  }

  public static void main(String[] args) {
    ActivationFile first = ActivationFile.open(Path.of(args[0]));
    ActivationFile second = ActivationFile.open(Path.of(args[1]));
    List<String> names = Arrays.asList(args).subList(2, args.length);
    List<LayerPair.OfActivations> pairs =
        LayerPairs.of(first, second, name -> names.isEmpty() || names.contains(name), List.of())
            .pairs();
    try (ProjectionKernel kernel = Kernels.open(Kernels.AUTO, KernelOptions.defaults())) {
      DingTests tests = new DingTests(kernel);
      tests.specificity(pairs);
      System.out.println();
      tests.sensitivity(pairs);
    }
  }

  /** Counts for which layers each measure finds the same layer of the other network nearest. */
  private void specificity(List<LayerPair.OfActivations> pairs) {
    Map<String, int[]> counts = new LinkedHashMap<>();
    int found = 0;
    int nearer = 0;
    for (List<LayerPair.OfActivations> group : bySamples(pairs)) {
      int count = group.size();
      List<Layer> layers = new ArrayList<>();
      group.forEach(pair -> layers.add(pair.x()));
      group.forEach(pair -> layers.add(pair.y()));
      Gram gram =
          kernel.gram(layers, GramPair.all(2 * count), GramOptions.defaults().withNormProducts());
      Map<GramPair, Map<String, Double>> values = new TreeMap<>();
      gram.pairs().forEach(pair -> values.put(pair, closeness(gram, pair)));
      found += count > 1 ? 2 * count : 0;
      nearer += 2 * (count - 1);
      for (String name : values.values().iterator().next().keySet()) {
        int[] ofMeasure = counts.computeIfAbsent(name, each -> new int[2]);
        for (int layer = 0; layer < 2 * count && count > 1; layer++) {
          int same = (layer + count) % (2 * count);
          int others = layer < count ? count : 0; // where the other network's layers begin
          double own = values.get(GramPair.of(layer, same)).get(name);
          boolean nearest = true;
          for (int other = others; other < others + count; other++) {
            nearest &=
                other == same || values.get(GramPair.of(layer, other)).get(name) < own;
          }
          ofMeasure[0] += nearest ? 1 : 0;
          boolean hasNext = layer % count < count - 1;
          if (hasNext && values.get(new GramPair(layer, layer + 1)).get(name) < own) {
            ofMeasure[1]++;
          }
        }
      }
    }
    System.out.println("| measure | same layer found | nearer than the next layer |");
    System.out.println("| --- | --- | --- |");
    for (Map.Entry<String, int[]> measure : counts.entrySet()) {
      System.out.printf(
          "| %s | %d of %d | %d of %d |%n",
          measure.getKey(), measure.getValue()[0], found, measure.getValue()[1], nearer);
    }
  }

  /** Finds which share of the components can go before a layer is as far away as the other seed. */
  private void sensitivity(List<LayerPair.OfActivations> pairs) {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (LayerPair.OfActivations pair : pairs) {
      Gram both =
          kernel.gram(
              List.of(pair.x(), pair.y()),
              GramPair.all(2),
              GramOptions.defaults().withNormProducts());
      Map<String, Double> seeds = closeness(both, new GramPair(0, 1));
      double[][] components = components((GramMatrix) both);
      Map<String, Integer> unnoticed = new LinkedHashMap<>();
      double left = 0;
      for (int step = 1; step < STEPS; step++) {
        int deleted = components.length * step / STEPS;
        Gram less = without((GramMatrix) both, components, deleted);
        left = variance(less, 1) / variance(less, 0);
        for (Map.Entry<String, Double> value : closeness(less, new GramPair(0, 1)).entrySet()) {
          boolean notYet = unnoticed.getOrDefault(value.getKey(), 0) == step - 1;
          if (notYet && value.getValue() >= seeds.get(value.getKey())) {
            unnoticed.put(value.getKey(), step);
          } else {
            unnoticed.putIfAbsent(value.getKey(), 0);
          }
        }
      }
      rows.computeIfAbsent("variance left at 95 %", each -> new ArrayList<>())
          .add(String.format(Locale.ROOT, "%.0f %%", 100 * left));
      for (String name : seeds.keySet()) {
        rows.computeIfAbsent(name, each -> new ArrayList<>())
            .add(unnoticed.containsKey(name) ? 100 / STEPS * unnoticed.get(name) + " %" : "-");
      }
    }
    System.out.println(
        "| measure | "
            + pairs.stream().map(LayerPair::name).collect(Collectors.joining(" | "))
            + " |");
    System.out.println("| --- |" + " --- |".repeat(pairs.size()));
    rows.forEach(
        (name, shares) ->
            System.out.println("| " + name + " | " + String.join(" | ", shares) + " |"));
  }

  /** Groups layers that have the same samples, as all pairs of them need. */
  private static List<List<LayerPair.OfActivations>> bySamples(
      List<LayerPair.OfActivations> pairs) {
    Map<List<Long>, List<LayerPair.OfActivations>> groups =
        pairs.stream()
            .collect(
                Collectors.groupingBy(
                    pair -> pair.x().sampleAxes(), LinkedHashMap::new, Collectors.toList()));
    return List.copyOf(groups.values());
  }

  /** What each measure says of two layers; more is closer. */
  private Map<String, Double> closeness(Gram gram, GramPair pair) {
    Map<String, Double> values = new LinkedHashMap<>();
    try (ProjectionTable table = kernel.table(gram, pair.first(), pair.second())) {
      MatchSpectrum levels = MatchSpectrum.of(table);
      for (double epsilon : new double[] {0.3, 0.5}) {
        values.put(
            String.format(Locale.ROOT, "similarity at %.1f", epsilon),
            levels.maximumMatch(epsilon).similarity());
      }
      values.put("similarity, mean of all ε", mean(levels));
    }
    LayerGrams layers = LayerGrams.of(gram, pair.first(), pair.second(), THREADS);
    for (Measure measure : Measure.all()) {
      if (measure.scale() == Measure.Scale.SIZE) {
        continue; // of one layer, and no similarity
      }
      measure
          .of(layers)
          .ifPresent(
              value -> values.put(measure.name(), measure.scale() == Measure.Scale.DISTANCE ? -value : value));
    }
    return values;
  }

  /** The area under the curve of the similarity: a neuron of level l counts from l to 1. */
  private static double mean(MatchSpectrum levels) {
    double sum = 0;
    int neurons = 0;
    for (Group group : Group.values()) {
      int count = levels.levels(group).length;
      for (int neuron = 0; neuron < count; neuron++) {
        sum += 1 - levels.level(group, neuron).orElse(1);
      }
      neurons += count;
    }
    return sum / neurons;
  }

  /**
   * Layer 0 beside what is left of it without its least principal components. Neurons become linear
   * combinations of neurons, Y = X·P, so their inner products are linear in those of X: XᵀY = G·P,
   * YᵀY = P·G·P. No activation is needed.
   */
  private static Gram without(GramMatrix both, double[][] components, int deleted) {
    GramLayer layer = both.layers().get(0);
    int neurons = layer.neurons();
    double[][] projector = new double[neurons][neurons];
    for (int i = 0; i < neurons; i++) {
      projector[i][i] = 1;
    }
    for (double[] component : Arrays.copyOf(components, deleted)) {
      for (int i = 0; i < neurons; i++) {
        for (int j = 0; j < neurons; j++) {
          projector[i][j] -= component[i] * component[j];
        }
      }
    }
    double[][] own = square(both);
    double[][] cross = times(own, projector);
    double[][] left = times(projector, cross);
    double[] sums = new double[neurons];
    double[] squares = new double[neurons];
    double[] fourths = new double[neurons];
    long[] active = new long[neurons];
    double largest = 0;
    for (int i = 0; i < neurons; i++) {
      for (int j = 0; j < neurons; j++) {
        sums[i] += projector[i][j] * layer.moments().sum(j);
      }
      squares[i] = Math.max(0, left[i][i]);
      left[i][i] = squares[i];
      largest = Math.max(largest, squares[i]);
      // Not functions of the inner products, and needed for warnings alone.
      fourths[i] = squares[i] * squares[i] / both.samples();
      active[i] = both.samples();
    }
    GramLayer rest =
        new GramLayer(
            1,
            layer.name(),
            layer.sources(),
            layer.sampleAxes(),
            layer.storageRoundoff(),
            Moments.of(sums, squares, fourths, active));
    Map<GramPair, double[]> blocks = new LinkedHashMap<>();
    blocks.put(new GramPair(0, 0), both.block(new GramPair(0, 0)));
    blocks.put(new GramPair(0, 1), Arrays.stream(cross).flatMapToDouble(Arrays::stream).toArray());
    blocks.put(new GramPair(1, 1), triangle(left));
    double rounding = both.error() + 4 * neurons * Math.ulp(1.0);
    // A neuron of which only rounding is left is dead.
    double dead = 1e-6 * Math.sqrt(largest);
    return new GramMatrix(
        List.of(layer, rest), both.samples(), dead, rounding, blocks, Map.of());
  }

  /** The variance of a layer's neurons, in all and times the number of samples. */
  private static double variance(Gram gram, int layer) {
    Moments moments = gram.layers().get(layer).moments();
    double variance = 0;
    for (int i = 0; i < moments.neurons(); i++) {
      variance += Math.pow(moments.norm(i), 2) - Math.pow(moments.sum(i), 2) / gram.samples();
    }
    return variance;
  }

  /** The principal components of layer 0, least variance first: unit vectors over its neurons. */
  private static double[][] components(GramMatrix both) {
    double[][] covariance = square(both);
    Moments moments = both.layers().get(0).moments();
    for (int i = 0; i < covariance.length; i++) {
      for (int j = 0; j < covariance.length; j++) {
        covariance[i][j] -= moments.sum(i) * moments.sum(j) / both.samples();
      }
    }
    return eigenvectors(covariance);
  }

  /** Jacobi's method: turns pairs of axes until the matrix is diagonal; changes the matrix. */
  private static double[][] eigenvectors(double[][] matrix) {
    int size = matrix.length;
    double[][] vectors = new double[size][size];
    for (int i = 0; i < size; i++) {
      vectors[i][i] = 1;
    }
    double negligible = 1e-14 * Arrays.stream(diagonal(matrix)).max().orElse(0);
    for (boolean turned = true; turned; ) {
      turned = false;
      for (int p = 0; p < size; p++) {
        for (int q = p + 1; q < size; q++) {
          if (Math.abs(matrix[p][q]) > negligible) {
            turned = true;
            turn(matrix, vectors, p, q);
          }
        }
      }
    }
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (i, j) -> Double.compare(matrix[i][i], matrix[j][j]));
    return Arrays.stream(order).map(i -> vectors[i]).toArray(double[][]::new);
  }

  private static void turn(double[][] matrix, double[][] vectors, int p, int q) {
    double angle = 0.5 * Math.atan2(2 * matrix[p][q], matrix[q][q] - matrix[p][p]);
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    for (double[] row : matrix) {
      double old = row[p];
      row[p] = cos * old - sin * row[q];
      row[q] = sin * old + cos * row[q];
    }
    for (double[][] both : new double[][][] {matrix, vectors}) {
      for (int k = 0; k < both.length; k++) {
        double old = both[p][k];
        both[p][k] = cos * old - sin * both[q][k];
        both[q][k] = sin * old + cos * both[q][k];
      }
    }
  }

  private static double[] diagonal(double[][] matrix) {
    double[] diagonal = new double[matrix.length];
    Arrays.setAll(diagonal, i -> matrix[i][i]);
    return diagonal;
  }

  private static double[][] square(GramMatrix both) {
    int neurons = both.layers().get(0).neurons();
    double[][] square = new double[neurons][neurons];
    for (int i = 0; i < neurons; i++) {
      for (int j = 0; j < neurons; j++) {
        square[i][j] = both.innerProduct(0, i, 0, j);
      }
    }
    return square;
  }

  private static double[] triangle(double[][] square) {
    double[] triangle = new double[square.length * (square.length + 1) / 2];
    for (int i = 0; i < square.length; i++) {
      for (int j = i; j < square.length; j++) {
        triangle[GramMatrix.triangleRow(square.length, i) + j] = square[i][j];
      }
    }
    return triangle;
  }

  private static double[][] times(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < b[0].length; j++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }
}
