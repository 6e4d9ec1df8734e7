package org.spanmatch.spark.rows;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.compare.LayerPairs.Pairing.Method;
import org.spanmatch.compare.LayerPairs.Pairing.Names;
import org.spanmatch.gram.Gram;
import org.spanmatch.kernel.KernelException;
import org.spanmatch.spark.gram.SparkFailure;
import org.spanmatch.spark.rows.KeyedRows.Network;

/** What keys and layers may be, and what is refused, with the sentence that says why. */
@Tag("once") // on one JDK: KeyedRowsTest reads rows on others
class RowContentsTest {
  private static final DataType FLOATS = DataTypes.createArrayType(DataTypes.FloatType);
  private static final DataType DOUBLES = DataTypes.createArrayType(DataTypes.DoubleType);
  private static final List<String> ID = List.of("id");
  private static final int SAMPLES = 9;

  private static SparkSession spark;
  private static volatile int first;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** Rows of a key and a layer. */
  private static Network network(
      String source, DataType keyType, Function<Integer, Object> key, DataType type, Object... fc) {
    StructType schema = new StructType().add("id", keyType).add("fc.1", type);
    List<Row> rows = new ArrayList<>();
    for (int sample = 0; sample < fc.length; sample++) {
      rows.add(RowFactory.create(key.apply(sample), fc[sample]));
    }
    return new Network(source, spark.createDataFrame(rows, schema));
  }

  private static Network network(String source, DataType type, Object... fc) {
    return network(source, DataTypes.IntegerType, sample -> sample, type, fc);
  }

  private static float[] xs(int sample) {
    return new float[] {sample, sample * sample};
  }

  private static float[] ys(int sample) {
    return new float[] {1, sample % 3, sample};
  }

  private static Object[] all(Function<Integer, Object> row) {
    Object[] rows = new Object[SAMPLES];
    for (int sample = 0; sample < SAMPLES; sample++) {
      rows[sample] = row.apply(sample);
    }
    return rows;
  }

  private static Network x() {
    return network("x", FLOATS, all(RowContentsTest::xs));
  }

  private static Network y() {
    return network("y", FLOATS, all(RowContentsTest::ys));
  }

  private static KeyedRows rows(Network x, Network y) {
    return KeyedRows.of(x, y, ID, layer -> true, Pairing.SAME);
  }

