package org.spanmatch.gram;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.activations.format.ActivationFile.UnusableEntry;
import org.spanmatch.activations.format.StoredArray;
import org.spanmatch.activations.npy.NpyArray;
import org.spanmatch.activations.npy.NpzWriter;
import org.spanmatch.gram.GramLayer.Repetition;
import org.spanmatch.gram.GramPair.NormProducts;

/**
 * Reads and writes Gram matrices as a {@code .npz} archive of plain arrays, which numpy reads
 * without pickle.
 *
 * <p>A file holds one matrix per set of layers with the same samples. Text has numpy's dtype {@code
 * <U}, numbers {@code <f8} and {@code <i8}. Matrix g has the arrays:
 *
 * <table>
 *   <caption>Arrays of a file</caption>
 *   <tr><td>{@code format}</td><td>"spanmatch gram 1", once per file</td></tr>
 *   <tr><td>{@code g/precision}</td><td>"standard" or "high"</td></tr>
 *   <tr><td>{@code g/samples}</td><td>number of samples</td></tr>
 *   <tr><td>{@code g/dead_threshold}, {@code g/error}</td><td>see {@link Gram}</td></tr>
 *   <tr><td>{@code g/names}, {@code g/sources}</td><td>an element per layer; sources are separated
 *       by line breaks</td></tr>
 *   <tr><td>{@code g/networks}, {@code g/neurons}, {@code g/roundoff}</td><td>an element per
 *       layer</td></tr>
 *   <tr><td>{@code g/masked}</td><td>optional: an element per layer, the number of samples that a
 *       mask left out</td></tr>
 *   <tr><td>{@code g/axes/i}</td><td>the sample axes of layer i</td></tr>
 *   <tr><td>{@code g/sums/i}, {@code squares}, {@code fourth_powers}, {@code active}, {@code scale},
 *       {@code shift}</td><td>an element per neuron of layer i, see {@link Moments}</td></tr>
 *   <tr><td>{@code g/repetition/i}</td><td>optional: five numbers, see {@link Repetition}</td></tr>
 *   <tr><td>{@code g/gram/i-i}</td><td>upper triangle of layer i with itself, in the order of
 *       {@code numpy.triu_indices}</td></tr>
 *   <tr><td>{@code g/gram/i-j}</td><td>neurons of layer i × neurons of layer j</td></tr>
 *   <tr><td>{@code g/factor}</td><td>replaces {@code gram} at high precision: the rows of R, zeros below the diagonal included</td></tr>
 *   <tr><td>{@code g/norms/i-j}, {@code norms_first}, {@code norms_second}</td><td>optional, see
 *       {@link NormProducts}</td></tr>
 * </table>
 *
 * <p>Files need not be trusted: an unusable file causes an {@link
 * org.spanmatch.activations.ActivationsException} or a {@link GramException} and nothing else, and
 * reading takes at most 64 times the file's size in memory.
 */
public final class GramFile {
  /** The customary suffix of file names. */
  public static final String SUFFIX = ".gram.npz";

  private static final String FORMAT = "format";
  private static final Pattern OF_MATRIX = Pattern.compile("([0-9]{1,9})/.*", Pattern.DOTALL);
  private static final String VERSION = "spanmatch gram 1";
  private static final String ANY_VERSION = "spanmatch gram ";
  // Each array may be copied once while it is read, within 64 times the size of the file.
  private static final int MOST_EXPANSION = 32;
  // Relative room for the rounding of a product of norms, and of norms that were summed up apart.
  private static final double ROUNDING = 1e-12;
  private static final double NORM_ROUNDING = 1e-6;
  private static final int MOST_LAYERS = 1000; // pairs grow with the square

  private final Path path;
  private final Map<String, NpyArray> arrays = new TreeMap<>();
  private long room;

  private GramFile(ActivationFile file) throws IOException {
    path = file.path();
    for (UnusableEntry entry : file.unusable()) {
      if (entry.isNamedAsArray()) {
        throw entry.exception(); // some arrays are optional, so none may be lost
      }
    }
    for (StoredArray array : file.arrays()) {
      if (array instanceof NpyArray numpy) {
        arrays.put(array.name(), numpy);
      }
    }
    room = MOST_EXPANSION * Files.size(path);
  }

