package org.spanmatch.kernel.cuda.gram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ElementType;
import org.spanmatch.kernel.cuda.Cudas;
import org.spanmatch.kernel.cuda.driver.Allocations;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;

/** Inner products by slices, against exact ones: the error is at most the bound. */
class SlicedProductTest {
  private static final Slicing USUAL = Slicing.of(ElementType.FLOAT64);

  private Device device;

  @BeforeEach
  void open() {
    device = Cudas.openDevice();
  }

  @AfterEach
  void close() {
    if (device != null) {
      device.close();
    }
  }

  /** Samples of some neurons, by neuron. */
  private static double[][] vectors(int neurons, int samples, DoubleSupplier values) {
    double[][] vectors = new double[neurons][samples];
    for (double[] vector : vectors) {
      Arrays.setAll(vector, i -> values.getAsDouble());
    }
    return vectors;
  }

  /** Rows of a Gram matrix from a column on, as a strip has them, summed up in panels. */
  private double[][] gram(Slicing slicing, double[][] vectors, int first, int rows, int panel) {
    int neurons = vectors.length;
    int samples = vectors[0].length;
    int columns = neurons - first;
    return device.call(
        () -> {
          try (Allocations room = device.allocations()) {
            DeviceMemory values = room.doubles((long) rows * columns);
            device.clear(values);
            DeviceMemory samplesOfPanel = room.doubles((long) panel * neurons);
            PanelProduct product =
                new SlicedProduct(
                    device,
                    room,
                    slicing,
                    neurons,
                    new PanelProduct.Target(values, first, rows),
                    Math.min(panel, samples));
            for (int from = 0; from < samples; from += panel) {
              int start = from;
              int count = Math.min(panel, samples - from);
              double[] block = new double[panel * neurons];
              Arrays.setAll(
                  block,
                  i ->
                      i / neurons < count
                          ? vectors[i % neurons][start + i / neurons]
                          : Double.NaN); // must not be read
              device.transfers().upload(block, samplesOfPanel);
              product.add(samplesOfPanel, count);
            }
            double[] all = device.transfers().download(values, 0, rows * columns);
            double[][] found = new double[rows][];
            for (int i = 0; i < rows; i++) {
              found[i] = Arrays.copyOfRange(all, i * columns + i, (i + 1) * columns);
            }
            return found;
          }
        });
  }