  /** Whole numbers, whose inner products are exact in any order. */
  private static void requireSums(KeyedRows rows) {
    assertEquals(SAMPLES, rows.samples());
    Gram gram = LocalSpark.sums(rows).get(0);
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        double expected = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
          expected += xs(sample)[i] * ys(sample)[j];
        }
        assertEquals(expected, gram.innerProduct(0, i, 1, j), "neurons " + i + " and " + j);
      }
    }
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return bytes.array();
  }

  @Test
  void integersOfAnyWidthAreEqualKeys() {
    Network y =
        network("y", DataTypes.LongType, sample -> (long) sample, FLOATS, all(RowContentsTest::ys));
    requireSums(rows(x(), y));
  }

  @Test
  void float64AndBytesOfFloat32AreLayers() {
    Network x = network("x", DOUBLES, all(sample -> doubles(xs(sample))));
    Network y = network("y", DataTypes.BinaryType, all(sample -> bytes(ys(sample))));
    requireSums(rows(x, y));
  }

  @Test
  void keysMayBeTextAndSeveralColumns() {
    Function<Integer, Object> name = sample -> "é" + sample / 2;
    Network x = network("x", DataTypes.StringType, name, FLOATS, all(RowContentsTest::xs));
    Network y = network("y", DataTypes.StringType, name, FLOATS, all(RowContentsTest::ys));
    // The first neuron of x counts samples, the last of y too.
    Network withToken = with(x, "token", col("`fc.1`").getItem(0).cast("int").mod(2));
    Network other = with(y, "token", col("`fc.1`").getItem(2).cast("long").mod(2));
    requireSums(
        KeyedRows.of(withToken, other, List.of("id", "token"), layer -> true, Pairing.SAME));
  }

  private static Network with(Network network, String name, Column column) {
    return new Network(network.source(), network.rows().withColumn(name, column));
  }

  @Test
  void rowsMayHoldBothNetworks() {
    Dataset<Row> y = y().rows().withColumnRenamed("fc.1", "Fc.1");
    Network both = new Network("both", x().rows().join(y, "id"));
    KeyedRows rows = KeyedRows.of(both, ID, List.of(new Names("fc.1", "Fc.1")));
    requireSums(rows);
  }

  @Test
  void pairsFollowTheOrderOfColumnsOrAreAll() {
    Network x = with(x(), "other", col("`fc.1`"));
    Network y = with(y(), "another", col("`fc.1`"));
    assertEquals(
        List.of("fc.1 fc.1", "other another"),
        names(KeyedRows.of(x, y, ID, layer -> true, new Pairing(Method.ORDER, List.of()))));
    assertEquals(
        List.of("fc.1 fc.1", "fc.1 another", "other fc.1", "other another"),
        names(KeyedRows.of(x, y, ID, layer -> true, new Pairing(Method.ALL, List.of()))));
  }

  private static List<String> names(KeyedRows rows) {
    return rows.pairs().stream().map(pair -> pair.x() + " " + pair.y()).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "if(id in (3, 5), id + 1, id) | y: expected every key once, found 2 in several rows, such"
            + " as id 4",
        "if(id > 6, null, id) | y: expected a key in every row, found null in 2 of them",
        "if(id > 6, id + 10, id) | x: expected the keys of y, 2 of them are missing, such as id 17",
        "id % 8 | y: expected every key once, found 1 in several rows, such as id 0",
      })
  void keysThatMakeNoPairsAreRefused(String key, String message) {
    Dataset<Row> rows = y().rows().selectExpr(key + " as id", "`fc.1`");
    requireRefused(message, () -> rows(x(), new Network("y", rows)));
  }

  @Test
  void rowsOfOneNetworkAloneAreRefused() {
    Network fewer = new Network("y", y().rows().where("id < 7"));
    requireRefused(
        "y: expected the keys of x, 2 of them are missing, such as id 7", () -> rows(x(), fewer));
    Network none = new Network("y", y().rows().where("id < 0"));
    requireRefused("y: expected at least one row, found none", () -> rows(x(), none));
  }

  @Test
  void columnsOfOtherTypesAreRefusedBeforeAnythingIsRead() {
    Network text = new Network("y", y().rows().withColumn("fc.1", col("id").cast("string")));
    requireRefused(
        "y, column 'fc.1': expected array<float>, array<double> or binary, which holds"
            + " little-endian float32, found string",
        () -> rows(x(), text));
    requireRefused(
        "y, column 'id': expected integers as in x, found string",
        () -> rows(x(), with(y(), "id", col("id").cast("string"))));
    requireRefused(
        "x, column 'id': expected integers or text as a key, found double",
        () -> rows(with(x(), "id", col("id").cast("double")), y()));
    requireRefused(
        "x: expected a column 'ID', found id (int), fc.1 (array<float>)",
        () -> KeyedRows.of(x(), y(), List.of("ID"), layer -> true, Pairing.SAME));
    requireRefused(
        "expected pairs of layers in columns of array<float> or array<double>, found in x: id"
            + " (int), fc.1 (array<float>); in y: id (int), fc (array<float>)",
        () -> rows(x(), new Network("y", y().rows().withColumnRenamed("fc.1", "fc"))));
    requireRefused(
        "pairs in order need equally many layers, but x has 1 and y has 2",
        () ->
            KeyedRows.of(
                x(),
                with(y(), "other", col("`fc.1`")),
                ID,
                layer -> true,
                new Pairing(Method.ORDER, List.of())));
  }

  @Test
  void rowsUnlikeTheFirstAreRefusedWithTheirKeys() {
    requireRefused(
        "y, column 'fc.1': expected 3 values in every row, as in the first one, found 2 values at"
            + " id 4, the first of 3 such rows among 9 looked at",
        changed(FLOATS, sample -> sample >= 4 && sample <= 6 ? xs(sample) : ys(sample)));
    requireRefused(
        "y, column 'fc.1': expected 3 values in every row, as in the first one, found null at id 7,"
            + " the only such row among 9 looked at",
        changed(FLOATS, sample -> sample == 7 ? null : ys(sample)));
    requireRefused(
        "y, column 'fc.1': expected 3 values in every row, as in the first one, found a null among"
            + " them at id 7, the only such row among 9 looked at",
        changed(FLOATS, sample -> sample == 7 ? new Float[] {1f, null, 2f} : ys(sample)));
    requireRefused(
        "y, column 'fc.1': expected 12 bytes in every row, as in the first one, found 8 bytes at id"
            + " 7, the only such row among 9 looked at",
        changed(DataTypes.BinaryType, sample -> bytes(sample == 7 ? xs(sample) : ys(sample))));
    requireRefused(
        "y, column 'fc.1': expected values in every row, found null at id 0",
        changed(FLOATS, sample -> sample == 0 ? null : ys(sample)));
    requireRefused(
        "y, column 'fc.1': expected float32 values of 4 bytes, found 5 bytes at id 0",
        changed(DataTypes.BinaryType, sample -> new byte[5]));
    requireRefused(
        "y, layer 'fc.1': neuron 1 is NaN at id 7, expected finite activations",
        changed(FLOATS, sample -> sample == 7 ? new float[] {1, Float.NaN, 2} : ys(sample)));
  }

  private static Executable changed(DataType type, Function<Integer, Object> row) {
    return () -> LocalSpark.sums(rows(x(), network("y", type, all(row))));
  }

  @Test
  void rowsThatChangeWhileTheyAreReadAreRefused() {
    first = 0;
    KeyedRows fewer = rows(x(), changing(y()));
    KeyedRows bothFewer = rows(changing(x()), changing(y()));
    first = 2;
    requireRefused(
        "y: expected the rows whose keys were checked, found none with id 0 when they were read"
            + " again",
        () -> LocalSpark.sums(fewer));
    requireRefused(
        "x and y: expected the 9 samples whose keys were checked, found 7 when they were read"
            + " again",
        () -> LocalSpark.sums(bothFewer));
  }

  /** Without the rows that come before {@link #first} when they are computed. */
  private static Network changing(Network network) {
    JavaRDD<Row> rows = network.rows().toJavaRDD().filter(row -> row.getInt(0) >= first);
    return new Network(network.source(), spark.createDataFrame(rows, network.rows().schema()));
  }

  @Test
  void otherFilesThanParquetAreRefused(@TempDir Path folder) throws IOException {
    Path text = Files.writeString(folder.resolve("a.parquet"), "id,fc");
    requireRefused(
        text + ": expected Parquet files, found: ",
        () -> Network.parquet(spark, List.of(text.toString())));
    requireRefused(
        folder + "/b.parquet: no such file or folder",
        () -> Network.parquet(spark, List.of(folder + "/b.parquet")));
    Path empty = Files.createDirectory(folder.resolve("c"));
    requireRefused(
        empty + ": expected Parquet files, found: ",
        () -> Network.parquet(spark, List.of(empty.toString())));
  }

  @Test
  void filesOfOtherTypesFailInOneSentence(@TempDir Path folder) {
    String first = folder + "/1.parquet";
    String second = folder + "/2.parquet";
    x().rows().where("id < 5").write().parquet(first);
    x().rows()
        .where("id >= 5")
        .withColumn("fc.1", col("id").cast("string"))
        .write()
        .parquet(second);
    Network mixed =
        new Network("x", spark.read().schema(x().rows().schema()).parquet(first, second));
    KeyedRows rows = rows(mixed, y());
    KernelException thrown =
        assertThrows(KernelException.Failed.class, () -> LocalSpark.sums(rows));
    assertEquals(1, thrown.getMessage().lines().count());
    assertTrue(thrown.getMessage().contains("2.parquet"), thrown.getMessage());
  }

  private static void requireRefused(String message, Executable call) {
    Throwable thrown = assertThrows(Exception.class, call);
    ActivationsException cause =
        assertInstanceOf(ActivationsException.class, SparkFailure.cause(thrown));
    if (message.endsWith(": ")) {
      assertTrue(cause.getMessage().startsWith(message), cause.getMessage());
    } else {
      assertEquals(message, cause.getMessage());
    }
  }
}