  /**
   * Writes a file: under a temporary name beside it, which is then renamed, so that there is a
   * whole file or none.
   *
   * @param grams at least one, none of them empty
   * @param path the file, by custom ending with {@value #SUFFIX}; replaced if it exists
   * @throws IOException if it can't be written
   * @throws IllegalArgumentException if there is no Gram matrix, or one is empty
   */
  public static void write(List<Gram> grams, Path path) throws IOException {
    Path target = Objects.requireNonNull(path, "path").toAbsolutePath();
    Path temporary = Files.createTempFile(target.getParent(), ".spanmatch-", ".tmp");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary))) {
        write(grams, out);
      }
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Writes Gram matrices.
   *
   * @param grams at least one, none of them empty
   * @param out the stream, which is not closed
   * @throws IOException if the stream can't be written
   * @throws IllegalArgumentException if there is no Gram matrix, or one is empty
   */
  public static void write(List<Gram> grams, OutputStream out) throws IOException {
    Objects.requireNonNull(out, "out");
    if (Objects.requireNonNull(grams, "grams").isEmpty()
        || grams.stream().anyMatch(Gram::isEmpty)) {
      throw new IllegalArgumentException("expected Gram matrices of at least one sample");
    }
    NpzWriter npz = NpzWriter.stored(out);
    npz.add(FORMAT, List.of(VERSION));
    for (int g = 0; g < grams.size(); g++) {
      write(grams.get(g), g + "/", npz);
    }
    npz.finish();
  }

  private static void write(Gram gram, String prefix, NpzWriter npz) throws IOException {
    List<GramLayer> layers = gram.layers();
    int count = layers.size();
    npz.add(prefix + "precision", List.of(gram.precision().toString()));
    npz.add(prefix + "samples", new long[] {gram.samples()}, 1);
    npz.add(prefix + "dead_threshold", new double[] {gram.deadThreshold()}, 1);
    npz.add(prefix + "error", new double[] {gram.error()}, 1);
    npz.add(prefix + "names", layers.stream().map(GramLayer::name).toList());
    npz.add(
        prefix + "sources",
        layers.stream().map(layer -> String.join("\n", layer.sources())).toList());
    npz.add(prefix + "networks", layers.stream().mapToLong(GramLayer::network).toArray(), count);
    npz.add(prefix + "neurons", layers.stream().mapToLong(GramLayer::neurons).toArray(), count);
    npz.add(
        prefix + "roundoff",
        layers.stream().mapToDouble(GramLayer::storageRoundoff).toArray(),
        count);
    long[] masked = layers.stream().mapToLong(GramLayer::masked).toArray();
    if (Arrays.stream(masked).anyMatch(number -> number > 0)) {
      npz.add(prefix + "masked", masked, count);
    }
    for (int i = 0; i < count; i++) {
      GramLayer layer = layers.get(i);
      Moments moments = layer.moments();
      int neurons = layer.neurons();
      long[] axes = layer.sampleAxes().stream().mapToLong(Long::longValue).toArray();
      npz.add(prefix + "axes/" + i, axes, axes.length);
      npz.add(prefix + "sums/" + i, moments.scaledSums(), neurons);
      npz.add(prefix + "squares/" + i, moments.scaledSquares(), neurons);
      npz.add(prefix + "fourth_powers/" + i, moments.scaledFourthPowers(), neurons);
      npz.add(prefix + "active/" + i, moments.activeSamples(), neurons);
      npz.add(
          prefix + "scale/" + i,
          Arrays.stream(moments.scaleExponents()).asLongStream().toArray(),
          neurons);
      npz.add(prefix + "shift/" + i, moments.shifts(), neurons);
      Repetition seen = moments.repetition();
      long[] counts = {seen.looked(), seen.silent(), seen.commonest(), seen.key(), seen.distinct()};
      npz.add(prefix + "repetition/" + i, counts, counts.length);
    }
    if (gram instanceof GramMatrix matrix) {
      for (int i = 0; i < count; i++) {
        double[] own = matrix.block(new GramPair(i, i));
        npz.add(prefix + block(new GramPair(i, i)), own, own.length);
      }
      for (GramPair pair : matrix.pairs()) {
        npz.add(
            prefix + block(pair),
            matrix.block(pair),
            layers.get(pair.first()).neurons(),
            layers.get(pair.second()).neurons());
      }
    } else if (gram instanceof TriangularFactor factor) {
      int columns = factor.columns();
      npz.add(
          prefix + "factor",
          (row, target) -> {
            for (int j = 0; j < columns; j++) {
              target[j] = factor.get(row, j);
            }
          },
          factor.rows(),
          columns);
    }
    for (Map.Entry<GramPair, NormProducts> entry : gram.normProducts().entrySet()) {
      String pair = name(entry.getKey());
      NormProducts products = entry.getValue();
      double[] first = products.firstSums();
      double[] second = products.secondSums();
      npz.add(prefix + "norms/" + pair, new double[] {products.product()}, 1);
      npz.add(prefix + "norms_first/" + pair, first, first.length);
      npz.add(prefix + "norms_second/" + pair, second, second.length);
    }
  }

  private static String name(GramPair pair) {
    return pair.first() + "-" + pair.second();
  }

  private static String block(GramPair pair) {
    return "gram/" + name(pair);
  }

  /**
   * {@return whether a file claims to hold Gram matrices, in any version of the format}
   *
   * @param file the file
   */
  public static boolean isGramFile(ActivationFile file) {
    Objects.requireNonNull(file, "file");
    Set<String> names = new HashSet<>();
    for (StoredArray array : file.arrays()) {
      if (array instanceof NpyArray) {
        names.add(array.name());
      }
    }
    file.unusable().forEach(entry -> names.add(entry.name()));
    return names.contains(FORMAT) && names.stream().anyMatch(name -> name.startsWith("0/"));
  }

  /**
   * Reads a file.
   *
   * @param path the file
   * @return the matrices, at least one
   * @throws org.spanmatch.activations.ActivationsException if it can't be read or is damaged
   * @throws GramException if it holds no Gram matrices or has another version
   */
  public static List<Gram> read(Path path) {
    return read(ActivationFile.open(Objects.requireNonNull(path, "path")));
  }

  /**
   * Reads an opened file; see {@link #read(Path)}.
   *
   * @param opened an opened archive
   * @return the matrices, at least one
   */
  public static List<Gram> read(ActivationFile opened) {
    Objects.requireNonNull(opened, "opened");
    GramFile file;
    try {
      file = new GramFile(Objects.requireNonNull(opened, "opened"));
    } catch (IOException e) {
      throw new GramException(opened.path() + ": it can't be read: " + e.getMessage(), e);
    }
    file.requireFormat();
    List<Gram> grams = new ArrayList<>();
    while (file.arrays.containsKey(grams.size() + "/precision")) {
      grams.add(file.gram(grams.size() + "/"));
    }
    if (grams.isEmpty()) {
      throw file.problem("it holds no Gram matrix");
    }
    for (String name : file.arrays.keySet()) {
      Matcher matcher = OF_MATRIX.matcher(name);
      if (matcher.matches() && Long.parseLong(matcher.group(1)) >= grams.size()) {
        throw file.problem(
            "the array '" + grams.size() + "/precision' is missing, but there is '" + name + "'");
      }
    }
    return List.copyOf(grams);
  }

  private void requireFormat() {
    if (!arrays.containsKey(FORMAT)) {
      throw problem("it holds no Gram matrices, expected a file that 'spanmatch gram' has written");
    }
    List<String> format = texts(FORMAT, 1);
    if (!format.get(0).equals(VERSION)) {
      throw problem(
          format.get(0).startsWith(ANY_VERSION)
              ? "expected version "
                  + VERSION.substring(ANY_VERSION.length())
                  + " of the file format, found "
                  + format.get(0).substring(ANY_VERSION.length())
              : "it holds no Gram matrices, its format is '" + format.get(0) + "'");
    }
  }

  private GramException problem(String what) {
    return new GramException(path + ": " + what);
  }

  private NpyArray array(String name) {
    NpyArray array = arrays.get(name);
    if (array == null) {
      throw problem("the array '" + name + "' is missing");
    }
    return array;
  }

  /** Returns an array after checking its shape, before any memory is allocated for it. */
  private NpyArray array(String name, long elementBytes, long... shape) {
    NpyArray array = array(name);
    List<Long> expected = Arrays.stream(shape).boxed().toList();
    if (!array.shape().equals(expected)) {
      throw problem(
          "array '" + name + "': expected the shape " + expected + ", found " + array.shape());
    }
    long bytes = elementBytes;
    for (long size : shape) {
      bytes = size == 0 ? 0 : bytes > Long.MAX_VALUE / size ? Long.MAX_VALUE : bytes * size;
    }
    if (bytes > room || bytes / elementBytes > Integer.MAX_VALUE - 8) {
      throw problem(
          "array '"
              + name
              + "': its shape claims more than "
              + MOST_EXPANSION
              + " times what the file holds");
    }
    room -= bytes;
    return array;
  }

  private double[] doubles(String name, long... shape) {
    return array(name, Double.BYTES, shape).doubles();
  }

  private long[] longs(String name, long... shape) {
    return array(name, Long.BYTES, shape).longs();
  }

  private double number(String name) {
    return doubles(name, 1)[0];
  }

  private List<String> texts(String name, int count) {
    List<String> texts = array(name, 1, count).texts();
    long bytes = texts.stream().mapToLong(text -> (long) Character.BYTES * text.length()).sum();
    if (bytes > room) {
      throw problem("array '" + name + "': its text is longer than the file can hold");
    }
    room -= bytes;
    return texts;
  }

  private Gram gram(String prefix) {
    String precision = texts(prefix + "precision", 1).get(0);
    long samples = longs(prefix + "samples", 1)[0];
    double threshold = number(prefix + "dead_threshold");
    double error = number(prefix + "error");
    List<GramLayer> layers = layers(prefix);
    if (samples < 1) {
      throw problem("array '" + prefix + "samples': expected at least 1, found " + samples);
    }
    for (int i = 0; i < layers.size(); i++) {
      GramLayer layer = layers.get(i);
      if (product(layer.sampleAxes()) != samples) {
        throw problem(
            "array '"
                + prefix
                + "axes/"
                + i
                + "': expected sizes whose product is the number of samples, "
                + samples
                + ", found "
                + layer.sampleAxes());
      }
      requirePossible(prefix, i, layer, threshold);
    }
    try {
      if (precision.equals(Precision.HIGH.toString())) {
        return new TriangularFactor(
            layers, samples, threshold, error, factor(prefix, layers), products(prefix, layers));
      }
      if (precision.equals(Precision.STANDARD.toString())) {
        return new GramMatrix(
            layers, samples, threshold, error, blocks(prefix, layers), products(prefix, layers));
      }
    } catch (IllegalArgumentException e) {
      throw new GramException(
          path + ", matrix " + prefix.replace("/", "") + ": " + e.getMessage(), e);
    }
    throw problem(
        "array '" + prefix + "precision': expected standard or high, found '" + precision + "'");
  }

  private static long product(List<Long> axes) {
    long product = 1;
    for (long axis : axes) {
      if (axis < 0 || (axis > 0 && product > Long.MAX_VALUE / axis)) {
        return -1;
      }
      product *= axis;
    }
    return product;
  }

  private List<GramLayer> layers(String prefix) {
    List<Long> shape = array(prefix + "neurons").shape();
    if (shape.size() != 1 || shape.get(0) < 1 || shape.get(0) > MOST_LAYERS) {
      throw problem(
          "array '" + prefix + "neurons': expected a number per layer, found the shape " + shape);
    }
    int count = shape.get(0).intValue();
    long[] neurons = longs(prefix + "neurons", count);
    long[] networks = longs(prefix + "networks", count);
    double[] roundoffs = doubles(prefix + "roundoff", count);
    List<String> names = texts(prefix + "names", count);
    List<String> sources = texts(prefix + "sources", count);
    long[] masked =
        arrays.containsKey(prefix + "masked") ? longs(prefix + "masked", count) : new long[count];
    List<GramLayer> layers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requireCount(prefix + "neurons", i, neurons[i]);
      requireCount(prefix + "networks", i, networks[i]);
      if (masked[i] < 0) {
        throw problem(element(prefix + "masked", i) + "expected at least 0, found " + masked[i]);
      }
      if (!(roundoffs[i] >= 0 && roundoffs[i] < 1)) {
        throw problem(
            element(prefix + "roundoff", i)
                + "expected from 0 to less than 1, found "
                + roundoffs[i]);
      }
      layers.add(
          new GramLayer(
              (int) networks[i],
              names.get(i),
              sources.get(i).isEmpty() ? List.of() : List.of(sources.get(i).split("\n", -1)),
              axes(prefix + "axes/" + i),
              roundoffs[i],
              moments(prefix, i, (int) neurons[i]),
              masked[i]));
    }
    return layers;
  }

  private void requireCount(String name, int element, long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw problem(
          element(name, element) + "expected from 0 to " + Integer.MAX_VALUE + ", found " + value);
    }
  }

  private static String element(String name, int element) {
    return "array '" + name + "', element " + element + ": ";
  }

  private List<Long> axes(String name) {
    List<Long> shape = array(name).shape();
    if (shape.size() != 1 || shape.get(0) < 1 || shape.get(0) > 64) {
      throw problem("array '" + name + "': expected a number per axis, found the shape " + shape);
    }
    return Arrays.stream(longs(name, shape.get(0))).boxed().toList();
  }

  private Moments moments(String prefix, int layer, int neurons) {
    long[] exponents = longs(prefix + "scale/" + layer, neurons);
    for (int i = 0; i < neurons; i++) {
      if (exponents[i] < -Double.MAX_EXPONENT || exponents[i] > Double.MAX_EXPONENT) {
        throw problem(
            "array '"
                + prefix
                + "scale/"
                + layer
                + "', neuron "
                + i
                + ": expected an exponent of 2 from -1023 to 1023, found "
                + exponents[i]);
      }
    }
    Moments moments =
        new Moments(
            finite(prefix + "sums/" + layer, neurons),
            finite(prefix + "squares/" + layer, neurons),
            finite(prefix + "fourth_powers/" + layer, neurons),
            longs(prefix + "active/" + layer, neurons),
            Arrays.stream(exponents).mapToInt(exponent -> (int) exponent).toArray(),
            finite(prefix + "shift/" + layer, neurons));
    for (int i = 0; i < neurons; i++) {
      if (!(moments.norm(i) >= 0)) {
        throw problem(
            "array '"
                + prefix
                + "squares/"
                + layer
                + "', neuron "
                + i
                + ": expected at least 0, found a negative number");
      }
    }
    return moments.withRepetition(repetition(prefix + "repetition/" + layer));
  }

  private Repetition repetition(String name) {
    if (!arrays.containsKey(name)) {
      return Repetition.UNKNOWN;
    }
    long[] counts = longs(name, 5);
    try {
      return new Repetition(counts[0], counts[1], counts[2], counts[3], counts[4]);
    } catch (IllegalArgumentException e) {
      throw new GramException(path + ": array '" + name + "': " + e.getMessage(), e);
    }
  }

  /**
   * Checks that the sums of living neurons can be those of activations: |Σz| is at most √d·‖z‖, and
   * Σz⁴ at most ‖z‖⁴.
   */
  private void requirePossible(String prefix, int index, GramLayer layer, double threshold) {
    Moments moments = layer.moments();
    double[] sums = moments.scaledSums();
    double[] fourthPowers = moments.scaledFourthPowers();
    double[] norms = livingNorms(moments, threshold);
    for (int i = 0; i < norms.length; i++) {
      double square = norms[i] * norms[i] * (1 + NORM_ROUNDING);
      if (norms[i] > 0) {
        double largest = Math.sqrt(layer.samples() * square);
        requireRange(prefix + "sums/" + index, i, sums[i], -largest, largest);
        requireRange(prefix + "fourth_powers/" + index, i, fourthPowers[i], 0, square * square);
      }
    }
  }

  private void requireRange(String name, int element, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw problem(
          element(name, element)
              + "expected from "
              + least
              + " to "
              + most
              + " by the neuron's norm, found "
              + value);
    }
  }

  /** Reads numbers and checks that all are finite. */
  private double[] finite(String name, long... shape) {
    double[] values = doubles(name, shape);
    for (int i = 0; i < values.length; i++) {
      if (!(Math.abs(values[i]) <= Double.MAX_VALUE)) {
        throw problem(element(name, i) + "expected a finite number, found " + values[i]);
      }
    }
    return values;
  }

  private Map<GramPair, double[]> blocks(String prefix, List<GramLayer> layers) {
    Map<GramPair, double[]> blocks = new TreeMap<>();
    for (int i = 0; i < layers.size(); i++) {
      GramPair self = new GramPair(i, i);
      double[] triangle = finite(prefix + block(self), GramMatrix.blockSize(layers, self));
      requireSquares(prefix + block(self), layers.get(i).moments(), triangle);
      blocks.put(self, triangle);
      requirePossible(prefix, layers, self, triangle);
      for (int j = i + 1; j < layers.size(); j++) {
        GramPair pair = new GramPair(i, j);
        if (arrays.containsKey(prefix + block(pair))) {
          double[] rectangle =
              finite(prefix + block(pair), layers.get(i).neurons(), layers.get(j).neurons());
          requirePossible(prefix, layers, pair, rectangle);
          blocks.put(pair, rectangle);
        }
      }
    }
    return blocks;
  }

  /** Checks the inequality of Cauchy and Schwarz for neurons that live, with room for rounding. */
  private void requirePossible(
      String prefix, List<GramLayer> layers, GramPair pair, double[] block) {
    double threshold = number(prefix + "dead_threshold");
    double error = number(prefix + "error");
    double room = error >= 0 ? 1 + 2 * error + ROUNDING : Double.MAX_VALUE; // refused elsewhere
    double[] rows = livingNorms(layers.get(pair.first()).moments(), threshold);
    double[] columns = livingNorms(layers.get(pair.second()).moments(), threshold);
    boolean triangle = pair.first() == pair.second();
    int next = 0;
    for (int i = 0; i < rows.length; i++) {
      for (int j = triangle ? i : 0; j < columns.length; j++) {
        double largest = rows[i] * columns[j];
        if (largest > 0 && !(Math.abs(block[next]) <= largest * room)) {
          throw problem(
              "array '"
                  + prefix
                  + block(pair)
                  + "', neurons "
                  + i
                  + " and "
                  + j
                  + ": expected at most the product of their norms, "
                  + largest
                  + ", found "
                  + block[next]);
        }
        next++;
      }
    }
  }

  /** The norms in scaled units, 0 for dead neurons. */
  private static double[] livingNorms(Moments moments, double threshold) {
    double[] norms = moments.scaledSquares();
    Arrays.setAll(norms, i -> moments.norm(i) > threshold ? Math.sqrt(norms[i]) : 0);
    return norms;
  }

  /** Checks that the diagonal equals the squares, since a file holds the squared norms twice. */
  private void requireSquares(String name, Moments moments, double[] triangle) {
    double[] squares = moments.scaledSquares();
    for (int i = 0; i < squares.length; i++) {
      double diagonal = triangle[GramMatrix.triangleRow(squares.length, i) + i];
      if (diagonal != squares[i]) {
        throw problem(
            "array '"
                + name
                + "', neuron "
                + i
                + ": expected the square "
                + squares[i]
                + " on the diagonal, found "
                + diagonal);
      }
    }
  }

  /** Checks that a factor is triangular, and that its columns have the norms of living neurons. */
  private void requireFactor(String prefix, List<GramLayer> layers, double[] values, int columns) {
    double threshold = number(prefix + "dead_threshold");
    double[] squares = new double[columns];
    for (int place = 0; place < values.length; place++) {
      int row = place / columns;
      int column = place % columns;
      if (column < row && values[place] != 0) {
        throw problem(
            "array '"
                + prefix
                + "factor': expected 0 below the diagonal, found "
                + values[place]
                + " in row "
                + row);
      }
      squares[column] += values[place] * values[place];
    }
    int column = 0;
    for (GramLayer layer : layers) {
      for (double norm : livingNorms(layer.moments(), threshold)) {
        double found = Math.sqrt(squares[column]);
        if (norm > 0 && !(Math.abs(found - norm) <= NORM_ROUNDING * norm)) {
          throw problem(
              "array '"
                  + prefix
                  + "factor', column "
                  + column
                  + ": expected the norm "
                  + norm
                  + ", found "
                  + found);
        }
        column++;
      }
    }
  }

  private double[][] factor(String prefix, List<GramLayer> layers) {
    long columns = layers.stream().mapToLong(GramLayer::neurons).sum();
    String name = prefix + "factor";
    List<Long> shape = array(name).shape();
    long count = shape.isEmpty() ? columns : Math.min(columns, shape.get(0));
    double[] values = finite(name, count, columns);
    requireFactor(prefix, layers, values, (int) columns);
    double[][] rows = new double[(int) count][];
    Arrays.setAll(
        rows, i -> Arrays.copyOfRange(values, (int) (i * columns + i), (int) ((i + 1) * columns)));
    return rows;
  }

  private Map<GramPair, NormProducts> products(String prefix, List<GramLayer> layers) {
    Map<GramPair, NormProducts> products = new TreeMap<>();
    for (int i = 0; i < layers.size(); i++) {
      for (int j = i; j < layers.size(); j++) {
        String pair = i + "-" + j;
        if (arrays.containsKey(prefix + "norms/" + pair)) {
          double product = finite(prefix + "norms/" + pair, 1)[0];
          if (product < 0) {
            throw problem(
                "array '" + prefix + "norms/" + pair + "': expected at least 0, found " + product);
          }
          products.put(
              new GramPair(i, j),
              new NormProducts(
                  product,
                  finite(prefix + "norms_first/" + pair, layers.get(i).neurons()),
                  finite(prefix + "norms_second/" + pair, layers.get(j).neurons())));
        }
      }
    }
    return products;
  }
}
