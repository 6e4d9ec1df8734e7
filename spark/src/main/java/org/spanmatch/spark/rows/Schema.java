package org.spanmatch.spark.rows;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.compare.LayerPairs.Pairing.Names;
import org.spanmatch.spark.rows.KeyedRows.Network;
import org.spanmatch.spark.rows.Samples.Positions;

/**
 * The columns of one or two sources of rows that are needed.
 *
 * @param networks where the rows are
 * @param key their key
 * @param layers for each of them, the columns that hold layers
 * @param pairs the positions of the layers to compare, those of the second source counted on
 */
record Schema(
    List<Network> networks, Key key, List<List<LayerColumn>> layers, List<Positions> pairs) {
  static final String SOURCE = "source";

  private static final Set<DataType> INTEGERS =
      Set.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);

  /** Finds columns by their names, and checks their types. */
  static Schema of(List<Network> networks, List<String> key, List<Names> pairs) {
    List<Key.Part> parts = key.stream().map(name -> part(networks, name)).toList();
    Network x = networks.get(0);
    Network y = networks.get(networks.size() - 1);
    List<LayerColumn> xs = distinct(x, pairs.stream().map(Names::x));
    List<LayerColumn> ys = distinct(y, pairs.stream().map(Names::y));
    List<LayerColumn> all = Stream.concat(xs.stream(), ys.stream()).toList();
    List<Positions> positions = new ArrayList<>();
    for (Names pair : pairs) {
      positions.add(
          new Positions(
              xs.indexOf(layer(x, pair.x())), xs.size() + ys.indexOf(layer(y, pair.y()))));
    }
    return new Schema(
        networks, new Key(parts), networks.size() == 1 ? List.of(all) : List.of(xs, ys), positions);
  }

  /**
   * The names of the layers of two networks that make pairs. Unless they are chosen, all arrays of
   * floating-point numbers are layers.
   */
  static List<Names> pairs(Network x, Network y, Predicate<String> layers, Pairing pairing) {
    List<String> xs = names(x, layers);
    List<String> ys = names(y, layers);
    List<Names> pairs =
        switch (pairing.method()) {
          case SAME -> same(x, y, layers);
          case ORDER -> inOrder(x, xs, y, ys);
          case ALL ->
              xs.stream().flatMap(one -> ys.stream().map(other -> new Names(one, other))).toList();
          case CHOSEN -> pairing.chosen();
        };
    if (pairs.isEmpty()) {
      throw new ActivationsException(
          "expected pairs of layers in columns of array<float> or array<double>, found in "
              + x.source()
              + ": "
              + columns(x)
              + "; in "
              + y.source()
              + ": "
              + columns(y));
    }
    return pairs;
  }

  private static List<String> names(Network network, Predicate<String> layers) {
    return Arrays.stream(network.rows().schema().fields())
        .filter(field -> LayerColumn.isArray(field.dataType()))
        .map(StructField::name)
        .filter(layers)
        .toList();
  }

  /** A layer of either network whose column has a partner of any type, which is checked later. */
  private static List<Names> same(Network x, Network y, Predicate<String> layers) {
    return Stream.concat(names(x, layers).stream(), names(y, layers).stream())
        .distinct()
        .filter(name -> find(x, name).isPresent() && find(y, name).isPresent())
        .map(name -> new Names(name, name))
        .toList();
  }

  private static List<Names> inOrder(Network x, List<String> xs, Network y, List<String> ys) {
    if (xs.size() != ys.size()) {
      throw new ActivationsException(
          "pairs in order need equally many layers, but "
              + x.source()
              + " has "
              + xs.size()
              + " and "
              + y.source()
              + " has "
              + ys.size());
    }
    return IntStream.range(0, xs.size()).mapToObj(i -> new Names(xs.get(i), ys.get(i))).toList();
  }

  private static List<LayerColumn> distinct(Network network, Stream<String> names) {
    return names.distinct().map(name -> layer(network, name)).toList();
  }

  private static LayerColumn layer(Network network, String name) {
    DataType type = required(network, name).dataType();
    return new LayerColumn(network.source(), name, type).required();
  }

  /** A column that has integers in all networks, or text in all. */
  private static Key.Part part(List<Network> networks, String name) {
    boolean isText = required(networks.get(0), name).dataType().equals(DataTypes.StringType);
    for (Network network : networks) {
      DataType type = required(network, name).dataType();
      boolean isFirst = network == networks.get(0);
      boolean fits = isText ? type.equals(DataTypes.StringType) : INTEGERS.contains(type);
      if (!fits) {
        throw new ActivationsException(
            network.source()
                + ", column '"
                + name
                + "': expected "
                + (isFirst ? "integers or text" : isText ? "text" : "integers")
                + " as "
                + (isFirst ? "a key" : "in " + networks.get(0).source())
                + ", found "
                + type.catalogString());
      }
    }
    return new Key.Part(name, isText);
  }

  private static StructField required(Network network, String name) {
    return find(network, name)
        .orElseThrow(
            () ->
                new ActivationsException(
                    network.source()
                        + ": expected a column '"
                        + name
                        + "', found "
                        + columns(network)));
  }

  /** A column by its exact name: names of layers have dots, and may differ in their case alone. */
  private static Optional<StructField> find(Network network, String name) {
    return Arrays.stream(network.rows().schema().fields())
        .filter(field -> field.name().equals(name))
        .findFirst();
  }

  private static String columns(Network network) {
    return Arrays.stream(network.rows().schema().fields())
        .map(field -> field.name() + " (" + field.dataType().catalogString() + ")")
        .collect(Collectors.joining(", "));
  }

  List<String> sources() {
    return networks.stream().map(Network::source).toList();
  }

  /** Looks at the first row of each source. */
  Samples layout() {
    List<Integer> neurons = new ArrayList<>();
    List<Integer> firstLayers = new ArrayList<>();
    for (int source = 0; source < networks.size(); source++) {
      firstLayers.add(neurons.size());
      neurons.addAll(neurons(source));
    }
    List<LayerColumn> all = layers.stream().flatMap(List::stream).toList();
    return new Samples(key, all, neurons, firstLayers, pairs);
  }

  private List<Integer> neurons(int source) {
    List<Column> columns = new ArrayList<>(keys(source));
    for (LayerColumn layer : layers.get(source)) {
      columns.add(layer.lengths(column(source, layer.name())));
    }
    List<Row> rows = renamed(source).select(columns.toArray(Column[]::new)).takeAsList(1);
    if (rows.isEmpty()) {
      throw new ActivationsException(
          networks.get(source).source() + ": expected at least one row, found none");
    }
    int keys = key.parts().size();
    List<Object> first = IntStream.range(0, keys).mapToObj(rows.get(0)::get).toList();
    List<Integer> neurons = new ArrayList<>();
    for (LayerColumn layer : layers.get(source)) {
      int length = rows.get(0).getInt(keys + neurons.size());
      neurons.add(layer.neurons(length, key.name(first)));
    }
    return neurons;
  }

  /** The rows of all sources with the columns source, those of the key, and those of all layers. */
  Dataset<Row> union() {
    Dataset<Row> union = keyed(0);
    for (int source = 1; source < networks.size(); source++) {
      union = union.unionAll(keyed(source));
    }
    return union;
  }

  private Dataset<Row> keyed(int source) {
    List<Column> columns = new ArrayList<>();
    columns.add(lit(source).as(SOURCE));
    columns.addAll(keys(source));
    for (int other = 0; other < networks.size(); other++) {
      for (LayerColumn layer : layers.get(other)) {
        Column values =
            other == source ? column(source, layer.name()) : functions.lit(null).cast(layer.type());
        columns.add(values.as("layer" + columns.size()));
      }
    }
    return renamed(source).select(columns.toArray(Column[]::new));
  }

  private List<Column> keys(int source) {
    return IntStream.range(0, key.parts().size())
        .mapToObj(part -> key.column(part, column(source, key.parts().get(part).name())))
        .toList();
  }

  /** The rows with columns that are named by their positions. */
  private Dataset<Row> renamed(int source) {
    Dataset<Row> rows = networks.get(source).rows();
    return rows.toDF(
        IntStream.range(0, rows.columns().length)
            .mapToObj(Integer::toString)
            .toArray(String[]::new));
  }

  private Column column(int source, String name) {
    return col("`" + Arrays.asList(networks.get(source).rows().columns()).indexOf(name) + "`");
  }
}