  private static BigDecimal product(double[] a, double[] b) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < a.length; i++) {
      if (a[i] != 0 && b[i] != 0) {
        sum = sum.add(new BigDecimal(a[i]).multiply(new BigDecimal(b[i])));
      }
    }
    return sum;
  }

  /** Asserts the bound for all elements, and returns the largest error in parts of it. */
  private double assertWithinBound(Slicing slicing, double[][] vectors, int panel) {
    double[][] found = gram(slicing, vectors, 0, vectors.length, panel);
    BigDecimal[] squares =
        Arrays.stream(vectors).map(v -> product(v, v)).toArray(BigDecimal[]::new);
    double bound = slicing.error(vectors[0].length, panel);
    double largest = 0;
    for (int i = 0; i < vectors.length; i++) {
      for (int j = i; j < vectors.length; j++) {
        BigDecimal error =
            new BigDecimal(found[i][j - i]).subtract(product(vectors[i], vectors[j])).abs();
        BigDecimal norms = squares[i].multiply(squares[j]).sqrt(MathContext.DECIMAL64);
        if (norms.signum() == 0) {
          assertEquals(0, error.signum());
          continue;
        }
        double relative = error.divide(norms, MathContext.DECIMAL64).doubleValue();
        assertTrue(relative <= bound, i + ", " + j + ": " + relative + " > " + bound);
        largest = Math.max(largest, relative / bound);
      }
    }
    return largest;
  }

  /** Sizes around multiples of 16, panels, and what a block of threads takes. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 2048",
    "1, 5, 2048",
    "3, 2, 128",
    "16, 16, 16",
    "17, 15, 128",
    "31, 129, 128",
    "40, 300, 128",
    "33, 130, 64",
    "5, 5000, 2048",
    "5, 5000, 4096"
  })
  void anySize(int neurons, int samples, int panel) {
    SplittableRandom random = new SplittableRandom(neurons);
    assertWithinBound(USUAL, vectors(neurons, samples, () -> random.nextDouble(-1, 1)), panel);
  }

  /** With few samples the bound is a few roundings, and no slice can be spared. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void fewSamplesNeedEverySlice(int samples) {
    SplittableRandom random = new SplittableRandom(samples);
    double[][] vectors = vectors(40, samples, () -> random.nextDouble(-1, 1));
    double largest = assertWithinBound(USUAL, vectors, 2048);
    assertTrue(largest > 0.1, "the bound is not far off: " + largest);
    double[][] coarse = gram(new Slicing(6, false), vectors, 0, 40, 2048);
    double bound = USUAL.error(samples, 2048);
    double worst = 0;
    for (int i = 0; i < 40; i++) {
      double exact = product(vectors[i], vectors[i]).doubleValue();
      worst = Math.max(worst, Math.abs(coarse[i][0] - exact) / exact);
    }
    assertTrue(worst > bound, "without the last slice it does not hold: " + worst);
  }

  /** Digits of which the products in the last group add up: it can't be spared either. */
  @Test
  void theLastGroupCounts() {
    double value = 65;
    for (int digit = 2; digit <= 7; digit++) {
      value = value * 256 - 128;
    }
    double[][] vectors = {{value}};
    assertWithinBound(USUAL, vectors, 2048);
    double lastGroup = 6 * 0x1p14 * Math.pow(256, 14 - 9);
    assertTrue(lastGroup / (value * value) > USUAL.error(1, 2048));
  }

  /** Neurons of any scale, and samples of any scale within a neuron. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 30, 60, 200})
  void scalesWithinNeuronsAndBetweenThem(int digits) {
    SplittableRandom random = new SplittableRandom(digits);
    double[][] vectors =
        vectors(
            20, 300, () -> random.nextDouble(-1, 1) * Math.pow(10, -random.nextDouble() * digits));
    for (int i = 0; i < vectors.length; i++) {
      double scale = Math.scalb(1.0, random.nextInt(-150, 150));
      vectors[i] = Arrays.stream(vectors[i]).map(value -> value * scale).toArray();
    }
    assertWithinBound(USUAL, vectors, 128);
  }

  /** One large sample, on which the exponent depends, beside many that fill the lower digits. */
  @Test
  void outliers() {
    SplittableRandom random = new SplittableRandom(1);
    double[][] vectors = vectors(20, 2048, () -> random.nextDouble(-1, 1) / 256);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i][random.nextInt(2048)] = i % 2 == 0 ? 1 : 127 / 128.0;
    }
    assertWithinBound(USUAL, vectors, 2048);
  }

  /**
   * Samples that lie halfway between two integers of the last digit, or are carried from digit to
   * digit, next to the largest number of an exponent and the smallest one of the next.
   */
  @Test
  void boundariesOfDigits() {
    double[] largest = {Math.nextDown(127 / 64.0), 127 / 64.0};
    long[] integers = {
      0x7f7f7f7f7fL, 0x8080808080L, 0x7fffffffffL, 0x8000000000L, 127, 128, 255, 0
    };
    int last = 8 * Slicing.MOST_SLICES - 2; // bits behind the point, with the exponent 1
    double[][] vectors = new double[2 * largest.length][64];
    for (int i = 0; i < vectors.length; i++) {
      double most = largest[i % 2];
      int sign = i < 2 ? 1 : -1;
      Arrays.setAll(
          vectors[i],
          k -> {
            double half = k % 2 == 0 ? 0.5 : -0.5;
            double size = Math.scalb(integers[k % 8] + half, -last);
            return k == 9 ? most : (k / 8 % 2 == 0 ? 1 : sign) * size;
          });
    }
    assertWithinBound(USUAL, vectors, 2048);
    // Without the large sample, rounding is no longer small beside what is left.
    for (double[] vector : vectors) {
      vector[9] = Math.scalb(127.5, -last);
    }
    assertWithinBound(USUAL, vectors, 2048);
  }

  @Test
  void cancellingConstantAndSilentNeurons() {
    SplittableRandom random = new SplittableRandom(1);
    double[] noise = random.doubles(400, -1, 1).toArray();
    double[][] vectors = new double[8][400];
    Arrays.setAll(vectors[0], i -> noise[i / 2] * (i % 2 == 0 ? 1 : -1));
    Arrays.setAll(vectors[1], i -> noise[i / 2]); // orthogonal to it
    Arrays.fill(vectors[2], 0.1);
    Arrays.setAll(vectors[3], i -> 0.1 + 1e-9 * noise[i]);
    vectors[5] = vectors[3].clone();
    vectors[6][7] = -3; // in one panel only; the fifth one has nothing at all
    Arrays.setAll(vectors[7], i -> i % 3 == 0 ? Double.MIN_VALUE * i : 1e-300 * noise[i]);
    double[][] found = gram(USUAL, vectors, 0, 7, 128);
    assertWithinBound(USUAL, Arrays.copyOf(vectors, 7), 128);
    assertEquals(found[3][0], found[3][2], "copies have one and the same product");
    assertEquals(found[3][0], found[5][0]);
  }

  /** What float64 holds as a subnormal number is an integer times a power of two like any other. */
  @Test
  void subnormalNumbers() {
    SplittableRandom random = new SplittableRandom(1);
    double[][] vectors = vectors(6, 20, () -> Double.MIN_VALUE * random.nextInt(-9, 10));
    for (int i = 3; i < 6; i++) {
      // so large that products are normal numbers
      vectors[i] = random.doubles(20, -0x1p1000, 0x1p1000).toArray();
    }
    double[][] found = gram(USUAL, vectors, 0, 6, 128);
    for (int i = 0; i < 3; i++) {
      for (int j = 3; j < 6; j++) {
        double exact = product(vectors[i], vectors[j]).doubleValue();
        double norms = norm(vectors[i]) * norm(vectors[j]);
        assertEquals(exact, found[i][j - i], USUAL.error(20, 128) * norms);
      }
    }
  }

  private static double norm(double[] vector) {
    return product(vector, vector).sqrt(MathContext.DECIMAL64).doubleValue();
  }

  /** More than the 2¹⁷ products of two bytes that a 32-bit integer could hold. */
  @Test
  void manyChunks() {
    double[][] vectors = new double[2][140_000];
    Arrays.fill(vectors[0], -127 / 128.0);
    SplittableRandom random = new SplittableRandom(1);
    Arrays.setAll(vectors[1], i -> random.nextDouble());
    assertWithinBound(USUAL, vectors, 2048);
  }

  /** The extremes of a type need all its slices, and no more: one rounding of the sum is left. */
  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"BFLOAT16", "FLOAT32", "FLOAT64", "INT64", "UINT64"},
      mode = EnumSource.Mode.EXCLUDE)
  void shortTypesAreExact(ElementType type) {
    double[] extremes =
        switch (type) {
          case BOOL -> new double[] {0, 1};
          case INT8 -> new double[] {-128, 127, 1, -1};
          case UINT8 -> new double[] {255, 1, 254, 128};
          case INT16 -> new double[] {-32768, 32767, 1, 255};
          case UINT16 -> new double[] {65535, 1, 32769, 128};
          case INT32 -> new double[] {Integer.MIN_VALUE, Integer.MAX_VALUE, 1, -12345};
          case UINT32 -> new double[] {4294967295.0, 1, 2147483649.0, 128};
          default -> new double[] {65504, 0x1p-24, -1.0009765625, 1023 * 0x1p-24};
        };
    SplittableRandom random = new SplittableRandom(1);
    double[][] vectors = vectors(10, 12, () -> extremes[random.nextInt(extremes.length)]);
    Slicing slicing = Slicing.of(type);
    assertTrue(slicing.exact());
    double[][] found = gram(slicing, vectors, 0, 10, 16);
    double dropped = slicing.error(12, 16) - 2 * 0x1p-53;
    for (int i = 0; i < 10; i++) {
      for (int j = i; j < 10; j++) {
        double exact = product(vectors[i], vectors[j]).doubleValue();
        double norms = norm(vectors[i]) * norm(vectors[j]);
        double allowed = Math.ulp(exact) / 2 + dropped * norms;
        assertEquals(exact, found[i][j - i], allowed, i + ", " + j);
      }
    }
  }

  /** The same bits whatever rows are computed together, and for more rows than a block has. */
  @Test
  void stripsAreRowsOfTheWhole() {
    SplittableRandom random = new SplittableRandom(1);
    int neurons = SlicedProduct.BLOCK + 40;
    double[][] vectors = vectors(neurons, 5, () -> random.nextDouble(-1, 1));
    double[][] whole = gram(USUAL, vectors, 0, neurons, 16);
    for (int first :
        new int[] {0, 3, SlicedProduct.BLOCK - 9, SlicedProduct.BLOCK + 1, neurons - 1}) {
      int rows = Math.min(30, neurons - first);
      double[][] strip = gram(USUAL, vectors, first, rows, 16);
      for (int i = 0; i < rows; i++) {
        assertEquals(0, Arrays.compare(whole[first + i], strip[i]), "row " + (first + i));
      }
    }
    for (int i : new int[] {0, SlicedProduct.BLOCK - 1, SlicedProduct.BLOCK, neurons - 1}) {
      for (int j = i; j < neurons; j += 7) {
        double exact = product(vectors[i], vectors[j]).doubleValue();
        double norms = norm(vectors[i]) * norm(vectors[j]);
        assertEquals(exact, whole[i][j - i], USUAL.error(5, 16) * norms);
      }
    }
  }

  /** What is not finite must not look as if it were. */
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void whatIsNotFiniteStaysSo(double value) {
    SplittableRandom random = new SplittableRandom(1);
    double[][] vectors = vectors(5, 200, () -> random.nextDouble(-1, 1));
    vectors[2][150] = value;
    double[][] found = gram(USUAL, vectors, 0, 5, 128);
    for (int i = 0; i < 5; i++) {
      for (int j = i; j < 5; j++) {
        assertEquals(i != 2 && j != 2, Double.isFinite(found[i][j - i]), i + ", " + j);
      }
    }
  }

  /** As with float64, where the square of a neuron overflows. */
  @Test
  void overflowIsNotFinite() {
    double[][] vectors = {{Double.MAX_VALUE, 1, 2}, {1, 2, 3}};
    double[][] found = gram(USUAL, vectors, 0, 2, 128);
    assertTrue(!(found[0][0] < 1e300), "square of the largest number: " + found[0][0]);
    assertEquals(14, found[1][0], 1e-14);
  }

  /** A GPU hands out megabytes, and loads code there too. */
  @ParameterizedTest
  @CsvSource({"1, 1", "17, 100", "500, 1", "500, 3000", "3000, 100", "3000, 3000"})
  void theEstimateOfMemoryCoversIt(int neurons, int samples) {
    assumeTrue(Cudas.isStandIn(), "skipped on a GPU, where less than a megabyte can't be seen");
    long used =
        device.call(
            () -> {
              try (Allocations room = device.allocations()) {
                DeviceMemory values = room.doubles(1);
                long before = device.freeBytes();
                new SlicedProduct(
                    device,
                    room,
                    USUAL,
                    neurons,
                    new PanelProduct.Target(values, 0, neurons),
                    samples);
                return before - device.freeBytes();
              }
            });
    double estimate = SlicedProduct.bytes(neurons, neurons, samples);
    // The stand-in rounds each allocation up to 256 bytes.
    assertTrue(used <= estimate + 6 * 256, used + " of " + estimate);
  }
}
