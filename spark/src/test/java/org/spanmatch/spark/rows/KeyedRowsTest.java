package org.spanmatch.spark.rows;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.TestData;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.format.ActivationFile;
import org.spanmatch.compare.LayerPair;
import org.spanmatch.compare.LayerPairs;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramFile;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.KernelOptions;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.SampleRows;
import org.spanmatch.kernel.selection.Kernels;
import org.spanmatch.match.MatchSpectrum;
import org.spanmatch.match.MaximumMatch;
import org.spanmatch.spark.rows.KeyedRows.Network;

/** Layers of two networks trained on CIFAR-10, written as Parquet. */
class KeyedRowsTest {
  private static final List<String> LAYERS =
      List.of("classifier.1", "classifier.3", "classifier.4");
  private static final long SEED = 5;

  @TempDir static Path folder;
  private static SparkSession spark;
  private static List<LayerPair.OfActivations> layers;
  private static byte[] bits;

  @BeforeAll
  static void writeRows() {
    layers =
        LayerPairs.of(
                ActivationFile.open(TestData.shared("cifar-vgg/x.npz")),
                ActivationFile.open(TestData.shared("cifar-vgg/y.npz")),
                LAYERS::contains,
                List.of())
            .pairs();
    spark = LocalSpark.start();
    write("x", layers.stream().map(LayerPair.OfActivations::x).toList(), 3);
    write("y", layers.stream().map(LayerPair.OfActivations::y).toList(), 2);
  }

  @AfterAll
  static void stop() {
    if (spark != null) {
      spark.stop();
    }
  }

  /** Writes rows in a random order. */
  private static void write(String name, List<Layer> columns, int files) {
    StructType type = new StructType().add("id", DataTypes.LongType);
    for (Layer layer : columns) {
      type = type.add(layer.name(), new ArrayType(DataTypes.FloatType, true));
    }
    List<Row> rows = new ArrayList<>();
    List<float[][]> values = columns.stream().map(KeyedRowsTest::values).toList();
    for (int sample = 0; sample < values.get(0).length; sample++) {
      List<Object> row = new ArrayList<>(List.of((long) sample));
      for (float[][] layer : values) {
        row.add(layer[sample]);
      }
      rows.add(RowFactory.create(row.toArray()));
    }
    Collections.shuffle(rows, new Random(SEED + files));
    spark
        .createDataFrame(rows, type)
        .repartition(files)
        .write()
        .mode(SaveMode.ErrorIfExists)
        .parquet(path(name));
  }

  private static float[][] values(Layer layer) {
    float[][] values = new float[(int) layer.samples()][layer.neurons()];
    double[] row = new double[layer.neurons()];
    try (SampleRows rows = new SampleRows(layer)) {
      for (float[] sample : values) {
        rows.read(row, 1);
        for (int i = 0; i < row.length; i++) {
          sample[i] = (float) row[i];
        }
      }
    }
    return values;
  }

  private static String path(String name) {
    return folder.resolve(name + ".parquet").toString();
  }

  private static Network network(String name) {
    return Network.parquet(spark, List.of(path(name)));
  }

  private static KeyedRows rows(Network x, Network y) {
    return KeyedRows.of(x, y, List.of("id"), layer -> true, Pairing.SAME);
  }

  @Test
  void distancesLevelsAndSetsAreThoseOfOneMachine() {
    KeyedRows rows = rows(network("x"), network("y"));
    assertEquals(layers.get(0).samples(), rows.samples());
    List<Gram> grams = LocalSpark.sums(rows);
    try (ProjectionKernel kernel = Kernels.open("java", new KernelOptions(2))) {
      for (int pair = 0; pair < layers.size(); pair++) {
        assertEquals(LAYERS.get(pair), rows.pairs().get(pair).x());
        LayerPair.OfActivations one = layers.get(pair);
        try (ProjectionTable found = kernel.table(grams.get(pair), 0, 1);
            ProjectionTable expected = kernel.compress(one.x(), one.y(), GramOptions.defaults())) {
          requireClose(expected.distances(Group.X), found.distances(Group.X));
          requireClose(expected.distances(Group.Y), found.distances(Group.Y));
          MatchSpectrum expectedLevels = MatchSpectrum.of(expected);
          MatchSpectrum levels = MatchSpectrum.of(found);
          requireClose(expectedLevels, levels, Group.X);
          requireClose(expectedLevels, levels, Group.Y);
          assertEquals(
              MaximumMatch.find(expected, 0, 0.15, 0.3, 0.5).toString(),
              MaximumMatch.find(found, 0, 0.15, 0.3, 0.5).toString());
        }
      }
    }
  }

  private static void requireClose(MatchSpectrum expected, MatchSpectrum found, Group group) {
    for (int neuron = 0; neuron < expected.levels(group).length; neuron++) {
      assertEquals(
          expected.level(group, neuron).orElse(-1),
          found.level(group, neuron).orElse(-1),
          expected.levelError(group, neuron) + found.levelError(group, neuron),
          group + " " + neuron);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, true, 1", "7, false, 8"})
  void partitionsAndAdaptiveExecutionLeaveTheBits(int partitions, boolean adaptive, int shuffled)
      throws IOException {
    SparkSession other = spark.newSession();
    other.conf().set("spark.sql.adaptive.enabled", adaptive);
    other.conf().set("spark.sql.shuffle.partitions", shuffled);
    Dataset<Row> x = other.read().parquet(path("x")).repartition(partitions);
    Dataset<Row> y = other.read().parquet(path("y"));
    byte[] found =
        bits(
            new Network("x", x),
            new Network("y", y.repartition(partitions).withColumn("id", col("id").cast("int"))));
    assertArrayEquals(expectedBits(), found);
  }

  private static byte[] expectedBits() throws IOException {
    if (bits == null) {
      bits = bits(new Network("x", network("x").rows()), new Network("y", network("y").rows()));
    }
    return bits;
  }

  private static byte[] bits(Network x, Network y) throws IOException {
    KeyedRows rows =
        KeyedRows.of(x, y, List.of("id"), layer -> !layer.equals(LAYERS.get(0)), Pairing.SAME);
    assertEquals(List.of(2, 4), rows.runs());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    GramFile.write(LocalSpark.sums(rows), bytes);
    return bytes.toByteArray();
  }

  private static void requireClose(Distances expected, Distances found) {
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(
          expected.distance(i),
          found.distance(i),
          expected.errorBound(i) + found.errorBound(i),
          "neuron " + expected.neuron(i));
    }
  }
}
